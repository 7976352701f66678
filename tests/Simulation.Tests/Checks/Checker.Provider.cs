using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Simulation.Tests.Clients;
using PaymentCluster.Simulation.Tests.Providers;

namespace PaymentCluster.Simulation.Tests.Checks;

// What is checked where the engine and the provider meet.
internal sealed partial class Checker
{
    // Between two silos; the true time is in the middle.
    private static readonly TimeSpan ClockError = TimeSpan.FromSeconds(10);

    // Four queries in the first minute after each change; the rest is for silos that die, and for customers that
    // return.
    private const int MaxQueriesInAMinute = 60;

    private readonly HashSet<string> _takenIn = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _granted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _named = new(StringComparer.Ordinal);

    /// <summary>A request is about to leave.</summary>
    /// <param name="limits">What the intent promised; null if it is over.</param>
    public void BytesLeave(SendTerms? limits) => Require(
        limits is null || world.Now <= limits.Before + StoreClock.MaxError,
        "I4",
        "no request leaves after its intent says it would");

    /// <summary>The limits of an attempt's latest send.</summary>
    public SendTerms? LimitsOf(AttemptId attempt) => Intended(attempt).Charge.Send;

    /// <summary>The limits of the latest send of a capture.</summary>
    public SendTerms? LimitsOfCapture(AttemptId attempt) => Open(Intended(attempt).Capture)?.Send;

    /// <summary>The limits of the latest send of a release.</summary>
    public SendTerms? LimitsOfVoid(AttemptId attempt) => Open(Intended(attempt).Void)?.Send;

    /// <summary>The limits of a refund's latest send.</summary>
    public SendTerms? LimitsOf(RefundId refund)
    {
        var known = _trails.TryGetValue(refund.Payment, out var trail) ? trail.Last.Refund(refund.Number) : null;
        Require(known is not null, "I4", "a provider receives only refunds whose intent is durable");
        return known!.Operation.Send;
    }

    /// <summary>A charge is about to be sent with what the customer pays with.</summary>
    public void ChargedWith(string provider, ChargeRequest request)
    {
        var attempt = Intended(request.Attempt);
        var isWhatWasNamed = (attempt.Method, request.Instrument) switch
        {
            ({ Kind: PaymentMethodKind.Wallet, Wallet: var code }, ChargeInstrument.LinkedWallet wallet) =>
                wallet.Code == code && wallet.Token.Reveal() == $"{provider}:{attempt.Link}",
            ({ Saved: SavedWallet.ProviderCard }, ChargeInstrument.SavedCard card) =>
                card.Token.Reveal().StartsWith(provider, StringComparison.Ordinal),
            ({ Kind: PaymentMethodKind.Card, Saved: not SavedWallet.ProviderCard }, ChargeInstrument.TypedCard) => true,
            ({ Kind: PaymentMethodKind.Upi }, ChargeInstrument.UpiIntent) => true,
            _ => false,
        };
        Require(isWhatWasNamed && attempt.Provider == provider, "I4", "what is charged is what the attempt says");
    }

    /// <summary>A request for a charge arrives at the provider.</summary>
    /// <param name="name">The charge's name.</param>
    /// <param name="isLate">Whether it was frozen on the wire past its window, so that no check could know of
    /// it.</param>
    public void ChargeArrives(string name, bool isLate)
    {
        var isAttempt = AttemptId.TryParse(name, out var id);
        var attempt = isAttempt && _trails.TryGetValue(id.Payment, out var trail)
            ? trail.Last.Attempt(id.Number)
            : null;
        Require(
            attempt is not null,
            "I4",
            "the provider receives only charges whose intent is durable, under the attempt's name");
        Require(
            isLate || attempt!.Failure?.Code is not (FailureCodes.NotExecuted or FailureCodes.InterruptedBeforeSend
                or FailureCodes.ProviderUnreachable),
            "I4",
            "no request arrives that was believed never to");
    }

    /// <summary>A request for a refund arrives at the provider.</summary>
    public void RefundArrives(string name) => Require(
        RefundId.TryParse(name, out var id) && _trails.TryGetValue(id.Payment, out var trail)
            && id.Number <= trail.Last.Refunds.Length,
        "I4",
        "the provider receives only refunds whose intent is durable, under the refund's name");

    /// <summary>A request about a charge arrives in an account.</summary>
    public static void ReachesAccount(SimulatedCharge charge, string account) => Require(
        charge.Account == account, "I4", "whatever follows a charge goes to the account that took it");

    /// <summary>The provider captures.</summary>
    public static void Captures(SimulatedCharge charge)
    {
        Require(charge.CapturedMinor <= charge.AmountMinor, "I5", "no more is captured than was authorised");
        Require(AttemptId.TryParse(charge.Name, out _), "I4", "every charge is an attempt's");
    }

    /// <summary>The provider decides a refund.</summary>
    public static void Refunds(SimulatedCharge charge) =>
        Require(RefundedOf(charge) <= charge.CapturedMinor, "I5", "no more is refunded than was captured");

    /// <summary>A status query was taken from a provider's budget.</summary>
    public void QueryGranted(string provider) => _granted[provider] = _granted.GetValueOrDefault(provider) + 1;

    /// <summary>A status query of a payment is sent.</summary>
    public void Queries(PaymentId payment, string provider)
    {
        Require(
            _trails[payment].QueriesInAMinute(world.Now) <= MaxQueriesInAMinute,
            "I18",
            "a provider is not queried over and over");
        _granted[provider] = _granted.GetValueOrDefault(provider) - 1;
        Require(_granted[provider] >= 0, "I18", "each status query is taken from the budget");
    }

    /// <summary>The sweeper wakes a payment.</summary>
    public void Wakes(PaymentKey key)
    {
        var trail = _trails[key.Payment];
        trail.Wakes++;
        var hours = (world.Now - Schedule.World.Start) / TimeSpan.FromHours(1);
        Require(
            trail.Wakes <= 200 + (20 * trail.States.Count) + (3 * hours),
            "I18",
            "a payment is not woken over and over");
    }

    /// <summary>An event of the provider's is about to reach its payment.</summary>
    /// <param name="wasTakenIn">Whether it was in the inbox when it came.</param>
    public static void TakesIn(bool wasTakenIn) =>
        Require(!wasTakenIn, "I13", "an event of the provider's that was taken in has no effect again");

    /// <summary>The effect of an event of the provider's is durable.</summary>
    public void TakenIn(SimulatedWebhook webhook) => _takenIn.Add(webhook.EventId);

    /// <summary>A command with an instrument reaches its payment.</summary>
    public void NamesInstrument(string customer) => _named[customer] = _named.GetValueOrDefault(customer) + 1;

    /// <summary>An instrument of a customer's is resolved.</summary>
    public void Resolves(string customer)
    {
        _named[customer] = _named.GetValueOrDefault(customer) - 1;
        Require(_named[customer] >= 0, "I10", "a command's instrument is resolved once");
    }

    /// <summary>The provider's event is acknowledged.</summary>
    public void Acknowledged(SimulatedWebhook webhook) =>
        Require(
            _takenIn.Contains(webhook.EventId) && world.Store.IsInInbox(webhook.EventId),
            "I13",
            "an event of the provider's is acknowledged when its effect and its id are durable");

    private static long RefundedOf(SimulatedCharge charge)
    {
        var sum = 0L;
        foreach (var refund in charge.Refunds)
        {
            sum += refund.Step == Step.Done ? refund.AmountMinor : 0;
        }

        return sum;
    }

    private static ProviderOperation? Open(ProviderOperation? operation) =>
        operation is { IsOpen: true } ? operation : null;

    private AttemptState Intended(AttemptId id)
    {
        var attempt = _trails.TryGetValue(id.Payment, out var trail) ? trail.Last.Attempt(id.Number) : null;
        Require(attempt is not null, "I4", "a provider receives only charges whose intent is durable");
        return attempt!;
    }
}
