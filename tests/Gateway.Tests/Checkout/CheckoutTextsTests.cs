using System.Reflection;
using System.Text.RegularExpressions;
using PaymentCluster.Gateway.Api.Checkout;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Gateway.Tests.Checkout;

public sealed partial class CheckoutTextsTests
{
    public static TheoryData<string> Codes =>
    [
        .. typeof(FailureCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(
            constant => (string)constant.GetRawConstantValue()!),
        "insufficient_funds", "wrong_upi_pin", "upi_request_expired", "vpa_invalid", "card_not_supported",
        "wallet_not_linked", "amount_above_limit", "a_code_of_a_provider",
    ];

    [Theory]
    [MemberData(nameof(Codes))]
    public void A_customer_reads_our_own_text_for_every_failure_in_each_language(string code)
    {
        foreach (var party in Enum.GetValues<FailureParty>())
        {
            var name = FailureTexts.For(
                new Failure { Code = code, Message = "Razorpay refused the API key.", Party = party });
            Assert.All(CheckoutText.Languages, language => Assert.NotEmpty(CheckoutText.In(language)[name]));
        }
    }

    [Theory]
    [InlineData("insufficient_funds", FailureParty.Customer, "fail_funds")]
    [InlineData("declined", FailureParty.Bank, "fail_declined")]
    [InlineData("credentials_refused", FailureParty.Merchant, "fail_technical")]
    [InlineData("provider_unreachable", FailureParty.Provider, "fail_technical")]
    [InlineData("a_code_of_a_provider", FailureParty.Customer, "fail_declined")]
    public void The_text_is_chosen_by_code_and_then_by_party(string code, FailureParty party, string text) =>
        Assert.Equal(text, FailureTexts.For(new Failure { Code = code, Message = "", Party = party }));

    [Fact]
    public void Every_language_has_the_same_texts_with_the_same_values()
    {
        var english = CheckoutText.In("en");
        foreach (var language in CheckoutText.Languages)
        {
            var text = CheckoutText.In(language);
            Assert.Equal(english.Names.Order(StringComparer.Ordinal), text.Names.Order(StringComparer.Ordinal));
            Assert.All(english.Names, name => Assert.Equal(Values(english[name]), Values(text[name])));
        }
    }

    [Fact]
    public void No_text_names_a_provider()
    {
        string[] providers = ["razorpay", "paytm", "payu", "juspay", "amazon"];
        foreach (var text in CheckoutText.Languages.Select(CheckoutText.In))
        {
            Assert.All(text.Names, name => Assert.DoesNotContain(
                providers, provider => text[name].Contains(provider, StringComparison.OrdinalIgnoreCase)));
        }
    }

    private static List<string> Values(string text) =>
        [.. Value().Matches(text).Select(match => match.Value).Order(StringComparer.Ordinal)];

    [GeneratedRegex("\\{[a-z0-9_]+\\}")]
    private static partial Regex Value();
}
