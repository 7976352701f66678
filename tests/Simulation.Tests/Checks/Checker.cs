using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Simulation.Tests.Providers;
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Checks;

/// <summary>Compares, at every step and at the end, what the engine's journal says with what the provider's says and
/// with what clients' responses. This file holds what is checked of a commit. The numbers are those of
/// docs/testing.md.</summary>
internal sealed partial class Checker(World world)
{
    private readonly Dictionary<PaymentId, Trail> _trails = [];

    /// <summary>How many payments there were.</summary>
    public int Payments => _trails.Count;

    /// <summary>Breaks the run off if a promise does not hold.</summary>
    public static void Require(bool holds, string invariant, string promise)
    {
        if (!holds)
        {
            throw new BrokenInvariantException(invariant, promise);
        }
    }

    /// <summary>A commit takes effect.</summary>
    public void Commits(PaymentCommit commit)
    {
        if (!_trails.TryGetValue(commit.Key.Payment, out var trail))
        {
            _trails.Add(commit.Key.Payment, trail = new Trail(commit.Key));
        }

        Require(commit.ExpectedVersion == trail.States.Count, "I12", "each version of a payment is written once");
        foreach (var stored in commit.Events)
        {
            Require(stored.Version == trail.States.Count + 1, "I12", "versions follow one another without gaps");
            var happened = PaymentEventJson.Read(stored);
            var before = trail.States.Count == 0 ? null : trail.Last;
            trail.States.Add(PaymentState.Evolve(before, happened));
            Happens(trail, before, happened);
        }

        var state = trail.Last;
        state.CheckInvariants();
        Require(
            PaymentRecord.RowOf(state) == commit.Row, "I8", "the figures beside the events are what the events make");
        foreach (var transfer in commit.Transfers)
        {
            Books(trail, transfer);
        }
    }

    // An attempt belongs to one provider; a charge of it anywhere else is found by AtEnd.
    private SimulatedCharge? ChargeOf(Trail trail, int attempt) =>
        world.Provider(trail.Last.Attempts[attempt - 1].Provider).Find(NameOf(trail, attempt));

    private SimulatedRefund? RefundOf(Trail trail, int refund) =>
        world.Provider(trail.Last.Attempts[trail.Last.Refunds[refund - 1].Attempt - 1].Provider)
            .FindRefund(RefundNameOf(trail, refund));

    private SimulatedCharge? ChargeNamed(string name) =>
        world.Providers.Select(provider => provider.Find(name)).FirstOrDefault(charge => charge is not null);

    private SimulatedRefund? RefundNamed(string name) =>
        world.Providers.Select(provider => provider.FindRefund(name)).FirstOrDefault(refund => refund is not null);

    private static string NameOf(Trail trail, int attempt) =>
        new AttemptId { Payment = trail.Key.Payment, Number = attempt }.ToString();

    private static string RefundNameOf(Trail trail, int refund) =>
        new RefundId { Payment = trail.Key.Payment, Number = refund }.ToString();

    private static bool IsLegal(PaymentStatus? from, PaymentStatus to) => from == to || (from, to) switch
    {
        (null, PaymentStatus.Pending) => true,
        (PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.NeedsReview, PaymentStatus.Pending
            or PaymentStatus.RequiresAction or PaymentStatus.Authorized or PaymentStatus.Success or PaymentStatus.Failed
            or PaymentStatus.Expired or PaymentStatus.NeedsReview) => true,
        (PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.Authorized, PaymentStatus.Cancelled) =>
            true,
        (PaymentStatus.Authorized, PaymentStatus.Success or PaymentStatus.Failed or PaymentStatus.NeedsReview) => true,

        // The next attempt, or a late success of an earlier one.
        (PaymentStatus.Failed or PaymentStatus.Expired, PaymentStatus.Pending or PaymentStatus.Authorized
            or PaymentStatus.Success or PaymentStatus.NeedsReview) => true,
        _ => false,
    };

    private void Happens(Trail trail, PaymentState? before, PaymentEvent happened)
    {
        var status = trail.Last.Status;
        world.Tell("store", $"version {trail.States.Count}: {happened.GetType().Name}, {status}");
        if (!IsLegal(before?.Status, status))
        {
            Require(false, "I11", $"{before?.Status} does not become {status}");
        }

        switch (happened)
        {
            case PaymentAuthorized authorized:
                Require(
                    ChargeOf(trail, authorized.Attempt) is { } charge
                        && (charge.Step is Step.Authorized or Step.Done || authorized.At > charge.VisibleAt),
                    "I4",
                    "what is authorised here was authorised there");
                break;
            case ReviewRequired review:
                Require(
                    trail.Last.ExpiresAt <= world.Now + ClockError
                        || ChargeOf(trail, review.Attempt) is { IsRequestedAmount: false },
                    "I7",
                    "a review starts only at the deadline, or where the amounts differ");
                break;
            case ReviewResolved { Paid: true } resolved:
                trail.Resolved.Add(resolved.Attempt);
                break;
            case RefundSucceeded refunded:
                Require(
                    RefundOf(trail, refunded.Refund) is { Step: Step.Done },
                    "I6",
                    "what is refunded here was refunded there");
                break;
        }
    }

    private void Books(Trail trail, LedgerTransfer transfer)
    {
        Require(trail.Transfers.TryAdd((transfer.Cause, transfer.Kind), transfer), "I6", "a transfer is booked once");
        Require(
            transfer.Amount.AmountMinor > 0 && transfer.Debit != transfer.Credit,
            "I1",
            "a transfer moves something from one account to another");
        var moved = transfer.Kind switch
        {
            TransferKind.Capture => ChargeNamed(transfer.Cause)?.CapturedMinor,
            TransferKind.Fee => ChargeNamed(transfer.Cause)?.CapturedMinor / 50,
            TransferKind.Refund => RefundNamed(transfer.Cause)?.AmountMinor,
            _ => null,
        };
        Require(moved == transfer.Amount.AmountMinor, "I6", "what is booked is what the provider moved");
    }
}
