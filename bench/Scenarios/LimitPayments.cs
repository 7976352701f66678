using System.Collections.Immutable;
using PaymentCluster.Bench.Load;
using PaymentCluster.Bench.Server;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Bench.Scenarios;

/// <summary>Payments as the product decides and stores them: decided once by its own rules, and then repeated with
/// other ids, orders and times.</summary>
internal sealed class LimitPayments
{
    /// <summary>Whose payments they are.</summary>
    public const string Merchant = "bench";

    private static readonly TimeSpan SendWindow = TimeSpan.FromSeconds(20);

    private static long s_orders;

    private LimitPayments(PaymentCommit accept, PaymentCommit complete) => (Accept, Complete) = (accept, complete);

    /// <summary>What makes a payment durable before its provider is called.</summary>
    public PaymentCommit Accept { get; }

    /// <summary>What makes its success durable.</summary>
    public PaymentCommit Complete { get; }

    /// <summary>Decides one.</summary>
    public static LimitPayments Decide()
    {
        var now = TimeProvider.System.GetUtcNow();
        var key = PaymentKey.Of(Merchant, PaymentId.New(TimeProvider.System));
        var context = new DecisionContext
        {
            Now = now,
            SendWindow = SendWindow,
            ClockError = TimeSpan.FromSeconds(10),
            ExpiresIn = TimeSpan.FromMinutes(15),
            Route = new Route
            {
                Provider = InstantConnector.Name,
                CapturesByItself = true,
                VisibilityWindow = TimeSpan.FromSeconds(5),
                LateSuccess = TimeSpan.FromMinutes(5),
            },
        };
        var start = new StartPayment
        {
            OrderId = Order(0),
            Amount = Money.Of(Requests.Amount, Currency.Inr),
            Instrument = new Instrument.UpiIntent(),
            Capture = CaptureMode.Automatic,
            Customer = new Customer(),
            Metadata = ImmutableDictionary<string, string>.Empty,
        };
        var (accept, accepted) = Decide(key, null, PaymentDecider.Decide(null, start, context), now);
        var paid = new RecordOutcome
        {
            Operation = OperationKey.Charge(1),
            Outcome = InstantConnector.Success(start.Amount, $"{AttemptOf(key.Payment)}"),
            Source = ReportSource.Response,
            Send = 1,
        };
        var (complete, _) = Decide(key, accepted, PaymentDecider.Decide(accepted, paid, context), now);
        return new LimitPayments(accept, complete);
    }

    /// <summary>That many more, in the order of their ids: both commits of each.</summary>
    public IEnumerable<(PaymentCommit Accept, PaymentCommit Complete)> Next(int count)
    {
        var due = TimeProvider.System.GetUtcNow() + SendWindow;
        for (var index = 0; index < count; index++)
        {
            var key = PaymentKey.Of(Merchant, PaymentId.New(TimeProvider.System));
            var (order, cause) = (Order(Interlocked.Increment(ref s_orders)), AttemptOf(key.Payment).ToString());
            yield return (
                Accept with
                {
                    Key = key,
                    Row = Accept.Row with { OrderId = order },
                    NextActionAt = due.AddTicks(index),
                },
                Complete with
                {
                    Key = key,
                    Row = Complete.Row with { OrderId = order },
                    Transfers = [.. Complete.Transfers.Select(transfer => transfer with { Cause = cause })],
                });
        }
    }

    private static AttemptId AttemptOf(PaymentId payment) => new() { Payment = payment, Number = 1 };

    private static string Order(long number) => $"limit_{number:d10}";

    private static (PaymentCommit Commit, PaymentState After) Decide(
        PaymentKey key, PaymentState? before, Decision decision, DateTimeOffset now)
    {
        var events = ((Decision.Accepted)decision).Events;
        var after = events.Aggregate(before, PaymentState.Evolve)!;
        return (PaymentRecord.CommitOf(key, before, after, events, null, now), after);
    }
}
