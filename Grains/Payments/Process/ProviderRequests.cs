using Microsoft.Extensions.Options;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>Requests to providers, made of the durable state alone: an attempt's id is the provider's idempotency key,
/// so that sending it again is recognised.</summary>
/// <param name="tokens">Makes the addresses that the payer's browser returns to and that the provider calls.</param>
/// <param name="options">Says where they are.</param>
public sealed class ProviderRequests(PaymentTokens tokens, IOptions<PaymentOptions> options)
{
    private static readonly TimeSpan LongestSend = TimeSpan.FromSeconds(30);

    /// <summary>A charge.</summary>
    internal ChargeRequest Charge(
        PaymentKey key,
        PaymentState state,
        AttemptState attempt,
        bool resend,
        ChargeInstrument instrument,
        SendWindow window)
    {
        var id = new AttemptId { Payment = key.Payment, Number = attempt.Number };
        return new ChargeRequest
        {
            Attempt = id,
            Amount = state.Amount,
            Instrument = instrument,
            Capture = state.Capture,
            Customer = state.Customer,
            Description = state.Description,
            CallbackUrl = new Uri(
                options.Value.PublicUrl,
                $"/return/{key.Merchant}/{attempt.Provider}/{id}/{tokens.ReturnNonce(key, attempt.Number)}"),
            ExpiresAt = state.ExpiresAt,
            Resend = resend,
            Window = window,
        };
    }

    /// <summary>A status query of a charge.</summary>
    internal static ChargeQuery QueryCharge(PaymentKey key, PaymentState state, int number, SendWindow window)
    {
        var attempt = state.Attempts[number - 1];
        return new ChargeQuery
        {
            Attempt = new AttemptId { Payment = key.Payment, Number = number },
            Amount = state.Amount,
            ProviderOrder = attempt.ProviderOrder,
            ProviderReference = attempt.ProviderReference,
            Linked = attempt.Link is { } link ? new LinkedCharge(link, state.Capture) : null,
            Completion = state.Awaits(attempt) ? window : null,
        };
    }

    /// <summary>How a charge is found in a list of its provider's payments; null where it is better queried: its order
    /// is not known, it may have been sent at very different times, or its provider leaves a step to us.</summary>
    internal static ListableCharge? Listable(PaymentState state, AttemptState attempt)
    {
        var (charge, from) = (attempt.Charge, attempt.Charge.StartedAt);
        var to = charge.MayHaveArrived || charge.Send.Before < charge.ChangedAt ? charge.Send.Before : charge.ChangedAt;
        return attempt is { ProviderOrder: { } order, Link: null } && to >= from && to - from <= LongestSend
            ? new ListableCharge
            {
                ProviderOrder = order,
                ProviderReference = attempt.ProviderReference,
                Amount = state.Amount,
                From = from,
                To = to,
            }
            : null;
    }

    /// <summary>A capture.</summary>
    internal static CaptureRequest Capture(PaymentKey key, PaymentState state, int number, SendWindow window)
    {
        var attempt = state.Attempts[number - 1];
        return new CaptureRequest
        {
            Attempt = new AttemptId { Payment = key.Payment, Number = number },
            Amount = Money.Of(attempt.Capture!.AmountMinor, state.Amount.Currency),
            ProviderOrder = attempt.ProviderOrder,
            ProviderReference = attempt.ProviderReference!,
            Window = window,
        };
    }

    /// <summary>The release of an authorisation.</summary>
    internal static VoidAuthorizationRequest Void(PaymentKey key, PaymentState state, int number, SendWindow window)
    {
        var attempt = state.Attempts[number - 1];
        return new VoidAuthorizationRequest
        {
            Attempt = new AttemptId { Payment = key.Payment, Number = number },
            Amount = Money.Of(attempt.AuthorizedMinor, state.Amount.Currency),
            ProviderOrder = attempt.ProviderOrder,
            ProviderReference = attempt.ProviderReference!,
            Window = window,
        };
    }

    /// <summary>Where a provider sends a merchant's webhooks, if it is to prove that it is the provider.</summary>
    public Uri WebhookUrl(string merchant, string provider) => new(
        options.Value.PublicUrl, $"/webhooks/{merchant}/{provider}/{tokens.WebhookToken(merchant, provider)}");

    /// <summary>A refund.</summary>
    internal RefundRequest Refund(PaymentKey key, PaymentState state, int number, SendWindow window)
    {
        var refund = state.Refunds[number - 1];
        var attempt = state.Attempts[refund.Attempt - 1];
        return new RefundRequest
        {
            Refund = new RefundId { Payment = key.Payment, Number = number },
            Attempt = new AttemptId { Payment = key.Payment, Number = attempt.Number },
            Amount = Money.Of(refund.AmountMinor, state.Amount.Currency),
            ProviderOrder = attempt.ProviderOrder,
            ProviderReference = attempt.ProviderReference!,
            Reason = refund.Reason,
            WebhookUrl = WebhookUrl(key.Merchant, attempt.Provider),
            Window = window,
        };
    }

    /// <summary>A status query of a refund.</summary>
    internal static RefundQuery QueryRefund(PaymentKey key, PaymentState state, int number)
    {
        var refund = state.Refunds[number - 1];
        var attempt = state.Attempts[refund.Attempt - 1];
        return new RefundQuery
        {
            Refund = new RefundId { Payment = key.Payment, Number = number },
            Attempt = new AttemptId { Payment = key.Payment, Number = attempt.Number },
            Amount = Money.Of(refund.AmountMinor, state.Amount.Currency),
            ProviderOrder = attempt.ProviderOrder,
            ProviderReference = attempt.ProviderReference!,
            ProviderRefund = refund.ProviderReference,
        };
    }
}
