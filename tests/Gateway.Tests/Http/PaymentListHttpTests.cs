using PaymentCluster.Gateway.Tests.Host;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Tests.Http;

public sealed class PaymentListHttpTests
{
    private const string Payments = "/api/v1/payments";

    [Fact]
    public async Task A_list_is_asked_as_its_query_says()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var last = PaymentId.New(TimeProvider.System);
        var summary = new PaymentSummary
        {
            Id = last,
            OrderId = "o1",
            Status = PaymentStatus.Failed,
            Amount = Money.Of(5, Currency.Inr),
            CapturedMinor = 0,
            RefundedMinor = 0,
            CreatedAt = DateTimeOffset.UnixEpoch,
            UpdatedAt = DateTimeOffset.UnixEpoch,
            Version = 3,
        };
        host.List("shop").Page = new PaymentPage { Payments = [summary], HasMore = true };
        var page = await (await client.GetAsync(
            $"{Payments}?order_id=o1&customer_id=c&status=FAILED&method=card&limit=100"
            + "&created_from=2026-01-01T00:00:00%2B05:30&created_to=2026-01-02T00:00:00.5Z")).JsonAsync();
        Assert.Equal(last.ToString(), page.GetProperty("data")[0].GetProperty("id").GetString());
        var next = page.GetProperty("next_cursor").GetString();
        await client.GetAsync($"{Payments}?cursor={next}");
        Assert.Collection(
            host.List("shop").Queries,
            query => Assert.Equal(
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
                query),
            query => Assert.Equal((last, 20), (query.Before!.Value, query.Limit)));
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
        Assert.Equal(field, problem.GetProperty("errors").EnumerateObject().Single().Name);
    }
}
