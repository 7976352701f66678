using System.Globalization;
using System.Text.Json;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.AmazonPay;

/// <summary>Writes the objects as the API has them.</summary>
internal static class AmazonPayJson
{
    public static SimulatedResponse Of(int status, AmazonPaySession session) =>
        SimulatedResponse.Json(status, session, Write);

    public static SimulatedResponse Of(int status, AmazonPayPermission permission) =>
        SimulatedResponse.Json(status, permission, Write);

    public static SimulatedResponse Of(int status, AmazonPayCharge charge) =>
        SimulatedResponse.Json(status, charge, Write);

    public static SimulatedResponse Of(int status, AmazonPayRefund refund) =>
        SimulatedResponse.Json(status, refund, Write);

    /// <summary>What is still missing before the buyer can be sent to Amazon.</summary>
    public static IEnumerable<(string Id, string Description)> Constraints(AmazonPaySession session)
    {
        if (session.ResultUrl is null)
        {
            yield return ("CheckoutResultReturnUrlNotSet", "checkoutResultReturnUrl is not set.");
        }

        if (session.Amount is null && !session.SetupOnly)
        {
            yield return ("ChargeAmountNotSet", "chargeAmount is not set.");
        }

        if (session.Intent is null)
        {
            yield return ("PaymentIntentNotSet", "paymentIntent is not set.");
        }
    }

    /// <summary>The page that the buyer places the order on.</summary>
    public static string PageOf(AmazonPaySession session) => $"{session.BaseUrl}/amazonpay/checkout/{session.Id}";

    private static void Write(Utf8JsonWriter json, AmazonPaySession session)
    {
        var isReady = session.State == AmazonPaySessionState.Open && !Constraints(session).Any();
        json.WriteStartObject();
        json.WriteString("checkoutSessionId", session.Id);
        json.WriteStartObject("webCheckoutDetails");
        json.WriteString("checkoutReviewReturnUrl", session.ReviewUrl);
        json.WriteString("checkoutResultReturnUrl", session.ResultUrl);
        json.WriteString("checkoutCancelUrl", session.CancelUrl);
        json.WriteString("checkoutMode", session.CheckoutMode);
        json.WriteString("amazonPayRedirectUrl", isReady ? PageOf(session) : null);
        json.WriteEndObject();
        json.WriteString("productType", "PayOnly");
        json.WriteStartObject("paymentDetails");
        json.WriteString("paymentIntent", session.Intent);
        json.WriteBoolean("canHandlePendingAuthorization", session.CanHandlePending);
        WriteMoney(json, "chargeAmount", session.Amount, session.Currency);
        json.WriteNull("totalOrderAmount");
        json.WriteString("softDescriptor", session.SoftDescriptor);
        json.WriteString("presentmentCurrency", session.PresentmentCurrency);
        json.WriteEndObject();
        json.WriteString("chargePermissionType", session.ChargePermissionType);
        json.WritePropertyName("paymentMethodOnFileMetadata");
        if (session.ChargePermissionType == AmazonPayPermission.OnFile)
        {
            json.WriteStartObject();
            json.WriteBoolean("setupOnly", session.SetupOnly);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNullValue();
        }

        WriteMetadata(json, session.Metadata);
        json.WriteNull("buyer");
        json.WriteNull("shippingAddress");
        json.WriteNull("billingAddress");
        json.WriteStartArray("paymentPreferences");
        json.WriteEndArray();
        json.WriteStartArray("constraints");
        foreach (var (id, description) in Constraints(session))
        {
            json.WriteStartObject();
            json.WriteString("constraintId", id);
            json.WriteString("description", description);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteStatus(json, session.State.ToString(), session.Reason, session.ChangedAt);
        json.WriteString("chargePermissionId", session.PermissionId);
        json.WriteString("chargeId", session.ChargeId);
        json.WriteString("storeId", session.StoreId);
        WriteEnd(json, session.Id, session.CreatedAt, session.ExpiresAt, session.KeyId);
    }

    private static void Write(Utf8JsonWriter json, AmazonPayPermission permission)
    {
        json.WriteStartObject();
        json.WriteString("chargePermissionId", permission.Id);
        json.WriteString("chargePermissionType", permission.Type);
        json.WriteStartObject("limits");
        WriteMoney(json, "amountLimit", permission.Limit, permission.Currency);
        WriteMoney(json, "amountBalance", permission.Limit is null ? null : permission.Balance, permission.Currency);
        json.WriteEndObject();
        json.WriteString("presentmentCurrency", permission.Currency);
        // A list of reasons here, where the other objects have one.
        json.WriteStartObject("statusDetails");
        json.WriteString("state", permission.State.ToString());
        json.WriteStartArray("reasons");
        if (permission.Reason is { } reason)
        {
            json.WriteStartObject();
            json.WriteString("reasonCode", reason);
            json.WriteString("reasonDescription", Describe(reason));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("lastUpdatedTimestamp", Time(permission.ChangedAt));
        json.WriteEndObject();
        WriteMetadata(json, permission.Metadata);
        WriteEnd(json, permission.Id, permission.CreatedAt, permission.ExpiresAt, permission.KeyId);
    }

    private static void Write(Utf8JsonWriter json, AmazonPayCharge charge)
    {
        json.WriteStartObject();
        json.WriteString("chargeId", charge.Id);
        json.WriteString("chargePermissionId", charge.PermissionId);
        WriteMoney(json, "chargeAmount", charge.Amount, charge.Currency);
        WriteMoney(
            json, "captureAmount", charge.State == AmazonPayChargeState.Captured ? charge.Captured : null,
            charge.Currency);
        WriteMoney(json, "refundedAmount", charge.Refunded, charge.Currency);
        json.WriteNull("convertedAmount");
        json.WriteNull("conversionRate");
        json.WriteString("softDescriptor", charge.SoftDescriptor);
        json.WriteString("chargeInitiator", charge.Initiator);
        json.WriteString("channel", charge.Channel);
        WriteMetadata(json, charge.Metadata);
        json.WriteStartObject("providerMetadata");
        json.WriteNull("providerReferenceId");
        json.WriteEndObject();
        WriteStatus(json, charge.State.ToString(), charge.Reason, charge.ChangedAt);
        WriteEnd(json, charge.Id, charge.CreatedAt, charge.ExpiresAt, charge.KeyId);
    }

    private static void Write(Utf8JsonWriter json, AmazonPayRefund refund)
    {
        json.WriteStartObject();
        json.WriteString("refundId", refund.Id);
        json.WriteString("chargeId", refund.ChargeId);
        WriteMoney(json, "refundAmount", refund.Amount, refund.Currency);
        json.WriteString("softDescriptor", refund.SoftDescriptor);
        WriteStatus(
            json,
            refund.State.ToString(),
            refund.State == AmazonPayRefundState.Declined ? "ProcessingFailure" : null,
            refund.ChangedAt);
        WriteEnd(json, refund.Id, refund.CreatedAt, null, refund.KeyId);
    }

    private static void WriteMoney(Utf8JsonWriter json, string name, long? amount, string? currency)
    {
        if (amount is null || currency is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteString("amount", AmazonPayCurrencies.Spell(amount.Value, currency));
        json.WriteString("currencyCode", currency);
        json.WriteEndObject();
    }

    private static void WriteMetadata(Utf8JsonWriter json, AmazonPayMetadata metadata)
    {
        json.WriteStartObject("merchantMetadata");
        json.WriteString("merchantReferenceId", metadata.MerchantReferenceId);
        json.WriteString("merchantStoreName", metadata.MerchantStoreName);
        json.WriteString("noteToBuyer", metadata.NoteToBuyer);
        json.WriteString("customInformation", metadata.CustomInformation);
        json.WriteEndObject();
    }

    private static void WriteStatus(Utf8JsonWriter json, string state, string? reason, long changedAt)
    {
        json.WriteStartObject("statusDetails");
        json.WriteString("state", state);
        json.WriteString("reasonCode", reason);
        json.WriteString("reasonDescription", reason is null ? null : Describe(reason));
        json.WriteString("lastUpdatedTimestamp", Time(changedAt));
        json.WriteEndObject();
    }

    private static void WriteEnd(Utf8JsonWriter json, string id, long createdAt, long? expiresAt, string keyId)
    {
        json.WriteString("releaseEnvironment", keyId.StartsWith("LIVE-", StringComparison.Ordinal)
            || id[0] is 'P' or 'B' ? "Live" : "Sandbox");
        json.WriteString("creationTimestamp", Time(createdAt));
        if (expiresAt is { } end)
        {
            json.WriteString("expirationTimestamp", Time(end));
        }

        json.WriteEndObject();
    }

    private static string Describe(string reason) => $"The object is in this state for the reason {reason}.";

    private static string Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime
        .ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
}
