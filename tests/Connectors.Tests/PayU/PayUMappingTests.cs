using System.Text.Json;
using PaymentCluster.Connectors.PayU;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.PayU;

public sealed class PayUMappingTests
{
    [Theory]
    [InlineData("123.45", 12_345), InlineData("123.4", 12_340), InlineData("123", 12_300)]
    [InlineData("0.07", 7), InlineData("1000000000000.00", 100_000_000_000_000)]
    public void An_amount_is_read_in_paise(string text, long paise)
    {
        Assert.True(PayUMapping.TryReadMoney(text, out var money));
        Assert.Equal(Money.Of(paise, Currency.Inr), money);
    }

    [Theory]
    [InlineData(null), InlineData(""), InlineData("0"), InlineData("0.00"), InlineData("-1.00")]
    [InlineData("1.234"), InlineData("1."), InlineData(".5"), InlineData("1,00")]
    [InlineData("1e3"), InlineData(" 1.00"), InlineData("1.00 "), InlineData("NaN")]
    [InlineData("1000000000000.01"), InlineData("99999999999999999999")]
    public void What_is_no_amount_is_not_read(string? text) => Assert.False(PayUMapping.TryReadMoney(text, out _));

    [Theory]
    [InlineData("JPY"), InlineData("KWD"), InlineData("USD")]
    public void Other_currencies_are_refused(string code) =>
        Assert.NotNull(PayUCapabilities.With(TimeSpan.FromSeconds(1)).Refuses(
            new PaymentMethod { Kind = PaymentMethodKind.Card }, Money.Of(1_000, Currency.Parse(code))));

    // docs.payu.in/reference/payment-state-explanations.
    [Theory]
    [InlineData("success", "captured", typeof(ProviderOutcome.Succeeded))]
    [InlineData("Success", "Captured", typeof(ProviderOutcome.Succeeded))]
    [InlineData("success", "auth", typeof(ProviderOutcome.Succeeded))]
    [InlineData("failure", "userCancelled", typeof(ProviderOutcome.Declined))]
    [InlineData("failure", "bounced", typeof(ProviderOutcome.Declined))]
    [InlineData("failure", "dropped", typeof(ProviderOutcome.Declined))]
    [InlineData("failure", "failed", typeof(ProviderOutcome.Declined))]
    [InlineData("failure", "autoRefund", typeof(ProviderOutcome.Declined))]
    [InlineData("pending", "initiated", typeof(ProviderOutcome.Pending))]
    [InlineData("pending", "in progress", typeof(ProviderOutcome.Pending))]
    [InlineData("pending", "pending", typeof(ProviderOutcome.Pending))]
    [InlineData("pending", "captured", typeof(ProviderOutcome.Pending))]
    [InlineData("failure", "captured", typeof(ProviderOutcome.Pending))]
    [InlineData("success", "failed", typeof(ProviderOutcome.Pending))]
    [InlineData("success", "", typeof(ProviderOutcome.Pending))]
    [InlineData("success", "settled", typeof(ProviderOutcome.Pending))]
    public void A_status_is_what_the_table_says_and_else_pending(string status, string unmapped, Type expected)
    {
        var outcome = PayUReading.Outcome(Details(PayURig.ChargeJson(status, unmapped)));
        Assert.IsType(expected, outcome);
        Assert.Equal(PayURig.Pay, outcome!.ProviderReference);
    }

    [Fact]
    public void Success_and_auth_is_authorised_and_not_captured()
    {
        var authorised = (ProviderOutcome.Succeeded)PayUReading.Outcome(
            Details(PayURig.ChargeJson("success", "auth")))!;
        Assert.Equal(
            (ChargeStage.Authorized, ConnectorRig.Rupees, "401234567890"),
            (authorised.Stage, authorised.Amount, authorised.BankReference));
    }

    [Theory]
    // What the customer paid on top is not the merchant's.
    [InlineData("123.45", "0.00", "123.45", 12_345)]
    [InlineData("123.45", "2.50", "125.95", 12_345)]
    [InlineData("123.45", "2.50", "123.45", 12_345)]
    // What does not add up is reported as it was paid.
    [InlineData("123.45", "0.00", "124.45", 12_445)]
    [InlineData("123.45", "2.50", "100.00", 10_000)]
    [InlineData("", "0.00", "99.00", 9_900)]
    public void The_amount_is_what_the_merchant_gets(string amount, string charges, string paid, long paise)
    {
        var outcome = (ProviderOutcome.Succeeded)PayUReading.Outcome(
            Details(PayURig.ChargeJson("success", "captured", amount, charges, paid)))!;
        Assert.Equal(Money.Of(paise, Currency.Inr), outcome.Amount);
    }

    [Theory]
    [InlineData("mihpayid", "\"abc\""), InlineData("status", "\"\"")]
    [InlineData("status", "null"), InlineData("mihpayid", "[]")]
    public void A_charge_that_lacks_what_must_be_there_is_not_read(string name, string value)
    {
        var json = PayURig.ChargeJson("success", "captured");
        var from = json.IndexOf($"\"{name}\":\"", StringComparison.Ordinal) + name.Length + 3;
        var to = json.IndexOf(',', from);
        if (name == "status")
        {
            from = json.IndexOf("\"status\":\"success\"", StringComparison.Ordinal) + 9;
            to = json.IndexOf(',', from);
        }

        Assert.Null(PayUReading.Outcome(Details(json[..from] + value + json[to..])));
    }

    [Theory]
    [InlineData("failed", "UPI", "E1610", "Z9|INSUFFICIENT FUNDS", "insufficient_funds", FailureParty.Customer)]
    [InlineData("failed", "UPI", "E1610", "U69", "upi_request_expired", FailureParty.Customer)]
    [InlineData("failed", "CC", "E310", "Z9|not of UPI", "payu_e310", FailureParty.Bank)]
    [InlineData("failed", "CC", "E308", "", "insufficient_funds", FailureParty.Customer)]
    [InlineData("failed", "CC", "E216", "", "acquirer_unreachable", FailureParty.Provider)]
    [InlineData("failed", "CC", "E000", "", "declined", FailureParty.Bank)]
    [InlineData("failed", "CC", "<b>", "", "declined", FailureParty.Bank)]
    [InlineData("userCancelled", "UPI", "E1605", "ZA", "upi_payer_declined", FailureParty.Customer)]
    [InlineData("userCancelled", "NB", "E1605", "", "cancelled_by_customer", FailureParty.Customer)]
    [InlineData("bounced", "NB", "E1302", "", "abandoned_by_customer", FailureParty.Customer)]
    // Money may still move: never the provider's, whatever the code says.
    [InlineData("dropped", "CC", "E216", "", "no_answer_from_bank", FailureParty.Bank)]
    [InlineData("autoRefund", "CC", "E216", "", "refunded_by_provider", FailureParty.Bank)]
    public void A_failure_has_a_code_and_a_party(
        string unmapped, string mode, string code, string bank, string expected, FailureParty party)
    {
        var declined = (ProviderOutcome.Declined)PayUReading.Outcome(Details(
            PayURig.ChargeJson("failure", unmapped, mode: mode, code: code, bank: bank)))!;
        Assert.Equal((expected, party), (declined.Failure.Code, declined.Failure.Party));
        Assert.NotEmpty(declined.Failure.Message);
    }

    [Theory]
    [InlineData("RB|DEEMED"), InlineData("UP"), InlineData("01")]
    public void A_upi_payment_that_can_still_turn_either_way_is_pending(string bank) =>
        Assert.IsType<ProviderOutcome.Pending>(
            PayUReading.Outcome(Details(PayURig.ChargeJson("failure", "failed", bank: bank))));

    [Theory]
    [InlineData("success", typeof(ProviderOutcome.Succeeded))]
    [InlineData(" SUCCESS ", typeof(ProviderOutcome.Succeeded))]
    [InlineData("FAILURE", typeof(ProviderOutcome.Declined))]
    [InlineData("QUEUED", typeof(ProviderOutcome.Pending))]
    [InlineData("od_hit", typeof(ProviderOutcome.Pending))]
    [InlineData("anything", typeof(ProviderOutcome.Pending))]
    public void A_refunds_state_is_read_without_its_case(string status, Type expected)
    {
        var action = JsonSerializer.Deserialize(
            JsonDocument.Parse(PayURig.ActionsJson("refund", "t", status)).RootElement
                .GetProperty("transaction_details")
                .GetProperty(PayURig.Pay)
                .GetProperty(PayURig.Request),
            PayUJson.Default.ActionDetails)!;
        var outcome = PayUReading.Outcome(action);
        Assert.IsType(expected, outcome);
        Assert.Equal(
            "74332746053000000000001",
            (outcome as ProviderOutcome.Succeeded)?.BankReference ?? "74332746053000000000001");
    }

    private static ChargeDetails Details(string json) => JsonSerializer.Deserialize(
        JsonDocument.Parse(json).RootElement
            .GetProperty("transaction_details")
            .GetProperty(ConnectorRig.Attempt.ToString()),
        PayUJson.Default.ChargeDetails)!;
}
