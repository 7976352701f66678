using System.Diagnostics;
using PaymentCluster.Grains.Abstractions.Merchants;

namespace PaymentCluster.Gateway.Api.Access;

/// <summary>Who made a request.</summary>
internal sealed record Caller
{
    public static Caller Administrator { get; } = new() { Merchant = "", KeyId = "admin", IsBrowser = false };

    /// <summary>The merchant; empty for the administrator.</summary>
    public required string Merchant { get; init; }

    /// <summary>The key's id, which opens nothing.</summary>
    public required string KeyId { get; init; }

    /// <summary>Whether the key is one that anybody can read in a page: what it reads is cut down to what the payer
    /// knows anyway.</summary>
    public required bool IsBrowser { get; init; }

    public static Caller Of(ApiKeyGrant grant) =>
        new() { Merchant = grant.Merchant, KeyId = grant.KeyId, IsBrowser = grant.Scope == ApiKeyScope.Publishable };

    /// <summary>The caller that the access rule let through.</summary>
    public static Caller From(HttpContext http) =>
        http.Features.Get<Caller>() ?? throw new UnreachableException("The endpoint takes anybody.");
}
