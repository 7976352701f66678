using Orleans.Concurrency;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Payments;

/// <inheritdoc cref="IPaymentAccessGrain"/>
/// <param name="tokens">Makes and checks tokens.</param>
/// <param name="clock">The clock that their lifetimes were set by.</param>
[StatelessWorker, Reentrant]
public sealed class PaymentAccessGrain(PaymentTokens tokens, IPaymentClock clock) : Grain, IPaymentAccessGrain
{
    // Long enough to load an image or to connect again; a URL ends in logs.
    private static readonly TimeSpan TicketLifetime = TimeSpan.FromMinutes(5);

    private static readonly PaymentTokenKind[] Pages =
        [PaymentTokenKind.Page, PaymentTokenKind.ReturnedPage, PaymentTokenKind.Frame];

    /// <inheritdoc/>
    public Task<PaymentAccess?> Open(string clientSecret) =>
        Task.FromResult(tokens.Open(PaymentTokenKind.ClientSecret, clientSecret, clock.Now));

    /// <inheritdoc/>
    public Task<PaymentTicket> IssueTicket(PaymentKey payment)
    {
        var expiresAt = clock.Now + TicketLifetime;
        return Task.FromResult(new PaymentTicket
        {
            Ticket = tokens.Issue(PaymentTokenKind.Ticket, payment, expiresAt), ExpiresAt = expiresAt,
        });
    }

    /// <inheritdoc/>
    public Task<PaymentAccess?> OpenTicket(string ticket) =>
        Task.FromResult(tokens.Open(PaymentTokenKind.Ticket, ticket, clock.Now));

    /// <inheritdoc/>
    public Task<CheckoutSession?> BeginPage(string clientSecret, bool isFramed)
    {
        var kind = isFramed ? PaymentTokenKind.Frame : PaymentTokenKind.Page;
        return Task.FromResult(
            tokens.Open(PaymentTokenKind.ClientSecret, clientSecret, clock.Now) is { } access
                ? PageOf(kind, access.Payment, tokens.Issue(kind, access.Payment, access.ExpiresAt).Reveal(), null)
                : null);
    }

    /// <inheritdoc/>
    public Task<CheckoutSession?> OpenPage(string session, string? formToken)
    {
        foreach (var kind in Pages)
        {
            if (tokens.Open(kind, session, clock.Now) is { } access)
            {
                return Task.FromResult<CheckoutSession?>(PageOf(kind, access.Payment, session, formToken));
            }
        }

        return Task.FromResult<CheckoutSession?>(null);
    }

    private CheckoutSession PageOf(PaymentTokenKind kind, PaymentKey payment, string session, string? formToken)
    {
        var isFramed = kind == PaymentTokenKind.Frame;
        return new CheckoutSession
        {
            Payment = payment,
            Session = new(session),
            FormToken = isFramed ? new(session) : tokens.FormToken(session),
            IsFramed = isFramed,
            IsReturned = kind == PaymentTokenKind.ReturnedPage,
            IsByPage = isFramed || (formToken is not null && tokens.IsFormToken(session, formToken)),
        };
    }
}
