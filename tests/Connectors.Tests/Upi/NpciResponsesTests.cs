using PaymentCluster.Connectors.Upi;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Upi;

public sealed class NpciResponsesTests
{
    [Theory]
    [InlineData("U69", "upi_request_expired", FailureParty.Customer)]
    [InlineData("ZA", "upi_payer_declined", FailureParty.Customer)]
    [InlineData("Z9", "insufficient_funds", FailureParty.Customer)]
    [InlineData("ZM", "wrong_upi_pin", FailureParty.Customer)]
    [InlineData("Z6", "upi_pin_tries_exceeded", FailureParty.Customer)]
    [InlineData("Z7", "upi_frequency_limit", FailureParty.Customer)]
    [InlineData("Z8", "upi_amount_limit", FailureParty.Customer)]
    [InlineData("ZU", "upi_issuer_limit", FailureParty.Bank)]
    [InlineData("ZH", "vpa_invalid", FailureParty.Customer), InlineData("ZE", "vpa_not_permitted", FailureParty.Bank)]
    [InlineData("ZG", "vpa_restricted", FailureParty.Bank), InlineData("XH", "account_missing", FailureParty.Bank)]
    [InlineData("YE", "account_blocked", FailureParty.Bank), InlineData("ZX", "account_dormant", FailureParty.Bank)]
    [InlineData("B1", "mobile_number_changed", FailureParty.Customer)]
    [InlineData("B6", "account_details_mismatch", FailureParty.Bank)]
    [InlineData("XB", "upi_not_permitted", FailureParty.Bank), InlineData("59", "suspected_fraud", FailureParty.Bank)]
    [InlineData("zm", "wrong_upi_pin", FailureParty.Customer)]
    [InlineData(" U69 ", "upi_request_expired", FailureParty.Customer)]
    public void A_failures_code_says_why_and_whose_fault(string code, string expected, FailureParty party)
    {
        var failure = NpciResponses.FailureOf(code)!;
        Assert.Equal((expected, party), (failure.Code, failure.Party));
        Assert.Matches("^[A-Z][^.]+[.]$", failure.Message);
        Assert.False(NpciResponses.IsOpen(code));
    }

    [Theory]
    [InlineData("01"), InlineData("RB"), InlineData("rb"), InlineData("96"), InlineData("UP"), InlineData("UB")]
    public void A_code_that_can_turn_either_way_is_no_failure(string code)
    {
        Assert.True(NpciResponses.IsOpen(code));
        Assert.Null(NpciResponses.FailureOf(code));
    }

    [Theory]
    [InlineData("00"), InlineData("U30"), InlineData("BT"), InlineData("QQ"), InlineData(""), InlineData(null)]
    public void A_code_that_is_not_known_to_be_a_failure_says_nothing(string? code)
    {
        Assert.Null(NpciResponses.FailureOf(code));
        Assert.False(NpciResponses.IsOpen(code));
    }
}
