using System.Collections.Immutable;
using System.Text.Json;
using PaymentCluster.Chaos.Tests.Load;

namespace PaymentCluster.Chaos.Tests.Checks;

/// <summary>An event as it is stored.</summary>
internal sealed record StoredEvent(int Version, string Type, DateTimeOffset At, JsonElement Data)
{
    public int Number(string name) => Data.TryGetProperty(name, out var value) ? value.GetInt32() : 0;

    public long Amount => Data.GetProperty("amount_minor").GetInt64();

    public string? Text(string name) => Data.TryGetProperty(name, out var value) ? value.GetString() : null;
}

/// <summary>A ledger transfer as it is stored.</summary>
internal sealed record StoredTransfer(string Cause, int Kind, long Amount, string Currency);

/// <summary>A payment as it is stored: its row, its events, and what was written with them.</summary>
internal sealed record StoredPayment
{
    public required string Merchant { get; init; }

    public required string Id { get; init; }

    public required string OrderId { get; init; }

    public required int Version { get; init; }

    public required string Status { get; init; }

    public required long Amount { get; init; }

    public required string Currency { get; init; }

    public required long Authorized { get; init; }

    public required long Captured { get; init; }

    public required long Refunded { get; init; }

    public required DateTimeOffset? DueAt { get; init; }

    public required ImmutableArray<StoredEvent> Events { get; init; }

    public required ImmutableArray<StoredTransfer> Transfers { get; init; }

    public required ImmutableArray<int> Announced { get; init; }

    /// <summary>The name under which a provider knows an attempt.</summary>
    public string AttemptName(int number) => $"att_{Id[4..]}_{number}";

    /// <summary>The name under which a provider knows a refund.</summary>
    public string RefundName(int number) => $"rfd_{Id[4..]}_{number}";

    public IEnumerable<StoredEvent> Of(params string[] types) => Events.Where(each => types.Contains(each.Type));

    /// <summary>The event that began an attempt.</summary>
    public StoredEvent Attempt(int number) => Of("attempt_started").First(each => each.Number("attempt") == number);
}

/// <summary>A webhook that was processed.</summary>
internal sealed record InboxRow(string Merchant, string Provider, string EventId);

/// <summary>What the store holds, read in one snapshot.</summary>
internal sealed record StoreBooks
{
    public required ImmutableDictionary<string, StoredPayment> Payments { get; init; }

    public required ImmutableArray<InboxRow> Inbox { get; init; }

    /// <summary>Idempotency keys: whose they are, and which payment they name.</summary>
    public required ImmutableDictionary<(string Merchant, string Key), string> Keys { get; init; }
}

/// <summary>A charge or a refund in a provider's own journal.</summary>
internal sealed record ProviderLine
{
    public required string Provider { get; init; }

    public required string Kind { get; init; }

    public string? Reference { get; init; }

    public required string ProviderId { get; init; }

    public required long Amount { get; init; }

    public required string Currency { get; init; }

    public required string Status { get; init; }

    public required long At { get; init; }

    public required string Account { get; init; }

    public required bool Captured { get; init; }
}

/// <summary>A call with its response; without one, its outcome is unknown.</summary>
internal sealed record ClientCall(ClientLine Request, ClientLine? Response)
{
    public JsonElement Json { get; } = Response is { Status: not null, Response.Length: > 0 }
        ? Parse(Response.Response)
        : default;

    public bool IsYes => Response?.Status is >= 200 and < 300;

    public string? Text(string name) => Json.ValueKind == JsonValueKind.Object
        && Json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    public string? Payment => Request.Verb == "refund" ? Text("payment_id") : Text("id");

    private static JsonElement Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text).RootElement;
        }
        catch (JsonException)
        {
            return default;
        }
    }
}

/// <summary>The three journals, and what else was seen.</summary>
internal sealed record Evidence
{
    public required StoreBooks Store { get; init; }

    public required ImmutableArray<ProviderLine> Provider { get; init; }

    public required ImmutableArray<ClientCall> Clients { get; init; }

    public required ImmutableArray<Delivery> Deliveries { get; init; }

    /// <summary>Requests with an effect, and status queries, that the network saw go to providers.</summary>
    public required (int Effects, int Queries) Requests { get; init; }

    /// <summary>The provider's ids of payments that customers decided more than once.</summary>
    public required ImmutableHashSet<string> DecidedAgain { get; init; }

    /// <summary>Whether the provider, or the network to it, held requests up beyond the provider's visibility
    /// window.</summary>
    public required bool VisibilityWindowWasBroken { get; init; }
}

/// <summary>Something that must not be.</summary>
/// <param name="Invariant">Which invariant it breaks.</param>
/// <param name="What">What is wrong, in one sentence.</param>
/// <param name="Payment">The payment that it is about.</param>
internal sealed record Violation(string Invariant, string What, string? Payment = null);
