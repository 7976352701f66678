using PaymentCluster.Gateway.Api.Returns;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Gateway.Tests.Returns;

public sealed class ReturnUrlTests
{
    private const string Added = "payment_id=pay_01m7wtn50sfz5txb0tmw4px1yr&order_id=o%3A1&status=SUCCESS";

    [Theory]
    [InlineData("https://shop.example", "https://shop.example/?" + Added)]
    [InlineData("https://shop.example/thanks", "https://shop.example/thanks?" + Added)]
    [InlineData("https://shop.example/thanks?", "https://shop.example/thanks?" + Added)]
    [InlineData("https://shop.example/thanks?a=1", "https://shop.example/thanks?a=1&" + Added)]
    [InlineData("https://shop.example/thanks?a=1&", "https://shop.example/thanks?a=1&" + Added)]
    [InlineData("https://shop.example/thanks?a=1#top?x", "https://shop.example/thanks?a=1&" + Added + "#top?x")]
    [InlineData("https://shop.example/danke schön", "https://shop.example/danke%20sch%C3%B6n?" + Added)]
    public void The_outcome_is_appended_to_the_query(string address, string expected) =>
        Assert.Equal(
            expected, ReturnUrl.For(PaymentId.Parse("pay_01m7wtn50sfz5txb0tmw4px1yr"), "o:1", "SUCCESS", address));
}
