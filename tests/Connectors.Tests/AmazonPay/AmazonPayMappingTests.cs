using System.Text.Json;
using PaymentCluster.Connectors.AmazonPay;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.AmazonPay;

public sealed class AmazonPayMappingTests
{
    [Theory]
    [InlineData("EUR", 1_400, "14.00"), InlineData("USD", 5, "0.05")]
    [InlineData("GBP", 100, "1.00"), InlineData("JPY", 295, "295")]
    public void Amounts_are_text_in_major_units(string code, long minor, string text)
    {
        var amount = AmazonPayMapping.ToAmount(Money.Of(minor, Currency.Parse(code)));
        Assert.Equal((text, code), (amount.Number.GetString(), amount.CurrencyCode));
        Assert.True(AmazonPayMapping.TryReadMoney(amount, out var back));
        Assert.Equal(Money.Of(minor, Currency.Parse(code)), back);
    }

    [Theory]
    [InlineData("14", "EUR", 1_400), InlineData("14.5", "EUR", 1_450)]
    [InlineData("\"14.000\"", "EUR", 1_400), InlineData("\"295.00\"", "JPY", 295)]
    [InlineData("295", "JPY", 295), InlineData("\"0.010\"", "KWD", 10)]
    public void Amounts_are_read_as_numbers_too(string json, string code, long minor)
    {
        Assert.True(AmazonPayMapping.TryReadMoney(Amount(json, code), out var money));
        Assert.Equal(Money.Of(minor, Currency.Parse(code)), money);
    }

    [Theory]
    [InlineData("\"14.001\"", "EUR"), InlineData("\"295.5\"", "JPY")]
    [InlineData("\"-1\"", "EUR"), InlineData("\"1,000.00\"", "EUR"), InlineData("\"\"", "EUR")]
    [InlineData("\"1.0.0\"", "EUR"), InlineData("1e3", "EUR"), InlineData("\"14.00\"", "XXX")]
    [InlineData("\"14.00\"", null), InlineData("\"0.00\"", "EUR")]
    [InlineData("\".50\"", "EUR"), InlineData("\"99999999999999999999\"", "EUR")]
    [InlineData("true", "EUR"), InlineData("null", "EUR")]
    public void What_is_no_amount_is_not_read(string json, string? code) =>
        Assert.False(AmazonPayMapping.TryReadMoney(Amount(json, code), out _));

    [Theory]
    [InlineData("SoftDeclined", "soft_declined", FailureParty.Bank)]
    [InlineData("HardDeclined", "hard_declined", FailureParty.Bank)]
    [InlineData("AmazonRejected", "amazon_rejected", FailureParty.Customer)]
    [InlineData("ProcessingFailure", "processing_failure", FailureParty.Provider)]
    [InlineData("TransactionTimedOut", "transaction_timed_out", FailureParty.Bank)]
    [InlineData("BuyerCanceled", "buyer_canceled", FailureParty.Customer)]
    [InlineData("MerchantCanceled", "voided", FailureParty.Merchant)]
    [InlineData("ExpiredUnused", "authorization_expired", FailureParty.Merchant)]
    [InlineData("InvalidChargePermissionStatus", "invalid_charge_permission_status", FailureParty.Customer)]
    [InlineData("Expired", "expired", FailureParty.Customer)]
    [InlineData("MFAFailed", "mfa_failed", FailureParty.Customer)]
    [InlineData("Whatever new", "declined", FailureParty.Engine), InlineData(null, "declined", FailureParty.Engine)]
    public void Reasons_are_failures_and_say_whose_fault_it_is(string? reason, string code, FailureParty party)
    {
        var failure = AmazonPayFailures.Of(reason, FailureCodes.Declined, FailureParty.Engine);
        Assert.Equal((code, party), (failure.Code, failure.Party));
        Assert.EndsWith(".", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AuthorizationInitiated", "pending")]
    [InlineData("Authorized", "authorized")]
    [InlineData("CaptureInitiated", "pending")]
    [InlineData("Captured", "captured"), InlineData("Declined", "declined")]
    [InlineData("Canceled", "declined"), InlineData("Postponed", "pending")]
    public void States_of_a_charge_are_outcomes(string state, string expected)
    {
        var charge = JsonSerializer.Deserialize(AmazonPayRig.ChargeJson(state), AmazonPayJson.Default.ChargeEntity);
        Assert.Equal(expected, AmazonPayMapping.Outcome(charge, "order") switch
        {
            ProviderOutcome.Pending { ProviderOrder: "order", ProviderReference: AmazonPayRig.Charge } => "pending",
            ProviderOutcome.Succeeded { Stage: ChargeStage.Authorized } => "authorized",
            ProviderOutcome.Succeeded { Stage: ChargeStage.Captured } => "captured",
            ProviderOutcome.Declined => "declined",
            var other => other?.ToString(),
        });
    }

    [Fact]
    public void What_was_captured_counts_and_not_what_was_authorised()
    {
        var charge = JsonSerializer.Deserialize(
            AmazonPayRig.ChargeJson("Captured", captured: "5.00"), AmazonPayJson.Default.ChargeEntity);
        var captured = Assert.IsType<ProviderOutcome.Succeeded>(AmazonPayMapping.Outcome(charge, null));
        Assert.Equal(Money.Of(500, Currency.Parse("EUR")), captured.Amount);
    }

    [Theory]
    [InlineData("a/../b"), InlineData("x?y"), InlineData(""), InlineData(null), InlineData("S02 1"), InlineData("é-1")]
    public void What_could_bend_a_path_is_no_id(string? id) => Assert.False(AmazonPayMapping.IsId(id));

    [Fact]
    public void Effects_have_short_names_of_their_own()
    {
        List<string> effects =
        [
            "att_1", "att_1/charge", "att_1/capture/5", "att_1/capture/6", "rfd_1", "link/https://x.example/",
        ];
        var names = effects.ConvertAll(AmazonPayMapping.KeyOf);
        Assert.All(names, name => Assert.Matches("^[0-9a-z]{32}$", name));
        Assert.Equal(effects.Count, names.Distinct().Count());
    }

    [Fact]
    public void Rupees_cards_and_other_wallets_are_refused_centrally()
    {
        var capabilities = AmazonPayCapabilities.With(TimeSpan.FromSeconds(60));
        var wallet = new PaymentMethod { Kind = PaymentMethodKind.Wallet, Wallet = "amazonpay" };
        Assert.Null(capabilities.Refuses(wallet, AmazonPayRig.Euros));
        Assert.Contains("INR", capabilities.Refuses(wallet, Money.Of(100, Currency.Inr))!, StringComparison.Ordinal);
        Assert.NotNull(capabilities.Refuses(wallet, Money.Of(100, Currency.Parse("KWD"))));
        Assert.NotNull(capabilities.Refuses(wallet with { Wallet = "mobikwik" }, AmazonPayRig.Euros));
        Assert.NotNull(capabilities.Refuses(wallet with { Wallet = null }, AmazonPayRig.Euros));
        Assert.NotNull(capabilities.Refuses(new PaymentMethod { Kind = PaymentMethodKind.Card }, AmazonPayRig.Euros));
    }

    private static Amount Amount(string json, string? code) =>
        new() { Number = JsonElement.Parse(json), CurrencyCode = code };
}
