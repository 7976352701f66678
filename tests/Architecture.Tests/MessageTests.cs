using System.Reflection;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Architecture.Tests;

/// <summary>What crosses a process is found by explicit numbers and names that never change.</summary>
public sealed class MessageTests
{
    private static readonly Assembly[] Assemblies =
    [
        typeof(IPaymentGrain).Assembly,
        typeof(IConnector).Assembly,
        typeof(PaymentCommit).Assembly,
    ];

    private static readonly Type[] Types =
    [
        .. Assemblies.SelectMany(assembly => assembly.GetTypes()).Where(type => !IsGenerated(type)),
    ];

    private static readonly Type[] Messages =
    [
        .. Types.Where(type => type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false)),
    ];

    private static readonly Type[] GrainInterfaces =
    [
        .. Types.Where(type => type.IsInterface && type.IsAssignableTo(typeof(IGrainWithStringKey))),
    ];

    [Fact]
    public void There_are_messages_and_grains()
    {
        Assert.NotEmpty(Messages);
        Assert.NotEmpty(GrainInterfaces);
    }

    [Fact]
    public void A_message_has_a_name_of_its_own() =>
        Violations.None(
            Messages.Concat(GrainInterfaces)
                .Where(type => AliasOf(type) is null)
                .Select(type => $"{type} has no [Alias]")
                .Concat(
                    from type in Messages.Concat(GrainInterfaces)
                    group type by AliasOf(type) into same
                    where same.Key is not null && same.Count() > 1
                    select $"{string.Join(", ", same)} share the alias {same.Key}"));

    [Fact]
    public void A_message_that_is_a_class_is_sealed_or_the_base_of_a_family() =>
        Violations.None(
            from type in Messages
            where type is { IsClass: true, IsSealed: false, IsAbstract: false }
            select $"{type} is neither sealed nor abstract");

    [Fact]
    public void Each_member_of_a_message_has_a_number_of_its_own() =>
        Violations.None(
            from type in Messages
            where !type.IsEnum
            let members = Members(type).ToList()
            from fault in members.Where(member => IdOf(member) is null).Select(
                member => $"{type.Name}.{member.Name} has no [Id]")
                .Concat(
                    from member in members
                    group member by IdOf(member) into same
                    where same.Key is not null && same.Count() > 1
                    select $"{type.Name}: {string.Join(" and ", same.Select(member => member.Name))} share the id "
                        + $"{same.Key}")
            select fault);

    [Fact]
    public void A_message_has_no_positional_parameters() =>
        Violations.None(
            from type in Messages
            where !type.IsEnum
            from constructor in type.GetConstructors(
                BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
            let parameters = constructor.GetParameters()
            where parameters.Length > 0 && !(parameters.Length == 1 && parameters[0].ParameterType == type)
            // A class that guards its one value is not a record, and states its own way of crossing.
            where type.GetMethod("<Clone>$") is not null
            select $"{type} has a constructor with parameters");

    [Fact]
    public void Each_grain_method_has_a_name_of_its_own_and_returns_later() =>
        Violations.None(
            from grain in GrainInterfaces
            from method in grain.GetMethods()
            let alias = method.GetCustomAttribute<AliasAttribute>()?.Alias
            let isLater = method.ReturnType.IsAssignableTo(typeof(Task))
                || (
                    method.ReturnType.IsGenericType
                        && method.ReturnType.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>))
            where alias is null || method.Name.EndsWith("Async", StringComparison.Ordinal) || !isLater
                || grain.GetMethods().Count(other => other.GetCustomAttribute<AliasAttribute>()?.Alias == alias) > 1
            select $"{grain.Name}.{method.Name}: alias {alias ?? "missing"}, returns {method.ReturnType.Name}");

    private static string? AliasOf(Type type) => type.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias;

    private static uint? IdOf(MemberInfo member) => member.GetCustomAttribute<IdAttribute>()?.Id;

    private static bool IsGenerated(Type type) =>
        type.Name.StartsWith('<') || type.Namespace?.StartsWith("OrleansCodeGen", StringComparison.Ordinal) is true;

    // All that a record stores: properties with a backing field, and declared fields.
    private static IEnumerable<MemberInfo> Members(Type type)
    {
        const BindingFlags own =
            BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        foreach (var field in type.GetFields(own))
        {
            if (!field.Name.StartsWith('<'))
            {
                yield return field;
            }
            else if (
                type.GetProperty(field.Name[1..field.Name.IndexOf('>', StringComparison.Ordinal)], own) is { } property)
            {
                yield return property;
            }
        }
    }
}
