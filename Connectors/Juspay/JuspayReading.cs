using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Upi;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using static PaymentCluster.Connectors.Contract.Outcomes;

namespace PaymentCluster.Connectors.Juspay;

/// <summary>What Juspay's objects say of a charge or a refund. Statuses:
/// docs.juspay.io/api-reference/docs/express-checkout/appendix.</summary>
internal static class JuspayReading
{
    private const int MostFields = 100;

    /// <summary>What an order says of its charge; null if it is not this order or lacks what must be there.</summary>
    public static ProviderOutcome? Charge(OrderObject? order, string orderId)
    {
        if (order is null || string.IsNullOrEmpty(order.Status) || !IsOrder(order.OrderId, orderId)
            || (order.TxnUuid is not null && !JuspayMapping.IsId(order.TxnUuid)))
        {
            return null;
        }

        ProviderOutcome? outcome = order.Status switch
        {
            // An order without a transaction: no charge was requested.
            "NEW" => new ProviderOutcome.NotFound(),
            "CHARGED" => Succeeded(order, ChargeStage.Captured),
            // Where a capture or a release failed, the authorisation may still exist, which is the safer reading.
            "AUTHORIZED" or "CAPTURE_FAILED" or "VOID_FAILED" => Succeeded(order, ChargeStage.Authorized),
            "VOIDED" => Declined(JuspayFailures.Voided),
            "AUTO_REFUNDED" => Declined(JuspayFailures.AutoRefunded),
            "JUSPAY_DECLINED" or "AUTHENTICATION_FAILED" or "AUTHORIZATION_FAILED" => Failed(order),
            // STARTED, PENDING_VBV, VBV_SUCCESSFUL, AUTHORIZING, CAPTURE_INITIATED, VOID_INITIATED; PARTIAL_CHARGED, of
            // whose amount is not documented; and anything that Juspay may add: it is queried again.
            _ => new ProviderOutcome.Pending(),
        };
        return outcome is null ? null : outcome with { ProviderOrder = orderId, ProviderReference = order.TxnUuid };
    }

    /// <summary>What an order says of one of its refunds; null if it is not this order or the refund cannot be
    /// read.</summary>
    public static ProviderOutcome? Refund(OrderObject? order, string orderId, string name)
    {
        if (order is null || !IsOrder(order.OrderId, orderId))
        {
            return null;
        }

        var found = order.Refunds?.Where(refund => refund?.UniqueRequestId == name).ToArray() ?? [];
        if (found is [])
        {
            return new ProviderOutcome.NotFound();
        }

        if (found is not [{ Status: { Length: > 0 } status } refund]
            || !JuspayMapping.TryReadMoney(refund.Amount, order.Currency, out var amount))
        {
            return null;
        }

        ProviderOutcome outcome = status switch
        {
            "SUCCESS" => new ProviderOutcome.Succeeded
            {
                Stage = ChargeStage.Captured, Amount = amount, BankReference = Short(refund.Arn),
            },
            // Another one takes another name, which is what a new refund of ours has.
            "FAILURE" => Declined(JuspayFailures.RefundFailed),
            // PENDING, MANUAL_REVIEW after ten days, and whatever Juspay may add.
            _ => new ProviderOutcome.Pending(),
        };
        return outcome with { ProviderReference = name };
    }

    /// <summary>The refunds that an order lists as paid out and that have no name of this engine's: they were made in
    /// Juspay's dashboard, or at the gateway. Null if there are none. Those of an order that is not paid are Juspay's
    /// own, of money that came too late.</summary>
    public static ImmutableArray<ProviderRefund>? OtherRefunds(OrderObject? order, AttemptId attempt)
    {
        if (order is not { Status: "CHARGED", Refunds: { Count: > 0 } listed }
            || !IsOrder(order.OrderId, JuspayMapping.OrderId(attempt)))
        {
            return null;
        }

        var others = ImmutableArray.CreateBuilder<ProviderRefund>();
        foreach (var refund in listed)
        {
            if (refund is { Status: "SUCCESS" }
                && Short(refund.UniqueRequestId ?? refund.Id) is { } name
                && JuspayMapping.TryReadMoney(refund.Amount, order.Currency, out var amount)
                && !OwnRefunds.Has(attempt.Payment, refund.UniqueRequestId, JuspayMapping.RefundName))
            {
                others.Add(new ProviderRefund
                {
                    ProviderReference = name,
                    Amount = amount,
                    BankReference = Short(refund.Arn),
                    ProviderPayment = JuspayMapping.IsId(order.TxnUuid) ? order.TxnUuid : null,
                });
            }
        }

        return others.Count == 0 ? null : others.ToImmutable();
    }

    /// <summary>Whether the status of a new transaction says that it waits for a step. Any other status of it is not to
    /// be trusted, say the documents: the order is queried.</summary>
    public static bool IsUnderWay(string? status) =>
        status is "PENDING_VBV" or "STARTED" or "AUTHORIZING" or "VBV_SUCCESSFUL";

    /// <summary>The customer's step; null if there is none that can be shown.</summary>
    public static CustomerAction? Action(ChargeRequest request, TxnPayment? payment, bool plainHttp)
    {
        if (request.Instrument is ChargeInstrument.UpiCollect)
        {
            return new CustomerAction { Kind = CustomerActionKind.UpiApprove };
        }

        if (request.Instrument.Kind == PaymentMethodKind.Upi && payment?.SdkParams is { } parameters)
        {
            return Link(request, parameters) is { } link
                ? new CustomerAction
                {
                    Kind = request.Instrument is ChargeInstrument.UpiQr
                        ? CustomerActionKind.UpiQr
                        : CustomerActionKind.UpiIntent,
                    Url = link,
                }
                : null;
        }

        return payment?.Authentication is { Url: { Length: > 0 and <= 2_048 } url } step && IsSafe(url, plainHttp)
            ? step.Method switch
            {
                "GET" => new CustomerAction { Kind = CustomerActionKind.Redirect, Url = url },
                "POST" when Fields(step.Params) is { } fields =>
                    new CustomerAction { Kind = CustomerActionKind.Form, Url = url, Fields = fields },
                _ => null,
            }
            : null;
    }

    /// <summary>Whether a response is about this order; Juspay does not look at the case.</summary>
    public static bool IsOrder(string? named, string orderId) =>
        string.Equals(named, orderId, StringComparison.OrdinalIgnoreCase);

    /// <summary>A text short enough to keep.</summary>
    public static string? Short(string? text) => text is { Length: > 0 and <= 64 } and not "NA" ? text : null;

    // upi://pay, of what Juspay returned: juspay.io/api-reference/docs/express-checkout/upi-intent-payment. A link for
    // another amount is none for this payment.
    private static string? Link(ChargeRequest request, SdkParams parameters)
    {
        if (parameters is not { MerchantVpa: { Length: > 0 } payee, Tr: { Length: > 0 and <= 64 } reference }
            || !JuspayMapping.TryReadMoney(parameters.Amount, request.Amount.Currency.Code, out var amount)
            || amount != request.Amount)
        {
            return null;
        }

        var link = new StringBuilder("upi://pay?pa=")
            .Append(Uri.EscapeDataString(payee).Replace("%40", "@", StringComparison.Ordinal));
        foreach (var (name, value) in ((string, string?)[])
            [
                ("pn", parameters.MerchantName),
                ("mc", parameters.Mcc),
                ("tid", parameters.Tid),
                ("tr", reference),
                ("tn", parameters.Tn),
            ])
        {
            if (!string.IsNullOrEmpty(value))
            {
                link.Append('&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            }
        }

        link.Append("&am=").Append(JuspayMapping.ToAmount(amount)).Append("&cu=INR");
        return link.Length <= 2_048 ? link.ToString() : null;
    }

    private static ProviderOutcome? Succeeded(OrderObject order, ChargeStage stage)
    {
        var gateway = order.PaymentGatewayResponse;
        // The captured amount is the transaction's; the order's is the requested one.
        var (amount, currency) = order switch
        {
            { TxnDetail: { NetAmount.ValueKind: JsonValueKind.Number or JsonValueKind.String } detail } =>
                (detail.NetAmount, detail.Currency ?? order.Currency),
            { EffectiveAmount.ValueKind: JsonValueKind.Number or JsonValueKind.String } =>
                (order.EffectiveAmount, order.Currency),
            _ => (order.Amount, order.Currency),
        };
        return order.TxnUuid is not null && JuspayMapping.TryReadMoney(amount, currency, out var money)
            ? new ProviderOutcome.Succeeded
            {
                Stage = stage, Amount = money, BankReference = Short(gateway?.Rrn) ?? Short(gateway?.AuthIdCode),
            }
            : null;
    }

    private static ProviderOutcome Failed(OrderObject order)
    {
        var codes = order.PaymentMethodType == "UPI"
            ? new[] { order.PaymentGatewayResponse?.RespCode, order.BankErrorCode }
            : [];
        return Array.Exists(codes, NpciResponses.IsOpen)
            ? new ProviderOutcome.Pending()
            : Declined(codes.Select(NpciResponses.FailureOf).FirstOrDefault(failure => failure is not null)
                ?? JuspayFailures.OfStatus(
                    order.Status!,
                    order.BankErrorMessage is { Length: > 0 } message
                        ? message
                        : order.PaymentGatewayResponse?.RespMessage));
    }

    private static bool IsSafe(string url, bool plainHttp) => Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (plainHttp && uri.Scheme == Uri.UriSchemeHttp));

    private static ImmutableDictionary<string, string>? Fields(JsonElement parameters)
    {
        if (parameters.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var fields = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var field in parameters.EnumerateObject())
        {
            var value = field.Value.ValueKind switch
            {
                JsonValueKind.String => field.Value.GetString()!,
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => field.Value.GetRawText(),
                JsonValueKind.Null => "",
                _ => null,
            };
            if (value is null || value.Length > 65_536 || fields.Count == MostFields)
            {
                return null;
            }

            fields[field.Name] = value;
        }

        return fields.ToImmutable();
    }
}
