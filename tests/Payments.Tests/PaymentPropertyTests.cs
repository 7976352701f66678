using FsCheck;
using FsCheck.Fluent;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Payments.Tests;

/// <summary>What holds after any commands and any reports in any order. A history is a list of numbers, so that a
/// failing one shrinks.</summary>
public sealed class PaymentPropertyTests
{
    private static readonly PaymentId Id = PaymentId.New(TimeProvider.System);

    [Fact]
    public void Whatever_happens_the_invariants_hold_and_the_books_agree() => ForAnyHistory(history =>
    {
        var transfers = new List<LedgerTransfer>();
        var last = Play(history, (before, decision, after) =>
        {
            if (decision is Decision.Accepted accepted)
            {
                transfers.AddRange(LedgerPostings.Of(Id, after.State, accepted.Events));
                Assert.Equal(before.State.Version + accepted.Events.Length, after.State.Version);
            }
        });
        Assert.Equal(
            last.State.CapturedMinor,
            Sum(transfers, TransferKind.Capture) - Sum(transfers, TransferKind.CaptureReversal));
        Assert.Equal(
            last.State.RefundedMinor,
            Sum(transfers, TransferKind.Refund) - Sum(transfers, TransferKind.RefundReversal));
        Assert.Equal(
            last.State.Unexpected.Sum(money => money.Amount.AmountMinor),
            Sum(transfers, TransferKind.UnexpectedReceipt) + Sum(transfers, TransferKind.UnexpectedPayout));
        Assert.Equal(
            last.State.Unexpected.Where(money => money.IsCleared).Sum(money => money.Amount.AmountMinor),
            Sum(transfers, TransferKind.UnexpectedCleared));
        Assert.Equal(transfers.Count, transfers.Select(transfer => (transfer.Cause, transfer.Kind)).Distinct().Count());
    });

    [Fact]
    public void Whatever_happens_an_order_is_paid_at_most_once_net_of_what_is_refunded() => ForAnyHistory(history =>
    {
        var state = Play(history).State;
        var onTheWayBack = state.Refunds.Where(refund => refund.Status != RefundStatus.Failed).Sum(
            refund => refund.AmountMinor);
        Assert.True(state.CapturedMinor - onTheWayBack <= state.Amount.AmountMinor);
    });

    [Fact]
    public void Whatever_happens_a_payment_that_is_not_final_wakes_up_again() => ForAnyHistory(history =>
    {
        var last = Play(history);
        // What needs review waits for an operator, also where no status query is left.
        var final = last.State.Status is PaymentStatus.Success or PaymentStatus.Failed or PaymentStatus.Cancelled
            or PaymentStatus.Expired or PaymentStatus.NeedsReview;
        Assert.True(
            final || PaymentSchedule.NextActionAt(last.State, last.Now) > last.Now,
            $"{last.State.Status}: {string.Join(", ", last.State.Attempts)}");
    });

    [Fact]
    public void Repeating_any_report_changes_nothing_more() =>
        ForAnyHistory(history => Play(history, (_, _, after, command) =>
        {
            if (command is RecordOutcome or RecordProviderRefund && after.Decide(command) is Decision.Accepted again)
            {
                Assert.Empty(again.Events);
            }
        }));

    [Fact]
    public void Repeating_any_named_request_changes_nothing_more() =>
        ForAnyHistory(history => Play(history, (_, decision, after, command) =>
        {
            if (command is StartPayment or ConfirmPayment or CapturePayment or CancelPayment or RefundPayment
                or ResolvePayment or ResolveRefund or ClearUnexpectedMoney
                && decision is Decision.Accepted { Events.IsEmpty: false })
            {
                Assert.True(Assert.IsType<Decision.AlreadyApplied>(after.Decide(command)).Replayed);
            }
        }));

    [Fact]
    public void Every_event_reads_back_as_it_was_written() => ForAnyHistory(history => Play(history, (_, decision, _) =>
    {
        foreach (var happened in (decision as Decision.Accepted)?.Events ?? [])
        {
            var stored = PaymentEventJson.Write(happened, 1);
            Assert.Equal(stored.Data, PaymentEventJson.Write(PaymentEventJson.Read(stored), 1).Data);
        }
    }));

    private static void ForAnyHistory(Action<int[]> holds) => Prop
        .ForAll(Histories.OfAnyLength, holds)
        .Check(Config.QuickThrowOnFailure.WithMaxTest(2_000).WithEndSize(40));

    private static Given Play(int[] history, Action<Given, Decision, Given>? seen = null) =>
        Play(history, (before, decision, after, _) => seen?.Invoke(before, decision, after));

    private static Given Play(int[] history, Action<Given, Decision, Given, object> seen)
    {
        var manual = history.Length > 0 && history[0] % 2 == 0;
        var given = Given.Started(
            history.Length % 3 == 0 ? Given.TypedCard : Given.UpiIntent,
            manual ? CaptureMode.Manual : CaptureMode.Automatic,
            history.Length % 4 < 2 ? Given.Payu : null);
        given = history.Length % 5 == 0 ? given.WithElsewhere(cardInMemory: true) : given;
        for (var step = 0; step < history.Length; step++)
        {
            var choice = Math.Abs((long)history[step]) + (step * 7L);
            var command = CommandOf(choice, step, given);
            var decision = given.Decide(command);
            var after = given.After(decision);
            seen(given, decision, after, command);
            given = after.After(TimeSpan.FromSeconds(choice % 5 == 0 ? 600 : choice % 11));
        }

        return given;
    }

    private static object CommandOf(long choice, int step, Given given)
    {
        var request = new RequestKey { Key = $"key-{step}", Fingerprint = "f" };
        var attempt = (int)(choice % given.State.Attempts.Length) + 1;
        var source = (ReportSource)((choice % 3) + 1);
        return (choice % 19) switch
        {
            0 => Given.StartCommand() with { Request = request },
            1 => new ConfirmPayment
            {
                Instrument = Given.UpiIntent, Request = request, Replaces = request is null ? 1 : null,
            },
            2 => new CapturePayment { Request = request },
            3 => new CancelPayment { Request = request },
            4 => new RefundPayment { AmountMinor = (choice % 60_000) + 1, Request = request },
            5 => new RefundPayment { Request = request },
            6 => new ResumePayment(),
            7 when !given.State.Refunds.IsEmpty => Given.About(
                OperationKey.Refund((int)(choice % given.State.Refunds.Length) + 1),
                OutcomeOf(choice / 7, given),
                source),
            14 => Given.About(OperationKey.Void(attempt), OutcomeOf(choice / 7, given)),
            15 => new ResolvePayment { Paid = choice % 2 == 0, By = "ops", Note = "books", Request = request },
            16 => new RecordProviderRefund
            {
                Attempt = attempt,
                Amount = Given.Amount with { AmountMinor = (choice % 30_000) + 1 },
                ProviderReference = $"rfnd_{choice % 4}",
                Provider = "razorpay",
                ProviderOrder = "order_A",
            },
            17 => new ClearUnexpectedMoney
            {
                Number = (int)(choice % 3) + 1, By = "ops", Note = "seen", Request = request,
            },
            18 => new ResolveRefund
            {
                Number = (int)(choice % 3) + 1, Paid = choice % 2 == 0, By = "ops", Note = "books", Request = request,
            },
            8 => Given.About(OperationKey.Capture(attempt), OutcomeOf(choice / 7, given)),
            _ => Given.About(OperationKey.Charge(attempt), OutcomeOf(choice / 7, given), source),
        };
    }

    private static ProviderOutcome OutcomeOf(long choice, Given given) => (choice % 9) switch
    {
        0 => Given.Captured(),
        1 => Given.AuthorizedOutcome(),
        2 => Given.PendingWithAction,
        3 => new ProviderOutcome.Pending(),
        4 => new ProviderOutcome.Declined
        {
            Failure = Given.Refused with { Party = (FailureParty)((choice / 9 % 5) + 1) }, ProviderReference = "pay_A",
        },
        5 => new ProviderOutcome.NotSent { Reason = "Refused." },
        6 => new ProviderOutcome.Unknown { Reason = "Timeout." },
        7 => new ProviderOutcome.NotFound(),
        _ => Given.Captured(Given.Amount with { AmountMinor = given.State.Refunds.LastOrDefault()?.AmountMinor ?? 1 }),
    };

    private static long Sum(IEnumerable<LedgerTransfer> transfers, TransferKind kind) =>
        transfers.Where(transfer => transfer.Kind == kind).Sum(transfer => transfer.Amount.AmountMinor);
}
