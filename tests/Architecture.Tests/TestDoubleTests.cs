using Microsoft.CodeAnalysis.CSharp.Syntax;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Architecture.Tests;

/// <summary>What tests may put in the place of the product.</summary>
public sealed class TestDoubleTests
{
    private static readonly HashSet<string> GrainInterfaces =
        [.. from assembly in new[] { typeof(IPaymentGrain).Assembly, typeof(PaymentGrain).Assembly }
            from type in assembly.GetTypes()
            where type.IsInterface && type.IsAssignableTo(typeof(IAddressable))
            select type.Name];

    // A grain with its rules left out lets through what the real one refuses. A test has the real one on a silo;
    // what it doubles is a port, such as a connector, and faults are made by call filters.
    [Fact]
    public void No_test_has_a_grain_of_the_product_made_again() =>
        Violations.None(
            from file in Checkout.Sources
            where file.IsIn("tests") || file.IsIn("bench")
            from type in Syntax.Of(file).DescendantNodes().OfType<TypeDeclarationSyntax>()
            where type is not InterfaceDeclarationSyntax
            from parent in type.BaseList?.Types ?? []
            let name = parent.Type.DescendantNodesAndSelf().OfType<SimpleNameSyntax>().Last().Identifier.Text
            where GrainInterfaces.Contains(name)
            select $"{file.Path}: {type.Identifier} is a {name}");

    [Fact]
    public void No_test_handles_the_calls_to_a_grain_of_the_product() =>
        Violations.None(
            from file in Checkout.Sources
            where file.IsIn("tests")
            from call in Syntax.Of(file).DescendantNodes().OfType<GenericNameSyntax>()
            where call.Identifier.Text is "Of" or "Create"
            let name = call.TypeArgumentList.Arguments[0].ToString()
            where GrainInterfaces.Contains(name)
            select $"{file.Path}: {call} replaces a {name}");

    [Fact]
    public void The_product_has_grains() => Assert.InRange(GrainInterfaces.Count, 10, int.MaxValue);
}
