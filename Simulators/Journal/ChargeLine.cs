using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentCluster.Simulators.Journal;

/// <summary>
/// One charge or refund as the provider's books have it, with its latest status. A charge is a payment that was
/// authorised: the customer's money was held or taken.
/// </summary>
internal sealed record ChargeLine
{
    public required string Provider { get; init; }

    /// <summary><c>charge</c> or <c>refund</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The merchant's own reference, null where none was given.</summary>
    public required string? Reference { get; init; }

    /// <summary>The provider's id of the payment or refund.</summary>
    public required string ProviderId { get; init; }

    /// <summary>In minor units.</summary>
    public required long Amount { get; init; }

    public required string Currency { get; init; }

    public required string Status { get; init; }

    /// <summary>When the status was last changed, Unix milliseconds.</summary>
    public required long At { get; init; }

    /// <summary>The merchant's account with the provider.</summary>
    public required string Account { get; init; }

    /// <summary>The payment of a refund, or the provider's order of a charge.</summary>
    public required string? Parent { get; init; }

    /// <summary>Whether a charge was captured; for a refund, whether its payment was.</summary>
    public required bool Captured { get; init; }

    /// <summary>What was given back of a charge, in minor units.</summary>
    public required long AmountRefunded { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ChargeLine))]
internal sealed partial class ChargeLineJson : JsonSerializerContext;

/// <summary><c>GET /_journal</c>.</summary>
internal static class JournalApi
{
    public static void MapJournal(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/_journal", async (HttpContext context, IEnumerable<IProvider> providers, long? since) =>
        {
            context.Response.ContentType = "application/x-ndjson";
            var lines = providers.SelectMany(provider => provider.Charges()).Where(line => line.At >= (since ?? 0));
            var body = context.Response.BodyWriter;
            foreach (var line in lines)
            {
                body.Write(JsonSerializer.SerializeToUtf8Bytes(line, ChargeLineJson.Default.ChargeLine));
                body.Write("\n"u8);
                if (body.UnflushedBytes > 64 * 1024)
                {
                    await body.FlushAsync(context.RequestAborted);
                }
            }
        });
}
