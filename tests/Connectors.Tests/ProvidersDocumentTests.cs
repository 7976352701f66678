using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Payments;
using Xunit;

namespace PaymentCluster.Connectors.Tests;

/// <summary>
/// <c>docs/providers.md</c> holds what the connectors say of themselves. After a change of capabilities, regenerate it:
/// <c>PAYMENTCLUSTER_WRITE_DOCS=1 dotnet test tests/Connectors.Tests --filter ProvidersDocumentTests</c>.
/// </summary>
public sealed class ProvidersDocumentTests
{
    private const string Begin = "<!-- generated -->\n";
    private const string End = "<!-- /generated -->\n";
    private const int MostCurrencies = 8;

    [Fact]
    public void The_document_holds_the_capabilities()
    {
        var path = Path.Combine(Root(), "docs", "providers.md");
        var text = File.ReadAllText(path);
        var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        Assert.True(from >= 0 && to > from, $"docs/providers.md has no place between {Begin} and {End}");
        var expected = text[..(from + Begin.Length)] + Tables() + text[to..];
        if (Environment.GetEnvironmentVariable("PAYMENTCLUSTER_WRITE_DOCS") == "1")
        {
            File.WriteAllText(path, expected);
            return;
        }

        Assert.True(
            text == expected,
            "docs/providers.md is not what the connectors say. Regenerate it with PAYMENTCLUSTER_WRITE_DOCS=1 "
            + $"dotnet test tests/Connectors.Tests --filter ProvidersDocumentTests. It should hold:\n\n{Tables()}");
    }

    private static string Tables()
    {
        using var services = new ServiceCollection()
            .AddLogging()
            .AddConnectors(new ConfigurationBuilder().Build())
            .BuildServiceProvider();
        var connectors = services.GetServices<IConnector>().OrderBy(
            connector => connector.Provider, StringComparer.Ordinal).ToList();
        var text = new StringBuilder(
            "| Provider | Method | Currencies | Charge | Capture | A part | Void | Refund | A part |\n"
            + "|---|---|---|---|---|---|---|---|---|\n");
        foreach (var connector in connectors)
        {
            foreach (var method in Enum.GetValues<PaymentMethodKind>())
            {
                text.Append(Row(connector.Provider, connector.Capabilities, method));
            }
        }

        text.Append("\n| Provider | Credentials | Optional ones, all or none | Visibility window | Late success | "
            + "Idempotency window | Status queries a minute | Lists payments |\n"
            + "|---|---|---|---|---|---|---|---|\n");
        foreach (var connector in connectors)
        {
            var can = connector.Capabilities;
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {connector.Provider} | {Names(can.Credentials)} | {Names(can.OptionalCredentials)} ")
                .Append(CultureInfo.InvariantCulture, $"| {Span(can.VisibilityWindow)} | {Span(can.LateSuccess)} ")
                .Append(
                    CultureInfo.InvariantCulture,
                    $"| {(can.IdempotencyWindow is { } window ? Span(window) : "always")} ")
                .Append(CultureInfo.InvariantCulture, $"| {can.StatusQueriesPerMinute} ")
                .Append($"| {Mark(connector is IListsPayments)} |\n");
        }

        return text.ToString();
    }

    private static string Row(string provider, ConnectorCapabilities can, PaymentMethodKind method)
    {
        var name = method.ToString().ToLowerInvariant();
        if (!can.Methods.Contains(method))
        {
            return $"| {provider} | {name} | | | | | | | |\n";
        }

        var flows = method == PaymentMethodKind.Upi
            ? string.Join(", ", can.UpiFlows.Order().Select(flow => flow.ToString().ToLowerInvariant()))
            : "yes";
        var held = can.HeldMethods?.Contains(method) != false;
        var capture = !held ? "automatic" : can.CapturesByItself ? "automatic or manual" : "manual";
        var currencies = can.RupeeOnly.Contains(method) ? "INR" : Currencies(can.Currencies);
        return $"| {provider} | {name} | {currencies} | {flows} | {capture} | {Mark(can.PartialCapture && held)} "
            + $"| {Mark(can.Voids && held)} | yes | {Mark(can.PartialRefund)} |\n";
    }

    private static string Currencies(ImmutableHashSet<string> codes)
    {
        var inOrder = codes.Order(StringComparer.Ordinal).ToList();
        return inOrder.Count <= MostCurrencies
            ? string.Join(", ", inOrder)
            : $"{string.Join(", ", inOrder.Take(MostCurrencies))} and {inOrder.Count - MostCurrencies} more";
    }

    private static string Names(ImmutableArray<string> names) => string.Join(", ", names.Select(name => $"`{name}`"));

    private static string Mark(bool can) => can ? "yes" : "";

    private static string Span(TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } when time.Ticks % TimeSpan.TicksPerDay == 0 => $"{time.TotalDays} d",
        { TotalHours: >= 1 } when time.Ticks % TimeSpan.TicksPerHour == 0 => $"{time.TotalHours} h",
        { TotalMinutes: >= 1 } when time.Ticks % TimeSpan.TicksPerMinute == 0 => $"{time.TotalMinutes} min",
        _ => $"{time.TotalSeconds} s",
    };

    private static string Root([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", ".."));
}
