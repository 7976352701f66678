using Microsoft.Extensions.Options;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Refunds;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>Replies to callers: views of the durable state, and where a payer's browser goes.</summary>
/// <param name="tokens">Makes client secrets.</param>
/// <param name="options">Says where the checkout page is.</param>
public sealed class PaymentReplies(PaymentTokens tokens, IOptions<PaymentOptions> options)
{
    // How long a payer's browser can still read the outcome.
    private static readonly TimeSpan ReadAfterwards = TimeSpan.FromHours(1);

    /// <summary>The reply to a start.</summary>
    /// <param name="key">The payment.</param>
    /// <param name="state">The payment after it.</param>
    /// <param name="outcome">What became of it.</param>
    /// <param name="isForPayer">Whether the payer's browser goes on: it chooses the method, or started the
    /// attempt.</param>
    internal StartReply ToStart(PaymentKey key, PaymentState? state, CommandOutcome outcome, bool isForPayer)
    {
        var payment = outcome.Refusal is null && outcome.Elsewhere is null ? state?.ToView(key.Payment) : null;
        var secret = isForPayer && payment is not null ? SecretOf(key, state!) : null;
        return new StartReply
        {
            Payment = payment,
            Refusal = outcome.Refusal,
            Replayed = outcome.Replayed,
            Elsewhere = outcome.Elsewhere,
            Started = outcome.Started,
            ClientSecret = secret,
            CheckoutUrl = secret is null ? null : CheckoutUrl(key, secret),
        };
    }

    /// <summary>The reply to a command about the payment.</summary>
    internal static Reply<PaymentView> ToPayment(PaymentKey key, PaymentState? state, CommandOutcome outcome) =>
        outcome.Refusal is { } refusal
            ? Reply<PaymentView>.Refused(refusal)
            : Reply<PaymentView>.Of(state!.ToView(key.Payment), outcome.Replayed);

    /// <summary>The reply to a command about a refund.</summary>
    internal static Reply<RefundView> ToRefund(PaymentKey key, PaymentState? state, CommandOutcome outcome) =>
        outcome.Refusal is { } refusal
            ? Reply<RefundView>.Refused(refusal)
            : state?.Refund(outcome.Refund) is { } refund
                ? Reply<RefundView>.Of(refund.ToView(state, key.Payment), outcome.Replayed)
                : Reply<RefundView>.Refused(Refusal.Of(
                    ErrorCode.IdempotencyKeyReused,
                    "The idempotency key belongs to a request that is not about a refund."));

    /// <summary>Where the payer's browser goes after it returned from a provider.</summary>
    internal CustomerReturn ToReturn(PaymentKey key, PaymentState state, bool isFirst) => new()
    {
        Payment = state.ToView(key.Payment),
        IsByCheckout = state.ByCheckout,
        IsFirst = isFirst,
        Session = isFirst && state.ByCheckout
            ? tokens.Issue(PaymentTokenKind.ReturnedPage, key, state.ExpiresAt + ReadAfterwards)
            : null,
    };

    private Secret SecretOf(PaymentKey key, PaymentState state) =>
        tokens.Issue(PaymentTokenKind.ClientSecret, key, state.ExpiresAt + ReadAfterwards);

    private Secret CheckoutUrl(PaymentKey key, Secret secret) =>
        new(new Uri(options.Value.PublicUrl, $"/checkout/{key.Payment}?key={secret.Reveal()}").AbsoluteUri);
}
