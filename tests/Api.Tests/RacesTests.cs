using System.Net;
using PaymentCluster.Testing;
using static PaymentCluster.Api.Tests.ApiFixture;

namespace PaymentCluster.Api.Tests;

[Collection(ApiCollection.Name)]
public sealed class RacesTests(ApiFixture api)
{
    [Fact]
    public async Task A_hundred_posts_of_one_order_charge_once()
    {
        var order = NewOrder();
        var responses = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(_ => api.Shop.SendJsonAsync(Payments, Card(order))));
        Assert.Single(responses, response => response.StatusCode == HttpStatusCode.Accepted);
        Assert.All(
            responses, response => Assert.True(response.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.OK));
        var path = responses.Select(response => response.Headers.Location!.AbsolutePath).Distinct(
            StringComparer.Ordinal).Single();
        var payment = await UntilFinalAsync(api.Shop, path, "SUCCESS");
        var attempt = payment.GetProperty("attempt").GetString();
        Assert.Single(
            await api.JournalAsync(),
            line => line.GetProperty("kind").GetString() == "charge"
                && line.GetProperty("reference").GetString() == attempt);
    }

    [Fact]
    public async Task A_hundred_posts_under_one_idempotency_key_are_one_request()
    {
        var order = NewOrder();
        var key = $"key-{order}";
        var responses = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ =>
            api.Shop.SendJsonAsync(Payments, Upi(order), headers: ("Idempotency-Key", key))));
        Assert.All(responses, response => Assert.Equal(HttpStatusCode.Accepted, response.StatusCode));
        Assert.Equal(99, responses.Count(response => response.Headers.Contains("Idempotency-Replayed")));
        Assert.Single(
            responses.Select(response => response.Headers.Location!.AbsolutePath).Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Refunds_that_race_never_give_back_more_than_was_captured()
    {
        var path = await StartAsync(api.Shop, Card(NewOrder(), amount: 1_000));
        await UntilFinalAsync(api.Shop, path, "SUCCESS");
        var responses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
            api.Shop.SendJsonAsync(path + "/refunds", """{"amount":150}""")));
        Assert.Equal(6, responses.Count(response => response.StatusCode == HttpStatusCode.Accepted));
        foreach (var response in responses.Where(response => response.StatusCode != HttpStatusCode.Accepted))
        {
            await response.ProblemAsync(422, "refund_amount_exceeded");
        }

        Assert.Equal(HttpStatusCode.Accepted, (await api.Shop.PostAsync(path + "/refunds", null)).StatusCode);
        var payment = await UntilFinalAsync(api.Shop, path, "SUCCESS");
        Assert.Equal(1_000, payment.GetProperty("refunded_amount").GetInt64());
        Assert.Equal("full", payment.GetProperty("refund_status").GetString());
        var refunds = payment.GetProperty("refunds")
            .EnumerateArray()
            .Select(refund => refund.GetProperty("id").GetString())
            .ToHashSet(StringComparer.Ordinal);
        var journal = (await api.JournalAsync())
            .Where(line => line.GetProperty("kind").GetString() == "refund" && refunds.Contains(
                line.GetProperty("reference").GetString()))
            .ToList();
        Assert.Equal((7, 1_000), (journal.Count, journal.Sum(line => line.GetProperty("amount").GetInt64())));
    }

    [Fact]
    public async Task Capture_and_cancellation_that_race_have_one_winner()
    {
        var path = await StartAsync(api.Shop, Card(NewOrder(), more: ",\"capture\":\"manual\""));
        await UntilAsync(api.Shop, path, "AUTHORIZED");
        var responses = await Task.WhenAll(Enumerable.Range(0, 10).Select(number =>
            api.Shop.PostAsync(path + (number % 2 == 0 ? "/capture" : "/cancel"), null)));
        var accepted = responses.Where(response => response.StatusCode == HttpStatusCode.Accepted)
            .Select(response => response.RequestMessage!.RequestUri!.Segments[^1]).Distinct(StringComparer.Ordinal);
        var status = accepted.Single() == "capture" ? "SUCCESS" : "CANCELLED";
        await UntilAsync(api.Shop, path, status);
    }
}
