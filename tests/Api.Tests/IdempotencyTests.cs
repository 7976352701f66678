using System.Net;
using PaymentCluster.Testing;
using static PaymentCluster.Api.Tests.ApiFixture;

namespace PaymentCluster.Api.Tests;

[Collection(ApiCollection.Name)]
public sealed class IdempotencyTests(ApiFixture api)
{
    [Fact]
    public async Task The_same_request_again_is_a_replay_whatever_its_spelling()
    {
        var order = NewOrder();
        var path = (await SendAsync(Upi(order), $"key-{order}")).Headers.Location!.AbsolutePath;
        var replay = await SendAsync(
            $"{{ \"method\":\"upi\",\n\"currency\":\"INR\", \"amount\" : 50000, \"order_id\":\"{order}\" }}",
            $"key-{order}");
        Assert.Equal(HttpStatusCode.Accepted, replay.StatusCode);
        Assert.Equal("true", replay.Headers.GetValues("Idempotency-Replayed").Single());
        Assert.Equal(path, replay.Headers.Location?.AbsolutePath);
    }

    [Theory]
    [InlineData("amount", "50001")]
    [InlineData("description", "\"other\"")]
    [InlineData("order_id", "\"order_elsewhere\"")]
    public async Task A_used_key_with_another_body_is_refused(string member, string value)
    {
        var order = NewOrder();
        await SendAsync(Upi(order), $"key-{order}");
        var body = member switch
        {
            "amount" => Upi(order).Replace("50000", value, StringComparison.Ordinal),
            "order_id" => Upi(order).Replace($"\"{order}\"", value, StringComparison.Ordinal),
            _ => Upi(order, more: $",\"{member}\":{value}"),
        };
        await (await SendAsync(body, $"key-{order}")).ProblemAsync(422, "idempotency_key_reused");
    }

    [Fact]
    public async Task A_card_replay_is_known_by_its_last_digits_and_expiry()
    {
        var order = NewOrder();
        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(Card(order), $"key-{order}")).StatusCode);
        Assert.True((await SendAsync(Card(order), $"key-{order}")).Headers.Contains("Idempotency-Replayed"));
        await (await SendAsync(Card(order, "5105105105105100"), $"key-{order}")).ProblemAsync(
            422, "idempotency_key_reused");
    }

    [Fact]
    public async Task Two_merchants_may_use_one_key_and_one_order_id()
    {
        var order = NewOrder();
        var one = await SendAsync(Upi(order), "the-same-key-" + order);
        var two = await api.Other.SendJsonAsync(
            Payments, Upi(order, amount: 70), headers: ("Idempotency-Key", "the-same-key-" + order));
        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (one.StatusCode, two.StatusCode));
        Assert.NotEqual(one.Headers.Location, two.Headers.Location);
    }

    [Fact]
    public async Task The_same_order_again_is_the_same_payment_and_another_amount_is_refused()
    {
        var order = NewOrder();
        var path = await StartAsync(api.Shop, Upi(order));
        var again = await api.Shop.SendJsonAsync(Payments, Upi(order));
        Assert.Equal((HttpStatusCode.OK, path), (again.StatusCode, again.Headers.Location!.AbsolutePath));
        Assert.Equal("Payment exists", (await again.JsonAsync()).GetProperty("message").GetString());
        var conflict = await (await api.Shop.SendJsonAsync(Payments, Upi(order, amount: 1))).ProblemAsync(
            409, "order_conflict");
        Assert.True(conflict.BlamesField("amount"));
    }

    [Fact]
    public async Task A_refund_is_made_once_under_its_key()
    {
        var path = await StartAsync(api.Shop, Card(NewOrder(), amount: 900));
        await UntilFinalAsync(api.Shop, path, "SUCCESS");
        var responses = new List<HttpResponseMessage>();
        for (var time = 0; time < 3; time++)
        {
            responses.Add(await api.Shop.SendJsonAsync(
                path + "/refunds", """{"amount":300}""", headers: ("Idempotency-Key", "refund-1")));
        }

        Assert.Single(
            responses.Select(response => response.Headers.Location!.AbsolutePath).Distinct(StringComparer.Ordinal));
        Assert.Equal(
            [false, true, true], responses.Select(response => response.Headers.Contains("Idempotency-Replayed")));
        await (await api.Shop.SendJsonAsync(
            path + "/refunds", """{"amount":301}""", headers: ("Idempotency-Key", "refund-1")))
            .ProblemAsync(422, "idempotency_key_reused");
        var refund = await (await api.Shop.GetAsync(responses[0].Headers.Location)).JsonAsync();
        Assert.Equal(300, refund.GetProperty("amount").GetInt64());
    }

    private Task<HttpResponseMessage> SendAsync(string body, string key) =>
        api.Shop.SendJsonAsync(Payments, body, headers: ("Idempotency-Key", key));
}
