using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Storage.Tests;

/// <summary>All that grains receive and return arrives whole: every message, parameter and result there is, once with
/// all that it can hold and once with the least.</summary>
public sealed class MessageTests
{
    private static readonly Serializer Serializer = new ServiceCollection().AddSerializer()
        .BuildServiceProvider().GetRequiredService<Serializer>();

    private static readonly Assembly[] Assemblies =
        [typeof(IPaymentGrain).Assembly, typeof(IConnector).Assembly, typeof(PaymentCommit).Assembly];

    public static TheoryData<string> Names =>
        [.. Crossing().Select(type => type.ToString()).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_arrives_whole(string name)
    {
        var type = Crossing().Single(type => type.ToString() == name);
        Arrives(new Filler(Assemblies).Most(type));
        Arrives(new Filler(Assemblies).Least(type));
    }

    // As a member of a call: by the codec that is registered for its type, whatever the call declares.
    private static void Arrives(object sent)
    {
        var arrived = Serializer.Deserialize<object>(Serializer.SerializeToArray<object>(sent));
        var difference = Difference.Between(sent, arrived);
        Assert.True(difference is null, difference);
    }

    private static IEnumerable<Type> Crossing()
    {
        var types = Assemblies.SelectMany(assembly => assembly.GetTypes()).Where(type => !IsGenerated(type)).ToArray();
        // Failures cross as well: tests of the hosts show how each of them arrives.
        var messages = types.Where(type =>
            type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false)
            && !type.IsAssignableTo(typeof(Exception)));
        var signatures =
            from grain in types
            where grain.IsInterface && grain.IsAssignableTo(typeof(IGrainWithStringKey))
            from method in grain.GetMethods()
            from type in method.GetParameters()
                .Select(parameter => parameter.ParameterType)
                .Append(Response(method.ReturnType))
            where type != typeof(CancellationToken) && type != typeof(void)
            select type;
        return messages.Concat(signatures)
            // An enum on its own, which is declared as nothing but an object here, arrives as its number.
            .Where(type => type is { IsAbstract: false, ContainsGenericParameters: false, IsEnum: false })
            .Distinct();
    }

    private static Type Response(Type type) => type.IsGenericType ? type.GetGenericArguments().Single() : typeof(void);

    // The packages' code generator puts its own types into the same assemblies.
    private static bool IsGenerated(Type type) =>
        type.Name.StartsWith('<') || type.Namespace?.StartsWith("OrleansCodeGen", StringComparison.Ordinal) is true;
}
