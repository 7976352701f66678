using System.Reflection;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Architecture.Tests;

/// <summary>Who may call which grain method is one table that a reader can check.</summary>
public sealed class GrainCallTests
{
    private const string Document = "docs/grain-calls.md";

    private static readonly Type[] Interfaces =
    [
        .. from assembly in (Assembly[])[typeof(IPaymentGrain).Assembly, typeof(PaymentCommit).Assembly]
           from type in assembly.GetTypes()
           where type.IsInterface && type.IsAssignableTo(typeof(IAddressable))
           orderby type.Name
           select type,
    ];

    [Fact]
    public void The_table_names_every_grain_method_and_who_may_call_it()
    {
        var rows = Interfaces.SelectMany(RowsOf).ToList();

        var written = Checkout.Text(Document).Split('\n')
            .Where(line => line.StartsWith("| `I", StringComparison.Ordinal));

        Assert.True(rows.SequenceEqual(written), $"{Document} is to have this table:\n{string.Join('\n', rows)}");
    }

    [Fact]
    public void What_records_resumes_resolves_or_grants_is_not_open_to_gateways()
    {
        string[] closed =
        [
            "Grant", "Limit", "Revoke", "Record", "Resume", "Settings", "FindInstrument", "OpenInstrument",
            "OpenAccount", "AgreeToCard",
        ];
        var methods = Interfaces.SelectMany(type => type.GetMethods()).Where(method => closed.Contains(method.Name));
        Assert.Equal(closed.Length + 1, methods.Count());
        Assert.DoesNotContain(methods, IsOpen);
    }

    private static IEnumerable<string> RowsOf(Type grain) =>
        from method in grain.GetMethods()
        let isOverloaded = grain.GetMethods().Count(other => other.Name == method.Name) > 1
        let name = isOverloaded ? $"{method.Name}({method.GetParameters()[0].ParameterType.Name})" : method.Name
        select $"| `{grain.Name}` | `{name}` | {(IsOpen(method) ? "gateways, silos" : "silos")} |";

    private static bool IsOpen(MethodInfo method) => method.IsDefined(typeof(OpenToGatewaysAttribute));
}
