using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Grains.Journal;

/// <summary>What every commit must satisfy before it is queued. The store's constraints say the same; here the one at
/// fault is named.</summary>
internal static class CommitRules
{
    private const int FingerprintLength = 64;
    private const int PrefixLength = 4;

    /// <exception cref="ArgumentException">The commit contradicts itself.</exception>
    public static void Require(PaymentCommit commit)
    {
        if (Broken(commit) is { } rule)
        {
            throw new ArgumentException($"The commit breaks a rule: {rule}.", nameof(commit));
        }
    }

    private static string? Broken(PaymentCommit commit)
    {
        if (commit.ExpectedVersion < 0 || (commit.ExpectedVersion == 0 && commit.Events.IsEmpty))
        {
            return "a new payment has an event";
        }

        if (commit.Events.IsEmpty && (!commit.Transfers.IsEmpty || commit.Request is not null))
        {
            return "money moves, and a request takes effect, with an event";
        }

        for (var index = 0; index < commit.Events.Length; index++)
        {
            if (commit.Events[index].Version != commit.ExpectedVersion + index + 1)
            {
                return "events are numbered without gaps";
            }
        }

        var row = commit.Row;
        if (row.RefundedMinor < 0 || row.RefundedMinor > row.CapturedMinor || row.CapturedMinor > row.AuthorizedMinor)
        {
            return "refunded is at most captured, and captured at most authorised";
        }

        foreach (var transfer in commit.Transfers)
        {
            if (!IsCausedBy(transfer.Cause, commit.Key.Payment))
            {
                return "a transfer's cause names its payment";
            }

            if (transfer.Amount.AmountMinor <= 0 || transfer.Debit == transfer.Credit)
            {
                return "a transfer moves something from one account to another";
            }
        }

        return commit.Request is null || commit.Request.Fingerprint.Length == FingerprintLength
            ? null
            : "a fingerprint is a SHA-256 in hex";
    }

    // The ledger's partitions have a key each, by cause. No cause can be in two of them, since all of a payment's are
    // in the one of its id: att_…, rfd_…, and then the payment's id as in pay_….
    private static bool IsCausedBy(string cause, PaymentId payment)
    {
        var id = payment.ToString().AsSpan(PrefixLength);
        return cause.Length > PrefixLength + id.Length
            && cause.AsSpan(PrefixLength, id.Length).SequenceEqual(id);
    }
}
