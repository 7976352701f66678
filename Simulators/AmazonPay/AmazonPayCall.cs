using System.Text.Json;

namespace PaymentCluster.Simulators.AmazonPay;

/// <summary>A call apart from its connection: it may be processed when that is long gone.</summary>
internal sealed record AmazonPayCall
{
    public required AmazonPayAccount Account { get; init; }

    public required string Method { get; init; }

    public required string Path { get; init; }

    /// <summary>Where the simulator is, as the caller sees it: <c>http://host:port</c>.</summary>
    public required string BaseUrl { get; init; }

    /// <summary>The id in the path.</summary>
    public required string Id { get; init; }

    public required IReadOnlyDictionary<string, string> Query { get; init; }

    public required ReadOnlyMemory<byte> Body { get; init; }

    public required string? IdempotencyKey { get; init; }

    /// <summary>The outcome that the caller wants simulated.</summary>
    public required string? SimulationCode { get; init; }

    /// <summary>The body; null if it is not a JSON object.</summary>
    public JsonDocument? Read()
    {
        try
        {
            var document = JsonDocument.Parse(
                Body.IsEmpty ? "{}"u8.ToArray() : Body, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
