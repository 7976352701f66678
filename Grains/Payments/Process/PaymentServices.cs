using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>What all payments of a silo share: the ports, and the parts of a payment's process that keep nothing of
/// one payment. One object, so that an activation costs no more than its own few fields.</summary>
/// <param name="journal">Where payments are kept.</param>
/// <param name="inbox">What arrived from outside and counts once.</param>
/// <param name="clock">The time that payments are decided by.</param>
/// <param name="routes">Where attempts go.</param>
/// <param name="instruments">What customers saved.</param>
/// <param name="guard">Admits attempts by card.</param>
/// <param name="operations">Calls to providers, outside of a payment's turn.</param>
/// <param name="tokens">Proofs that we issued a URL.</param>
/// <param name="replies">Makes the replies to callers.</param>
/// <param name="active">How many payments are in memory.</param>
/// <param name="observer">Hears of every commit.</param>
/// <param name="options">How payments are processed.</param>
/// <param name="logger">The log of payments.</param>
public sealed class PaymentServices(
    IPaymentJournal journal,
    IWebhookInbox inbox,
    IPaymentClock clock,
    PaymentRoutes routes,
    InstrumentResolver instruments,
    IAttemptGuard guard,
    ProviderOperations operations,
    PaymentTokens tokens,
    PaymentReplies replies,
    ActivePayments active,
    ICommitObserver observer,
    IOptions<PaymentOptions> options,
    ILogger<PaymentProcess> logger)
{
    internal IPaymentJournal Journal => journal;

    internal IWebhookInbox Inbox => inbox;

    internal IPaymentClock Clock => clock;

    internal PaymentRoutes Routes => routes;

    internal InstrumentResolver Instruments => instruments;

    internal GuardedAttempts Attempts { get; } = new(guard);

    internal ProviderOperations Operations => operations;

    internal PaymentTokens Tokens => tokens;

    internal PaymentReplies Replies => replies;

    internal ActivePayments Active => active;

    internal ICommitObserver Observer => observer;

    internal PaymentOptions Options { get; } = options.Value;

    internal ILogger<PaymentProcess> Logger => logger;
}
