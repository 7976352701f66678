using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PaymentCluster.Architecture.Tests;

public sealed partial class DeciderTests
{
    private static IEnumerable<SourceFile> Deciders => Checkout.Sources.Where(file =>
        file.IsIn("Grains") && file.Name.Contains("Decider", StringComparison.Ordinal));

    [Fact]
    public void There_are_deciders() => Assert.NotEmpty(Deciders);

    [Fact]
    public void A_command_has_one_decision() =>
        Violations.None(
            from overload in
                from file in Deciders
                from method in Syntax.Of(file).DescendantNodes().OfType<MethodDeclarationSyntax>()
                where method.Identifier.Text == "Decide" && method.ParameterList.Parameters.Count > 1
                let command = method.ParameterList.Parameters[1].Type!.ToString()
                select (Folder: string.Join('/', file.Folders), Command: command)
            group overload by overload into same
            where same.Count() > 1
            select $"{same.Key.Folder} decides {same.Key.Command} {same.Count()} times");

    [Fact]
    public void Every_status_is_named_in_every_decision() =>
        Violations.None(
            from file in Deciders
            from choice in Syntax.Of(file).DescendantNodes().OfType<SwitchExpressionSyntax>()
            where StatusOf().IsMatch(choice.GoverningExpression.ToString())
            where choice.Arms.Any(arm => arm.Pattern is DiscardPatternSyntax)
            select $"{file.Path}: a switch over the status has a `_` arm");

    [Fact]
    public void A_decider_is_a_pure_function() =>
        Violations.None(
            from file in Deciders
            from Match match in Impure().Matches(file.Code)
            select $"{file.Path} uses {match.Value}");

    [GeneratedRegex(@"\bStatus$")]
    private static partial Regex StatusOf();

    [GeneratedRegex(@"\b(async|await|TimeProvider|ILogger|Npgsql\w*|HttpClient|ISecretSource)\b")]
    private static partial Regex Impure();
}
