using System.Text.Json;
using PaymentCluster.Connectors.Razorpay;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Razorpay;

public sealed class RazorpayMappingTests
{
    [Theory]
    [InlineData("created", null, "Pending"), InlineData("authorized", null, "Succeeded Authorized")]
    [InlineData("captured", null, "Succeeded Captured"), InlineData("refunded", null, "Succeeded Captured")]
    [InlineData("refunded", false, "Declined"), InlineData("failed", null, "Declined")]
    [InlineData("pending", null, "Pending"), InlineData("a_status_of_tomorrow", null, "Pending")]
    public void A_payments_status_is_an_outcome(string status, bool? captured, string expected)
    {
        var outcome = RazorpayMapping.Outcome(Payment(RazorpayRig.PaymentJson(status, captured: captured)));
        Assert.Equal(expected, outcome switch
        {
            ProviderOutcome.Succeeded succeeded => $"Succeeded {succeeded.Stage}",
            _ => outcome?.GetType().Name,
        });
        Assert.Equal((RazorpayRig.Order, RazorpayRig.Pay), (outcome!.ProviderOrder, outcome.ProviderReference));
    }

    [Fact]
    public void A_captured_payment_tells_amount_fee_and_bank_reference()
    {
        var outcome = Assert.IsType<ProviderOutcome.Succeeded>(
            RazorpayMapping.Outcome(Payment(RazorpayRig.PaymentJson("captured"))));
        Assert.Equal(ConnectorRig.Rupees, outcome.Amount);
        Assert.Equal(292, outcome.Fee!.Value.AmountMinor);
        Assert.Equal("412345678901", outcome.BankReference);
    }

    [Fact]
    public void A_fee_is_booked_only_in_the_payments_own_currency()
    {
        var json = RazorpayRig.PaymentJson("captured").Replace("INR", "USD", StringComparison.Ordinal);
        Assert.Null(Assert.IsType<ProviderOutcome.Succeeded>(RazorpayMapping.Outcome(Payment(json))).Fee);
    }

    [Theory]
    [InlineData("customer", "payment_cancelled", "BAD_REQUEST_ERROR", "payment_cancelled", FailureParty.Customer)]
    [InlineData("issuer_bank", "card_declined", "BAD_REQUEST_ERROR", "card_declined", FailureParty.Bank)]
    [InlineData(
        "gateway", "gateway_technical_error", "GATEWAY_ERROR", "gateway_technical_error", FailureParty.Provider)]
    [InlineData("business", "payment_failed", "BAD_REQUEST_ERROR", "payment_failed", FailureParty.Merchant)]
    [InlineData("NA", "NA", "GATEWAY_ERROR", FailureCodes.Declined, FailureParty.Provider)]
    [InlineData("NA", "Not a word!", "BAD_REQUEST_ERROR", FailureCodes.Declined, FailureParty.Customer)]
    public void A_failed_payment_says_why_and_by_whom(
        string source, string reason, string code, string expected, FailureParty party)
    {
        var error = $"\"error_code\":\"{code}\",\"error_source\":\"{source}\",\"error_reason\":\"{reason}\","
            + "\"error_description\":\"Why.\",";
        var declined = Assert.IsType<ProviderOutcome.Declined>(
            RazorpayMapping.Outcome(Payment(RazorpayRig.PaymentJson("failed", error: error))));
        Assert.Equal(
            (expected, "Why.", party), (declined.Failure.Code, declined.Failure.Message, declined.Failure.Party));
    }

    [Theory]
    [InlineData("The api key provided is invalid", FailureCodes.CredentialsRefused)]
    [InlineData("Authentication failed", FailureCodes.CredentialsRefused)]
    [InlineData("The API key/secret provided is invalid.", FailureCodes.CredentialsRefused)]
    [InlineData("Authentication failed due to incorrect otp", "invalid_otp")]
    public void Refused_credentials_are_distinguished_from_a_customers_failed_authentication(
        string description, string expected) =>
        Assert.Equal(
            expected,
            RazorpayMapping.Refused(
                new ErrorBody { Code = "BAD_REQUEST_ERROR", Description = description, Reason = "invalid_otp" }).Code);

    [Theory]
    [InlineData("processed", typeof(ProviderOutcome.Succeeded)), InlineData("failed", typeof(ProviderOutcome.Declined))]
    [InlineData("pending", typeof(ProviderOutcome.Pending)), InlineData("created", typeof(ProviderOutcome.Pending))]
    [InlineData("a_status_of_tomorrow", typeof(ProviderOutcome.Pending))]
    public void A_refunds_status_is_an_outcome(string status, Type expected)
    {
        var outcome = RazorpayMapping.Outcome(Refund(RazorpayRig.RefundJson(status)));
        Assert.IsType(expected, outcome);
        Assert.Equal(RazorpayRig.Rfnd, outcome!.ProviderReference);
    }

    [Fact]
    public void A_processed_refund_tells_amount_and_bank_reference()
    {
        var outcome = Assert.IsType<ProviderOutcome.Succeeded>(
            RazorpayMapping.Outcome(Refund(RazorpayRig.RefundJson("processed"))));
        Assert.Equal((ConnectorRig.Rupees, "74332746053000000000001"), (outcome.Amount, outcome.BankReference));
    }

    [Theory]
    [InlineData("\"id\":\"pay_TESTpay0000001\"", "\"id\":\"pay_../x\"")]
    [InlineData("\"id\":\"pay_TESTpay0000001\"", "\"id\":null")]
    [InlineData("\"amount\":12345", "\"amount\":0"), InlineData("\"amount\":12345", "\"amount\":-1")]
    [InlineData("\"amount\":12345", "\"amount\":9223372036854775807"), InlineData("\"amount\":12345", "\"sum\":1")]
    [InlineData("\"INR\"", "\"inr\"")]
    [InlineData("\"INR\"", "\"XXX\"")]
    [InlineData("\"captured\",\"order_id\"", "\"\",\"order_id\"")]
    [InlineData("\"order_id\":\"order_TESTord00001\"", "\"order_id\":\"pay_1\"")]
    public void A_payment_that_lacks_what_must_be_there_has_no_outcome(string part, string replacement)
    {
        var json = RazorpayRig.PaymentJson("captured");
        Assert.Contains(part, json, StringComparison.Ordinal);
        Assert.Null(RazorpayMapping.Outcome(Payment(json.Replace(part, replacement, StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData(UpiFlow.Intent, "intent", "upi://pay?pa=a@b&am=1.00", CustomerActionKind.UpiIntent)]
    [InlineData(UpiFlow.Qr, "intent", "upi://pay?pa=a@b&am=1.00", CustomerActionKind.UpiQr)]
    [InlineData(null, "redirect", "https://bank.example/3ds", CustomerActionKind.Redirect)]
    [InlineData(UpiFlow.Collect, "poll", "https://api.razorpay.example/v1/payments/x", CustomerActionKind.UpiApprove)]
    [InlineData(null, "redirect", "javascript:alert(1)", null)]
    [InlineData(null, "redirect", "http://bank.example/3ds", null)]
    [InlineData(UpiFlow.Intent, "intent", "intent://evil", null)]
    [InlineData(null, "otp_generate", "https://x.example/", null)]
    public void The_next_step_is_the_customers_action(
        UpiFlow? flow, string action, string url, CustomerActionKind? expected)
    {
        var instrument = ConnectorRig.InstrumentOf(new PaymentMethod
        {
            Kind = flow is null ? PaymentMethodKind.Card : PaymentMethodKind.Upi, Flow = flow, Vpa = "a@b",
        });
        NextStep[] steps =
        [
            new() { Action = "poll", Url = "https://api.razorpay.example/v1/payments/x" },
            new() { Action = action, Url = url },
        ];
        var step = RazorpayMapping.Action(instrument, steps, plainHttp: false);
        Assert.Equal(expected, step?.Kind);
        Assert.True(step is null || step.Url is null || step.Url == url);
    }

    [Fact]
    public void A_description_that_quotes_a_card_is_masked()
    {
        var failure = RazorpayMapping.Refused(
            new ErrorBody { Code = "BAD_REQUEST_ERROR", Description = "4111 1111 1111 1111 is no card." });
        Assert.Equal("*** is no card.", failure.Message);
    }

    private static PaymentEntity Payment(string json) =>
        JsonSerializer.Deserialize(json, RazorpayJson.Default.PaymentEntity)!;

    private static RefundEntity Refund(string json) =>
        JsonSerializer.Deserialize(json, RazorpayJson.Default.RefundEntity)!;
}
