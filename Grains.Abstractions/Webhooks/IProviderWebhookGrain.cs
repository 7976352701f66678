using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Abstractions.Webhooks;

/// <summary>Receives providers' webhooks for a merchant. Its key is <c>{merchant}/{provider}</c>.</summary>
[Alias("provider-webhook")]
public interface IProviderWebhookGrain : IGrainWithStringKey
{
    /// <summary>Checks the signature over the raw bytes, processes the event once, and returns when its effect and its
    /// inbox row are durable: only then may the webhook be acknowledged.</summary>
    [Alias("receive"), OpenToGateways]
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

    /// <summary>Whether it came over TLS, or from this machine, or a trusted proxy says that it came over
    /// TLS.</summary>
    [Id(2)]
    public bool IsSecure { get; init; }

    /// <summary>The last part of the address that it came to, which proves that it is the one that the provider was
    /// given; null if it came to the plain address.</summary>
    [Id(3)]
    public string? AddressToken { get; init; }
}

/// <summary>What became of a webhook.</summary>
public enum WebhookFate
{
    /// <summary>It was applied to its payment.</summary>
    Applied = 1,

    /// <summary>Its event was processed before.</summary>
    Duplicate = 2,

    /// <summary>This engine does not act on events of its kind.</summary>
    Ignored = 3,

    /// <summary>It is signed and well-formed, but names no payment of this merchant's: kept for an operator.</summary>
    Parked = 4,
}

/// <summary>The reply to a webhook.</summary>
[GenerateSerializer, Immutable, Alias("webhook-receipt")]
public sealed record WebhookReceipt
{
    /// <summary>What became of it.</summary>
    [Id(0)]
    public required WebhookFate Fate { get; init; }
}
