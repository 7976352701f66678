using System.Diagnostics;
using System.Security.Claims;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Payments;

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

    /// <summary>The one payment that the caller may touch; null where its merchant's are all open to it.</summary>
    public PaymentId? Payment { get; init; }

    /// <summary>Whether it is the administrator.</summary>
    public bool IsAdministrator => ReferenceEquals(this, Administrator);

    /// <summary>Whether the caller may be anyone: a publishable key is part of a page and gives access to no
    /// payment.</summary>
    public bool IsPublic => IsBrowser && Payment is null;

    /// <summary>A payer, by a payment's client secret.</summary>
    public static Caller Of(PaymentAccess access) => new()
    {
        Merchant = access.Payment.Merchant,
        // Limits are counted per key.
        KeyId = access.Payment.Payment.ToString(),
        IsBrowser = true,
        Payment = access.Payment.Payment,
    };

    /// <summary>A payer, by the checkout page.</summary>
    public static Caller Of(CheckoutSession page) =>
        Of(new PaymentAccess { Payment = page.Payment, ExpiresAt = DateTimeOffset.MaxValue });

    /// <summary>The holder of an API key.</summary>
    /// <param name="grant">What the key opens.</param>
    public static Caller Of(ApiKeyGrant grant) => new()
    {
        Merchant = grant.Merchant,
        KeyId = grant.KeyId,
        IsBrowser = grant.Scope == ApiKeyScope.Publishable,
    };

    /// <summary>The caller that the endpoint's policy let through.</summary>
    public static Caller From(HttpContext http) =>
        Of(http.User) ?? throw new UnreachableException("The endpoint allows anonymous callers.");

    /// <summary>The caller behind a principal; null if it is anonymous.</summary>
    public static Caller? Of(ClaimsPrincipal principal) => (principal.Identity as CallerIdentity)?.Caller;

    /// <summary>The caller as the framework knows callers.</summary>
    public ClaimsPrincipal ToPrincipal(string scheme) => new(new CallerIdentity(this, scheme));

    private sealed class CallerIdentity(Caller caller, string scheme) : ClaimsIdentity(scheme)
    {
        public Caller Caller => caller;
    }
}
