using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Journal.Tests;

/// <summary>Payments of long ago, as the rules decided them then.</summary>
internal static class OldPayments
{
    private static readonly Money Amount = Money.Of(50_000, Currency.Inr);

    /// <summary>A payment that was made and paid at a time.</summary>
    public static PaymentCommit[] Paid(DateTimeOffset at, RequestKey? request = null)
    {
        var key = PaymentKey.Of(Commits.Merchant, new PaymentId { Value = Guid.CreateVersion7(at) });
        var start = new StartPayment
        {
            OrderId = Commits.NewOrder(),
            Amount = Amount,
            Instrument = new Instrument.UpiIntent(),
            Capture = CaptureMode.Automatic,
            Customer = new Customer { Id = "customer_1", Name = "A\tB \\ \"अ\"\nC" },
            Metadata = ImmutableDictionary<string, string>.Empty,
            Request = request,
        };
        var accepted = CommitOf(key, null, PaymentDecider.Decide(null, start, ContextAt(at)), at, request);
        var paid = new RecordOutcome
        {
            Operation = OperationKey.Charge(1),
            Outcome = new ProviderOutcome.Succeeded
            {
                Stage = ChargeStage.Captured, Amount = Amount, Fee = Money.Of(1_180, Currency.Inr),
                ProviderReference = $"pay_{key.Payment.Value:N}",
            },
            Source = ReportSource.Response,
            Send = 1,
        };
        var state = StateAfter(accepted);
        return [accepted, CommitOf(key, state, PaymentDecider.Decide(state, paid, ContextAt(at)), at)];
    }

    /// <summary>What a refund of it adds, paid out at a time.</summary>
    public static PaymentCommit[] Refunded(PaymentCommit[] paid, DateTimeOffset at)
    {
        var key = paid[0].Key;
        var before = StateAfter(paid);
        var requested = CommitOf(
            key, before, PaymentDecider.Decide(before, new RefundPayment { AmountMinor = 20_000 }, ContextAt(at)), at);
        var refunding = StateAfter([.. paid, requested]);
        var done = new RecordOutcome
        {
            Operation = OperationKey.Refund(1),
            Outcome = new ProviderOutcome.Succeeded
            {
                Stage = ChargeStage.Captured, Amount = Money.Of(20_000, Currency.Inr), ProviderReference = "rfnd_1",
            },
            Source = ReportSource.Response,
            Send = 1,
        };
        return [requested, CommitOf(key, refunding, PaymentDecider.Decide(refunding, done, ContextAt(at)), at)];
    }

    /// <summary>A payment with a refund of which nothing is known.</summary>
    public static PaymentCommit[] WithPendingRefund(DateTimeOffset at)
    {
        var paid = Paid(at);
        return [.. paid, Refunded(paid, at)[0]];
    }

    private static DecisionContext ContextAt(DateTimeOffset now) => new()
    {
        Now = now,
        SendWindow = TimeSpan.FromSeconds(20),
        ClockError = TimeSpan.FromSeconds(10),
        ExpiresIn = TimeSpan.FromMinutes(15),
        Route = new Route
        {
            Provider = "razorpay",
            CapturesByItself = true,
            VisibilityWindow = TimeSpan.FromMinutes(1),
            LateSuccess = TimeSpan.FromDays(3),
        },
    };

    private static PaymentState StateAfter(params PaymentCommit[] commits) => commits
        .SelectMany(commit => commit.Events)
        .Select(PaymentEventJson.Read)
        .Aggregate((PaymentState?)null, PaymentState.Evolve)!;

    private static PaymentCommit CommitOf(
        PaymentKey key, PaymentState? before, Decision decision, DateTimeOffset now, RequestKey? request = null)
    {
        var events = Assert.IsType<Decision.Accepted>(decision).Events;
        var after = events.Aggregate(before, PaymentState.Evolve)!;
        return PaymentRecord.CommitOf(key, before, after, events, request, now);
    }
}
