using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Abstractions.Webhooks;

/// <summary>Takes in providers' webhooks for a merchant. Its key is <c>{merchant}/{provider}</c>.</summary>
[Alias("provider-webhook")]
public interface IProviderWebhookGrain : IGrainWithStringKey
{
    /// <summary>
    /// Checks the signature over the raw bytes, takes the event in once, and answers when its effect and its inbox row
    /// are durable: only then may the provider be told that it arrived.
    /// </summary>
    [Alias("receive")]
    Task<Reply<WebhookReceipt>> Receive(ProviderWebhook webhook);
}

/// <summary>A webhook as it came in.</summary>
[GenerateSerializer, Immutable, Alias("provider-webhook-message")]
public sealed record ProviderWebhook
{
    /// <summary>The headers, names in lower case.</summary>
    [Id(0)]
    public required ImmutableDictionary<string, string> Headers { get; init; }

    /// <summary>The body, byte for byte.</summary>
    [Id(1)]
    public required ImmutableArray<byte> Body { get; init; }
}

/// <summary>What became of a webhook.</summary>
public enum WebhookFate
{
    /// <summary>It changed its payment, or told it what it knew.</summary>
    Applied = 1,

    /// <summary>Its event was taken in before.</summary>
    Duplicate = 2,

    /// <summary>It is about nothing that this engine acts on.</summary>
    Ignored = 3,

    /// <summary>It is signed and well-formed, but names no payment of this merchant's: kept for an operator.</summary>
    Parked = 4,
}

/// <summary>The answer to a webhook.</summary>
[GenerateSerializer, Immutable, Alias("webhook-receipt")]
public sealed record WebhookReceipt
{
    /// <summary>What became of it.</summary>
    [Id(0)]
    public required WebhookFate Fate { get; init; }
}
