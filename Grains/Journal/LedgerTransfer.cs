using PaymentCluster.Grains.Abstractions.Amounts;

namespace PaymentCluster.Grains.Journal;

/// <summary>What a transfer means. Numbers are stored and never reused.</summary>
public enum TransferKind
{
    /// <summary>A charge's money was captured.</summary>
    Capture = 1,

    /// <summary>What the provider keeps of a capture.</summary>
    Fee = 2,

    /// <summary>Money was refunded to a customer.</summary>
    Refund = 3,

    /// <summary>A capture that was booked, and turned out never to have been, was taken back.</summary>
    CaptureReversal = 4,

    /// <summary>The fee of such a capture was taken back.</summary>
    FeeReversal = 5,

    /// <summary>A refund that was booked, and turned out never to have been paid out, was taken back.</summary>
    RefundReversal = 6,

    /// <summary>A provider received money that was not requested.</summary>
    UnexpectedReceipt = 7,

    /// <summary>A provider paid out money that was not requested.</summary>
    UnexpectedPayout = 8,

    /// <summary>An operator looked at such money: it is the merchant's.</summary>
    UnexpectedCleared = 9,
}

/// <summary>One movement of money: one debit account, one credit account, one amount. The books balance by
/// construction.</summary>
public sealed record LedgerTransfer
{
    /// <summary>The attempt or refund that caused it; with <see cref="Kind"/> it is the transfer's identity, so that no
    /// transfer is posted twice.</summary>
    public required string Cause { get; init; }

    /// <summary>What it means.</summary>
    public required TransferKind Kind { get; init; }

    /// <summary>The account that is debited.</summary>
    public required string Debit { get; init; }

    /// <summary>The account that is credited.</summary>
    public required string Credit { get; init; }

    /// <summary>How much; more than nothing.</summary>
    public required Money Amount { get; init; }
}
