using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Payments;

/// <summary>
/// Which transfers a payment's event causes. The accounts are the merchant's own books: what each provider owes
/// (<c>receivable:razorpay</c>), what the merchant has earned (<c>merchant_payable</c>), and what providers keep
/// (<c>provider_fees</c>).
/// </summary>
public static class LedgerPostings
{
    /// <summary>What the merchant has earned, refunds taken off.</summary>
    public const string MerchantPayable = "merchant_payable";

    /// <summary>What providers keep.</summary>
    public const string ProviderFees = "provider_fees";

    /// <summary>Money that moved at providers and was not requested, until an operator clears it.</summary>
    public const string Suspense = "suspense";

    /// <summary>What a provider owes: captured and not yet part of a settlement, net of its fees.</summary>
    public static string ReceivableFrom(string provider) => $"receivable:{provider}";

    /// <summary>The transfers of events.</summary>
    /// <param name="payment">The payment.</param>
    /// <param name="state">The state after the events.</param>
    /// <param name="events">The events.</param>
    public static ImmutableArray<LedgerTransfer> Of(
        PaymentId payment, PaymentState state, ImmutableArray<PaymentEvent> events)
    {
        var transfers = ImmutableArray.CreateBuilder<LedgerTransfer>(2);
        foreach (var happened in events)
        {
            switch (happened)
            {
                case PaymentCaptured captured:
                    AddCapture(transfers, payment, state, captured.Attempt, captured.AmountMinor, captured.FeeMinor);
                    break;
                case SurplusCaptured surplus:
                    AddCapture(transfers, payment, state, surplus.Attempt, surplus.AmountMinor, surplus.FeeMinor);
                    break;
                case CaptureReversed reversed:
                    AddReversal(transfers, payment, state, reversed);
                    break;
                case RefundSucceeded refunded:
                    transfers.Add(RefundOf(payment, state, refunded.Refund));
                    break;
                case RefundReversed reversed:
                    transfers.Add(ReversalOf(payment, state, reversed));
                    break;
                case RefundFound found:
                    transfers.Add(RefundOf(payment, state, found.Refund));
                    break;
                case UnexpectedMoneyReported reported:
                    transfers.Add(UnexpectedOf(payment, state, reported.Number));
                    break;
                case UnexpectedMoneyCleared cleared:
                    transfers.Add(ClearedOf(UnexpectedOf(payment, state, cleared.Number)));
                    break;
                default:
                    break;
            }
        }

        return transfers.DrainToImmutable();
    }

    private static void AddCapture(
        ImmutableArray<LedgerTransfer>.Builder transfers, PaymentId payment, PaymentState state, int number,
        long amountMinor, long? feeMinor)
    {
        var cause = CauseOf(payment, number, state.Attempts[number - 1].Reversals);
        var receivable = ReceivableFrom(state.Attempts[number - 1].Provider);
        transfers.Add(new LedgerTransfer
        {
            Cause = cause,
            Kind = TransferKind.Capture,
            Debit = receivable,
            Credit = MerchantPayable,
            Amount = Money.Of(amountMinor, state.Amount.Currency),
        });
        if (feeMinor > 0)
        {
            transfers.Add(new LedgerTransfer
            {
                Cause = cause,
                Kind = TransferKind.Fee,
                Debit = ProviderFees,
                Credit = receivable,
                Amount = Money.Of(feeMinor.Value, state.Amount.Currency),
            });
        }
    }

    // What was taken back may turn out to have been captured after all: that is another capture of the attempt.
    private static string CauseOf(PaymentId payment, int attempt, int reversals)
    {
        var id = new AttemptId { Payment = payment, Number = attempt }.ToString();
        return reversals == 0 ? id : $"{id}~{reversals}";
    }

    private static void AddReversal(
        ImmutableArray<LedgerTransfer>.Builder transfers, PaymentId payment, PaymentState state,
        CaptureReversed reversed)
    {
        var cause = CauseOf(payment, reversed.Attempt, state.Attempts[reversed.Attempt - 1].Reversals - 1);
        var receivable = ReceivableFrom(state.Attempts[reversed.Attempt - 1].Provider);
        transfers.Add(new LedgerTransfer
        {
            Cause = cause,
            Kind = TransferKind.CaptureReversal,
            Debit = MerchantPayable,
            Credit = receivable,
            Amount = Money.Of(reversed.AmountMinor, state.Amount.Currency),
        });
        if (reversed.FeeMinor > 0)
        {
            transfers.Add(new LedgerTransfer
            {
                Cause = cause,
                Kind = TransferKind.FeeReversal,
                Debit = receivable,
                Credit = ProviderFees,
                Amount = Money.Of(reversed.FeeMinor.Value, state.Amount.Currency),
            });
        }
    }

    private static LedgerTransfer RefundOf(PaymentId payment, PaymentState state, int number, int earlier = 0)
    {
        var refund = state.Refunds[number - 1];
        var id = new RefundId { Payment = payment, Number = number }.ToString();
        var reversals = refund.Reversals - earlier;
        return new LedgerTransfer
        {
            Cause = reversals == 0 ? id : $"{id}~{reversals}",
            Kind = TransferKind.Refund,
            Debit = MerchantPayable,
            Credit = ReceivableFrom(state.Attempts[refund.Attempt - 1].Provider),
            Amount = Money.Of(refund.AmountMinor, state.Amount.Currency),
        };
    }

    private static LedgerTransfer UnexpectedOf(PaymentId payment, PaymentState state, int number)
    {
        var money = state.Unexpected[number - 1];
        var attempt = new AttemptId { Payment = payment, Number = money.Attempt };
        var receivable = ReceivableFrom(state.Attempts[money.Attempt - 1].Provider);
        var isReceived = money.Direction == MoneyDirection.Received;
        return new LedgerTransfer
        {
            Cause = $"{attempt}+{number}",
            Kind = isReceived ? TransferKind.UnexpectedReceipt : TransferKind.UnexpectedPayout,
            Debit = isReceived ? receivable : Suspense,
            Credit = isReceived ? Suspense : receivable,
            Amount = money.Amount,
        };
    }

    // From suspense to the merchant, whichever way the money went.
    private static LedgerTransfer ClearedOf(LedgerTransfer unexpected) => unexpected with
    {
        Kind = TransferKind.UnexpectedCleared,
        Debit = unexpected.Debit == Suspense ? MerchantPayable : Suspense,
        Credit = unexpected.Credit == Suspense ? MerchantPayable : Suspense,
    };

    // The transfer of what was booked, the other way round.
    private static LedgerTransfer ReversalOf(PaymentId payment, PaymentState state, RefundReversed reversed)
    {
        var booked = RefundOf(payment, state, reversed.Refund, earlier: 1);
        return booked with
        {
            Kind = TransferKind.RefundReversal,
            Debit = booked.Credit,
            Credit = booked.Debit,
            Amount = reversed.AmountMinor is { } amount ? booked.Amount with { AmountMinor = amount } : booked.Amount,
        };
    }
}
