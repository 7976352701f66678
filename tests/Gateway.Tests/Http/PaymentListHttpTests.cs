using System.Text.Json;
using PaymentCluster.Gateway.Tests.Host;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Tests.Http;

public sealed class PaymentListHttpTests
{
    private const string Payments = "/api/v1/payments";

    [Fact]
    public async Task A_list_is_read_as_its_query_says()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        foreach (var order in (string[])["o1", "o2", "o3"])
        {
            await GatewayHost.PaidAsync(client, order);
        }

        await GatewayHost.StartPaymentAsync(client, PaymentBodies.Upi("o4"));
        var page = await (await client.GetAsync($"{Payments}?method=card&limit=2")).JsonAsync();
        Assert.Equal(["o3", "o2"], Orders(page));
        var next = await (await client.GetAsync(
            $"{Payments}?method=card&limit=2&cursor={page.GetProperty("next_cursor").GetString()}")).JsonAsync();
        Assert.Equal(["o1"], Orders(next));
        Assert.Equal(JsonValueKind.Null, next.GetProperty("next_cursor").ValueKind);

        var found = await (await client.GetAsync(
            $"{Payments}?order_id=o1&customer_id=c&status=FAILED&method=card&limit=100"
            + "&created_from=2026-01-01T00:00:00%2B05:30&created_to=2026-01-02T00:00:00.5Z")).JsonAsync();
        Assert.Empty(Orders(found));
        Assert.Equal(
            new PaymentListQuery
            {
                OrderId = "o1",
                CustomerId = "c",
                Status = PaymentStatus.Failed,
                Method = PaymentMethodKind.Card,
                CreatedFrom = new DateTimeOffset(2025, 12, 31, 18, 30, 0, TimeSpan.Zero),
                CreatedTo = new DateTimeOffset(2026, 1, 2, 0, 0, 0, 500, TimeSpan.Zero),
                Limit = 100,
            },
            host.Calls.Sent<PaymentListQuery>()[^1]);
        await client.GetAsync(Payments);
        Assert.Equal(20, host.Calls.Sent<PaymentListQuery>()[^1].Limit);
    }

    [Theory]
    [InlineData("limit=0", "limit", "invalid_field")]
    [InlineData("limit=101", "limit", "invalid_field")]
    [InlineData("limit=1000000000", "limit", "invalid_field")]
    [InlineData("limit=-1", "limit", "invalid_field")]
    [InlineData("limit=1e1", "limit", "invalid_field")]
    [InlineData("limit=", "limit", "invalid_field")]
    [InlineData("limit=5&limit=6", "limit", "invalid_field")]
    [InlineData("status=success", "status", "invalid_field")]
    [InlineData("status=", "status", "invalid_field")]
    [InlineData("method=UPI", "method", "invalid_field")]
    [InlineData("created_from=yesterday", "created_from", "invalid_field")]
    [InlineData("created_from=2026-01-01", "created_from", "invalid_field")]
    [InlineData("created_from=2026-01-01T00:00:00", "created_from", "invalid_field")]
    [InlineData("created_to=2026-13-01T00:00:00Z", "created_to", "invalid_field")]
    [InlineData("cursor=x", "cursor", "cursor_invalid")]
    [InlineData("cursor=", "cursor", "cursor_invalid")]
    [InlineData("offset=1", "offset", "invalid_field")]
    [InlineData("Limit=1", "Limit", "invalid_field")]
    [InlineData("order_id=%00", "order_id", "invalid_field")]
    public async Task A_query_out_of_form_is_refused(string query, string field, string code)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var problem = await (await client.GetAsync($"{Payments}?{query}")).ProblemAsync(400, code);
        Assert.Equal([field], problem.BlamedFields());
    }

    private static IEnumerable<string?> Orders(JsonElement page) => page.GetProperty("data").EnumerateArray().Select(
        payment => payment.GetProperty("order_id").GetString());
}
