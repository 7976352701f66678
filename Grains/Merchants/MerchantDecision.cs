using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Merchants;

namespace PaymentCluster.Grains.Merchants;

/// <summary>What a command to a merchant comes to.</summary>
internal sealed record MerchantDecision
{
    /// <summary>The document afterwards; null if there is none, and then nothing is written.</summary>
    public required MerchantDocument? Document { get; init; }

    /// <summary>Why the command is refused; null if it is not.</summary>
    public Refusal? Refusal { get; init; }

    /// <summary>Refuses, and changes nothing.</summary>
    public static MerchantDecision Refuse(MerchantDocument? document, Refusal refusal) =>
        new() { Document = document, Refusal = refusal };

    /// <summary>Changes the document.</summary>
    public static MerchantDecision Store(MerchantDocument? document) => new() { Document = document };
}

/// <summary>What rules need to know besides the document.</summary>
internal sealed record MerchantContext
{
    /// <summary>The merchant's id.</summary>
    public required string Merchant { get; init; }

    /// <summary>Now.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The providers that there are connectors for.</summary>
    public ImmutableArray<string> Providers { get; init; } = [];

    /// <summary>How long replaced credentials verify webhooks.</summary>
    public TimeSpan CredentialOverlap { get; init; }
}

/// <summary>Lists a new API key.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="Scope">What it may do.</param>
internal sealed record AddApiKey(string Id, string Hash, ApiKeyScope Scope);

/// <summary>An API key works, and is about to be returned.</summary>
/// <param name="Id">Its id.</param>
internal sealed record HandOutApiKey(string Id);

/// <summary>Revokes an API key.</summary>
/// <param name="Id">Its id.</param>
internal sealed record RevokeApiKey(string Id);

/// <summary>An API key opens nothing any more.</summary>
/// <param name="Id">Its id.</param>
internal sealed record ApiKeyRevoked(string Id);

/// <summary>Sets the credentials at a provider.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Sealed">The credentials, encrypted; null if they are those that are stored.</param>
internal sealed record SetCredentials(string Provider, SealedCredentials? Sealed);

/// <summary>Deletes the credentials at a provider.</summary>
/// <param name="Provider">The provider.</param>
internal sealed record DeleteCredentials(string Provider);

/// <summary>A provider's credentials were encrypted under the current master key.</summary>
/// <param name="Renewed">They, without replaced ones whose time is over.</param>
internal sealed record RenewCredentials(StoredProvider Renewed);

/// <summary>Some customer prefers a provider.</summary>
internal sealed record NotePreferences;
