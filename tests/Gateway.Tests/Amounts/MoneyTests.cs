using PaymentCluster.Grains.Abstractions.Amounts;

namespace PaymentCluster.Gateway.Tests.Amounts;

public sealed class MoneyTests
{
    [Theory]
    [InlineData(49_000, "INR", "490.00 INR")]
    [InlineData(1, "INR", "0.01 INR")]
    [InlineData(0, "USD", "0.00 USD")]
    [InlineData(-250, "EUR", "-2.50 EUR")]
    [InlineData(490, "JPY", "490 JPY")]
    [InlineData(0, "JPY", "0 JPY")]
    [InlineData(12_340, "KWD", "12.340 KWD")]
    [InlineData(5, "KWD", "0.005 KWD")]
    [InlineData(Money.MaxAmountMinor, "INR", "1000000000000.00 INR")]
    public void People_read_an_amount_in_the_major_unit(long minor, string currency, string text)
    {
        Assert.True(Currency.TryParse(currency, out var known));
        Assert.Equal(text, Money.Of(minor, known).ToString());
    }
}
