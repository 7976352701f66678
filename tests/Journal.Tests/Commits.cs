using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Journal.Tests;

/// <summary>Commits as payments make them: accepted, captured, refunded.</summary>
internal static class Commits
{
    public const string Merchant = "shop";

    private static int _orders;

    public static string NewOrder() =>
        string.Create(CultureInfo.InvariantCulture, $"order_{Interlocked.Increment(ref _orders)}");

    public static RequestKey Request(string key, string body = "") => new()
    {
        Key = key,
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body))),
    };

    /// <summary>A new payment of 500.00 INR, due at once.</summary>
    public static PaymentCommit Accepted(
        string? order = null, RequestKey? request = null, string merchant = Merchant, PaymentId? id = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        var payment = id ?? PaymentId.New(TimeProvider.System);
        return new PaymentCommit
        {
            Key = PaymentKey.Of(merchant, payment),
            ExpectedVersion = 0,
            Row = new PaymentRow
            {
                OrderId = order ?? NewOrder(),
                CustomerId = "customer_1",
                Status = PaymentStatus.Pending,
                Amount = Money.Of(50_000, Currency.Inr),
                Method = PaymentMethodKind.Upi,
                AuthorizedMinor = 0,
                CapturedMinor = 0,
                RefundedMinor = 0,
                CreatedAt = now,
                UpdatedAt = now,
            },
            Events = [Event(1, "payment_accepted", now, null)],
            Transfers = [],
            Request = request,
            NextActionAt = now,
        };
    }

    /// <summary>All of it captured, less a fee.</summary>
    public static PaymentCommit Captured(PaymentCommit before)
    {
        var now = TimeProvider.System.GetUtcNow();
        var (version, amount) = (before.ExpectedVersion + before.Events.Length, before.Row.Amount);
        var cause = new AttemptId { Payment = before.Key.Payment, Number = 1 }.ToString();
        return before with
        {
            ExpectedVersion = version,
            Row = before.Row with
            {
                Status = PaymentStatus.Success,
                AuthorizedMinor = amount.AmountMinor,
                CapturedMinor = amount.AmountMinor,
                UpdatedAt = now,
            },
            Events = [Event(version + 1, "payment_captured", now, "payment.succeeded")],
            Transfers =
            [
                Transfer(
                    cause,
                    TransferKind.Capture,
                    "provider_receivable:razorpay",
                    "merchant_payable",
                    amount.AmountMinor),
                Transfer(cause, TransferKind.Fee, "provider_fees", "provider_receivable:razorpay", 1_180),
            ],
            Request = null,
            NextActionAt = null,
        };
    }

    /// <summary>Something that happens to the payment and moves no money.</summary>
    public static PaymentCommit Noted(PaymentCommit before, string type = "payment_noted")
    {
        var now = TimeProvider.System.GetUtcNow();
        var version = before.ExpectedVersion + before.Events.Length;
        return before with
        {
            ExpectedVersion = version,
            Row = before.Row with { UpdatedAt = now },
            Events = [Event(version + 1, type, now, null)],
            Transfers = [],
            Request = null,
        };
    }

    /// <summary>No event: only when the payment is woken next.</summary>
    public static PaymentCommit Rescheduled(PaymentCommit before, DateTimeOffset? dueAt) => before with
    {
        ExpectedVersion = before.ExpectedVersion + before.Events.Length,
        Events = [],
        Transfers = [],
        Request = null,
        NextActionAt = dueAt,
    };

    public static LedgerTransfer Transfer(
        string cause, TransferKind kind, string debit, string credit, long amountMinor) => new()
        {
            Cause = cause,
            Kind = kind,
            Debit = debit,
            Credit = credit,
            Amount = Money.Of(amountMinor, Currency.Inr),
        };

    public static ImmutableArray<JournaledEvent> Events(this StoredPayment? payment) => payment?.Events ?? [];

    private static JournaledEvent Event(int version, string type, DateTimeOffset at, string? publicType) => new()
    {
        Version = version,
        Type = type,
        At = at,
        Data = Encoding.UTF8.GetBytes(
            $$"""{"provider":"razorpay", "attempt":1,"reference":"pay_29QQoUBi66xm2f", "note":"अ"}"""),
        PublicType = publicType,
    };
}
