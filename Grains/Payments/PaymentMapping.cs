using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Refunds;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Payments;

/// <summary>What merchants see of a payment.</summary>
internal static class PaymentMapping
{
    public static PaymentView ToView(this PaymentState state, PaymentId id)
    {
        var current = state.Current;
        return new PaymentView
        {
            Id = id,
            OrderId = state.OrderId,
            Status = state.Status,
            Amount = state.Amount,
            AuthorizedMinor = current?.AuthorizedMinor ?? 0,
            CapturedMinor = current?.CapturedMinor ?? 0,
            RefundedMinor = current is null ? 0 : Refunded(state, current),
            RefundStatus = ProgressOf(state, current),
            Capture = state.Capture,
            Method = current?.Method,
            Action = state.Status == PaymentStatus.RequiresAction ? current?.Action : null,
            Failure = current?.Failure,
            Provider = current?.Provider,
            Attempt = current is null ? null : new AttemptId { Payment = id, Number = current.Number },
            ProviderReference = current?.ProviderReference,
            BankReference = current?.BankReference,
            Customer = state.Customer,
            Description = state.Description,
            ReturnUrl = state.ReturnUrl,
            Metadata = state.Metadata,
            Refunds = [.. state.Refunds.Select(refund => refund.ToView(state, id))],
            CreatedAt = state.CreatedAt,
            UpdatedAt = state.UpdatedAt,
            ExpiresAt = state.ExpiresAt,
            Version = state.Version,
            IsFinal = IsFinal(state),
            Basket = state.Basket,
            Unexpected = [.. state.Unexpected.Select(money => money.ToView(id))],
        };
    }

    private static UnexpectedMoneyView ToView(this UnexpectedMoney money, PaymentId payment) => new()
    {
        Number = money.Number,
        Attempt = new AttemptId { Payment = payment, Number = money.Attempt },
        Direction = money.Direction,
        Amount = money.Amount,
        ProviderReference = money.ProviderReference,
        Reason = money.Reason,
        ReportedAt = money.ReportedAt,
        IsCleared = money.IsCleared,
    };

    /// <summary>What the row of an archived payment says: its status and amounts.</summary>
    public static PaymentView ToView(this StoredPayment archived, PaymentId id)
    {
        var row = archived.Row;
        return new PaymentView
        {
            Id = id,
            OrderId = row.OrderId,
            Status = row.Status,
            Amount = row.Amount,
            AuthorizedMinor = row.AuthorizedMinor,
            CapturedMinor = row.CapturedMinor,
            RefundedMinor = row.RefundedMinor,
            RefundStatus = row.RefundedMinor == 0 ? RefundProgress.None
                : row.RefundedMinor == row.CapturedMinor ? RefundProgress.Full
                : RefundProgress.Partial,
            Capture = CaptureMode.Automatic,
            Method = row.Method is { } kind ? new PaymentMethod { Kind = kind } : null,
            Customer = new Customer { Id = row.CustomerId },
            Metadata = ImmutableDictionary<string, string>.Empty,
            Refunds = [],
            CreatedAt = row.CreatedAt,
            UpdatedAt = row.UpdatedAt,
            ExpiresAt = row.UpdatedAt,
            Version = archived.Version,
            IsFinal = true,
            IsArchived = archived.IsArchived,
        };
    }

    public static RefundView ToView(this RefundState refund, PaymentState state, PaymentId payment) => new()
    {
        Id = new RefundId { Payment = payment, Number = refund.Number },
        Amount = Money.Of(refund.AmountMinor, state.Amount.Currency),
        Status = refund.Status,
        Reason = refund.Reason,
        Automatic = refund.Automatic,
        ProviderReference = refund.ProviderReference,
        BankReference = refund.BankReference,
        Failure = refund.Failure,
        CreatedAt = refund.CreatedAt,
        UpdatedAt = refund.UpdatedAt,
    };

    public static ImmutableArray<TimelineEntry> Timeline(ImmutableArray<JournaledEvent> events, int afterVersion)
    {
        var entries = ImmutableArray.CreateBuilder<TimelineEntry>(events.Length);
        PaymentState? state = null;
        foreach (var stored in events)
        {
            var happened = PaymentEventJson.Read(stored);
            state = PaymentState.Evolve(state, happened);
            if (stored.Version > afterVersion)
            {
                entries.Add(EntryOf(stored, happened, state));
            }
        }

        return entries.DrainToImmutable();
    }

    /// <summary>The entries of events that follow a state; null for a new payment.</summary>
    public static List<TimelineEntry> Timeline(
        PaymentState? before, ImmutableArray<PaymentEvent> events, ImmutableArray<JournaledEvent> stored)
    {
        var entries = new List<TimelineEntry>(events.Length);
        var state = before;
        for (var index = 0; index < events.Length; index++)
        {
            state = PaymentState.Evolve(state, events[index]);
            entries.Add(EntryOf(stored[index], events[index], state));
        }

        return entries;
    }

    private static TimelineEntry EntryOf(JournaledEvent stored, PaymentEvent happened, PaymentState after) => new()
    {
        Version = stored.Version,
        Type = stored.Type,
        At = stored.At,
        Summary = PaymentTimeline.Summarise(happened, after),
        Status = after.Status,
    };

    private static long Refunded(PaymentState state, AttemptState current) => state.Refunds
        .Where(refund => refund.Attempt == current.Number && refund.IsBooked)
        .Sum(refund => refund.AmountMinor);

    private static RefundProgress ProgressOf(PaymentState state, AttemptState? current)
    {
        if (current is null)
        {
            return RefundProgress.None;
        }

        var refunded = Refunded(state, current);
        return refunded == 0
            ? state.Refunds.Any(refund => refund.Attempt == current.Number && refund.Status == RefundStatus.Pending)
                ? RefundProgress.Pending
                : RefundProgress.None
            : refunded == current.CapturedMinor ? RefundProgress.Full : RefundProgress.Partial;
    }

    /// <summary>Whether nothing more happens to it without a call.</summary>
    public static bool IsFinal(PaymentState state) => state.Status switch
    {
        PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.NeedsReview => false,
        PaymentStatus.Authorized =>
            state.Current is { Capture: null or { IsOpen: false } } current && (
                !current.ProviderCaptures || current.Failure is not null),
        PaymentStatus.Success or PaymentStatus.Failed or PaymentStatus.Cancelled or PaymentStatus.Expired =>
            state.Refunds.All(refund => refund.Status != RefundStatus.Pending),
    };
}
