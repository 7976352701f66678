using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Connectors.Contract;

/// <summary>A provider's webhook as it came in.</summary>
public sealed record InboundWebhook
{
    /// <summary>The headers, names in lower case.</summary>
    public required ImmutableDictionary<string, string> Headers { get; init; }

    /// <summary>The body, byte for byte.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Whether no third party could read or change it on its way: it came over TLS, or from this machine. A
    /// webhook that is not signed and came otherwise is a hint at most, whatever credentials it carries.</summary>
    public bool IsSecure { get; init; }

    /// <summary>Whether it came, securely, to the address that only the provider was given: that proves who sent
    /// it, where a body does not.</summary>
    public bool IsByAddress { get; init; }

    /// <summary>Takes one status query from the merchant's budget, for a connector that has to fetch what the webhook
    /// is about: with whether the sender is proven. False: there is none left, and nothing is fetched.</summary>
    public Func<bool, ValueTask<bool>> MayQueryAsync { get; init; } = static _ => ValueTask.FromResult(true);
}

/// <summary>What a webhook turned out to be. Exactly one of the nested kinds.</summary>
public abstract record WebhookReading
{
    /// <summary>Whether it is proven that the provider sent it. What is not is a hint: nothing of it is stored, and it
    /// leads to few status queries.</summary>
    public bool IsProven { get; init; } = true;

    /// <summary>The signature is missing or not the merchant's.</summary>
    public sealed record Forged : WebhookReading;

    /// <summary>The signature is right, the content is not what the provider documents.</summary>
    /// <param name="Reason">What is wrong with it; without content.</param>
    public sealed record Malformed(string Reason) : WebhookReading;

    /// <summary>An event of a kind that this engine does not act on.</summary>
    /// <param name="EventId">The provider's id of the event.</param>
    /// <param name="Type">The provider's name of its type.</param>
    public sealed record Irrelevant(string EventId, string Type) : WebhookReading;

    /// <summary>An event about a payment or refund that does not carry a reference of ours.</summary>
    /// <param name="EventId">The provider's id of the event.</param>
    /// <param name="Type">The provider's name of its type.</param>
    public sealed record Unmatched(string EventId, string Type) : WebhookReading;

    /// <summary>An event about a charge, in the provider's authenticated words: status, amount and our reference are
    /// covered by its signature, or came over TLS with the agreed credentials. The payment compares it with the attempt
    /// before it is trusted.</summary>
    /// <param name="EventId">The provider's id of the event.</param>
    /// <param name="Attempt">The attempt.</param>
    /// <param name="Outcome">What it says of it. Nothing in it may be from outside the signature; what the webhook does
    /// not carry is null, or the only value that the provider has. <see cref="ProviderOutcome.ProviderOrder"/> only
    /// where that id is the provider's own: it is compared with the attempt's.</param>
    public sealed record OfCharge(string EventId, AttemptId Attempt, ProviderOutcome Outcome) : WebhookReading;

    /// <summary>An event about a refund, in the provider's authenticated words, like
    /// <see cref="OfCharge"/>.</summary>
    /// <param name="EventId">The provider's id of the event.</param>
    /// <param name="Refund">The refund.</param>
    /// <param name="Outcome">What it says of it.</param>
    public sealed record OfRefund(string EventId, RefundId Refund, ProviderOutcome Outcome) : WebhookReading;

    /// <summary>An event about a payment's refunds, some of which were not requested by this engine and were paid out,
    /// in the provider's authenticated words.</summary>
    /// <param name="EventId">The provider's id of the event.</param>
    /// <param name="Attempt">The attempt that was refunded.</param>
    /// <param name="Refunds">Those that this engine did not request.</param>
    public sealed record OfProviderRefunds(
        string EventId, AttemptId Attempt, ImmutableArray<ProviderRefund> Refunds) : WebhookReading
    {
        /// <summary>Whether the event may be about a refund of this engine's, too: what is open is queried.</summary>
        public bool IsAboutOurs { get; init; }
    }

    /// <summary>An event that says that something happened to a charge or one of its refunds, but not provably what:
    /// the engine sends a status query.</summary>
    /// <param name="EventId">The provider's id of the event.</param>
    /// <param name="Attempt">The attempt.</param>
    public sealed record About(string EventId, AttemptId Attempt) : WebhookReading;

    /// <summary>It cannot be verified now, because something that its signature or content refers to is unavailable:
    /// the provider must send it again.</summary>
    /// <param name="Reason">What is unavailable; without content.</param>
    public sealed record Unavailable(string Reason) : WebhookReading;
}
