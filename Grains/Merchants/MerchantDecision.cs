using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Merchants;

/// <summary>What a command to a merchant comes to.</summary>
internal sealed record MerchantDecision
{
    /// <summary>The document afterwards; null if there is none, and then nothing is written.</summary>
    public required MerchantDocument? Document { get; init; }

    /// <summary>Why the command is refused; null if it is not.</summary>
    public Refusal? Refusal { get; init; }

    /// <summary>Whether the request took effect earlier; then nothing changes now.</summary>
    public bool Replayed { get; init; }

    /// <summary>The id of what it made then; null if it made nothing that has one.</summary>
    public string? Subject { get; init; }

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

    /// <summary>How long the credentials of an earlier account are kept.</summary>
    public TimeSpan EarlierAccountRetention { get; init; }
}

/// <summary>Lists a new API key.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="Scope">What it may do.</param>
/// <param name="Limits">Until when and from where it works; null: always, from everywhere.</param>
internal sealed record AddApiKey(string Id, string Hash, ApiKeyScope Scope, ApiKeyLimits? Limits = null);

/// <summary>Whether an API key may be replaced.</summary>
/// <param name="Id">Its id.</param>
internal sealed record ReplaceApiKey(string Id);

/// <summary>An API key works, and is about to be returned.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Replaces">The id of the key that it replaces; null if it replaces none.</param>
/// <param name="Overlap">For how long that one still works.</param>
/// <param name="Request">The client's name for the request that made it; null if it gave none.</param>
internal sealed record HandOutApiKey(
    string Id, string? Replaces = null, TimeSpan Overlap = default, RequestKey? Request = null);

/// <summary>A replaced API key's own document says until when it works.</summary>
/// <param name="Id">Its id.</param>
internal sealed record ApiKeyLimited(string Id);

/// <summary>Revokes an API key.</summary>
/// <param name="Id">Its id.</param>
internal sealed record RevokeApiKey(string Id);

/// <summary>An API key opens nothing any more.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Request">The client's name for the request to revoke it; null if it gave none.</param>
internal sealed record ApiKeyRevoked(string Id, RequestKey? Request = null);

/// <summary>Replaces the key of the merchant's order tokens.</summary>
/// <param name="Overlap">For how long tokens of the previous one still count.</param>
internal sealed record RotateOrderTokenKey(TimeSpan Overlap);

/// <summary>Sets the credentials at a provider.</summary>
internal sealed record SetCredentials
{
    /// <summary>The provider.</summary>
    public required string Provider { get; init; }

    /// <summary>The credentials, encrypted; null if they are those that are stored.</summary>
    public required SealedCredentials? Sealed { get; init; }

    /// <summary>The account that they name.</summary>
    public required string Named { get; init; }

    /// <summary>The account of stored credentials that name the same; null if there are none.</summary>
    public string? Known { get; init; }

    /// <summary>Whether another name may be the same account's.</summary>
    public bool NameRotates { get; init; }

    /// <summary>Whether the merchant says that they open the account of the present ones; null if it does not
    /// say.</summary>
    public bool? IsSameAccount { get; init; }
}

/// <summary>Deletes the credentials at a provider.</summary>
/// <param name="Provider">The provider.</param>
internal sealed record DeleteCredentials(string Provider);

/// <summary>A provider's credentials were encrypted under the current master key.</summary>
/// <param name="Renewed">They, without replaced ones whose time is over.</param>
internal sealed record RenewCredentials(StoredProvider Renewed);

/// <summary>Some customer prefers a provider.</summary>
internal sealed record NotePreferences;
