using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Abstractions.Payments;

/// <summary>Issues and opens what gives browsers access to one payment. Any activation serves it; the key has no
/// meaning, and nothing is stored.</summary>
[Alias("payment-access")]
public interface IPaymentAccessGrain : IGrainWithStringKey
{
    /// <summary>What every client secret begins with.</summary>
    const string SecretPrefix = "cs_";

    /// <summary>What every ticket begins with.</summary>
    const string TicketPrefix = "tk_";

    /// <summary>What every token of a framed page begins with.</summary>
    const string FramePrefix = "pf_";

    /// <summary>What the client secret opens now; null if nothing.</summary>
    [Alias("open"), OpenToGateways]
    Task<PaymentAccess?> Open(string clientSecret);

    /// <summary>A ticket, which opens a payment's events and QR codes in a URL, for a short while.</summary>
    [Alias("issue-ticket"), OpenToGateways]
    Task<PaymentTicket> IssueTicket(PaymentKey payment);

    /// <summary>What the ticket opens now; null if nothing.</summary>
    [Alias("open-ticket"), OpenToGateways]
    Task<PaymentAccess?> OpenTicket(string ticket);

    /// <summary>Exchanges a client secret for a checkout page; null if it opens nothing.</summary>
    /// <param name="clientSecret">The client secret.</param>
    /// <param name="isFramed">Whether the page is shown in a frame, where it may have no cookie.</param>
    [Alias("begin-page"), OpenToGateways]
    Task<CheckoutSession?> BeginPage(string clientSecret, bool isFramed);

    /// <summary>The checkout page that a cookie, or a framed page's token, opens now; null if none.</summary>
    /// <param name="session">The cookie or token.</param>
    /// <param name="formToken">What a form sent beside a cookie; null if none did.</param>
    [Alias("open-page"), OpenToGateways]
    Task<CheckoutSession?> OpenPage(string session, string? formToken);
}

/// <summary>What a client secret opens.</summary>
[GenerateSerializer, Immutable, Alias("payment-access-grant")]
public sealed record PaymentAccess
{
    /// <summary>The payment.</summary>
    [Id(0)]
    public required PaymentKey Payment { get; init; }

    /// <summary>Until when.</summary>
    [Id(1)]
    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>What opens a payment's events and QR codes in a URL.</summary>
[GenerateSerializer, Immutable, Alias("payment-ticket")]
public sealed record PaymentTicket
{
    /// <summary>The ticket.</summary>
    [Id(0)]
    public required Secret Ticket { get; init; }

    /// <summary>Until when it opens them.</summary>
    [Id(1)]
    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>A payment's checkout page in one browser.</summary>
[GenerateSerializer, Immutable, Alias("checkout-session")]
public sealed record CheckoutSession
{
    /// <summary>The payment.</summary>
    [Id(0)]
    public required PaymentKey Payment { get; init; }

    /// <summary>What opens the page again: the value of its cookie; in a frame the token that it keeps.</summary>
    [Id(1)]
    public required Secret Session { get; init; }

    /// <summary>What the page's forms and script send: useless without the cookie; in a frame the same token.</summary>
    [Id(2)]
    public required Secret FormToken { get; init; }

    /// <summary>Whether the page is in a frame.</summary>
    [Id(3)]
    public bool IsFramed { get; init; }

    /// <summary>Whether all that its browser showed is a provider's return: it sees nothing that the customer
    /// saved.</summary>
    [Id(4)]
    public bool IsReturned { get; init; }

    /// <summary>Whether the request was sent by the page itself: its form token is this page's.</summary>
    [Id(5)]
    public bool IsByPage { get; init; }
}
