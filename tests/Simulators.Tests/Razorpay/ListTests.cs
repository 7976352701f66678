using System.Net;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.Razorpay;

/// <summary>The lists of an account's payments and refunds.</summary>
public sealed class ListTests
{
    // When the clock of the tests begins.
    private const long Start = 1_795_176_000;

    [Fact]
    public async Task Payments_are_listed_the_newest_first_whatever_became_of_them()
    {
        await using var simulator = await Simulator.StartAsync();
        var order = await simulator.OrderAsync();
        var failed = await simulator.PayAsync(order, Shop.Collect("failure@razorpay"));
        var paid = await simulator.PayAsync(order);
        await simulator.ManualCustomerAsync();
        var open = await simulator.BeginAsync(await simulator.OrderAsync(), Shop.Intent);

        var list = await simulator.GetAsync("/v1/payments");

        Assert.Equal(("collection", "3"), (list["entity"], list["count"]));
        Assert.Equal(
            [(open.PaymentId, "created"), (paid.Id, "captured"), (failed.Id, "failed")],
            list.Json.GetProperty("items").EnumerateArray().Select(
                payment => (payment.GetProperty("id").GetString()!, payment.GetProperty("status").GetString()!)));
        Assert.Equal(
            (await simulator.FetchAsync(paid.Id)).Text, list.Json.GetProperty("items")[1].GetRawText());
    }

    [Fact]
    public async Task A_page_is_ten_unless_another_count_is_requested()
    {
        await using var simulator = await Simulator.StartAsync();
        for (var i = 0; i < 12; i++)
        {
            await simulator.BeginAsync(await simulator.OrderAsync(), Shop.Intent);
        }

        var all = await IdsAsync(simulator, "payments", "count=100");
        Assert.Equal(12, all.Length);
        Assert.Equal(all[..10], await IdsAsync(simulator, "payments", ""));
        Assert.Equal(all[3..8], await IdsAsync(simulator, "payments", "count=5&skip=3"));
        Assert.Empty(await IdsAsync(simulator, "payments", "skip=12"));
    }

    [Fact]
    public async Task Both_ends_of_the_time_belong_to_the_list_and_other_accounts_do_not()
    {
        await using var simulator = await Simulator.StartAsync();
        await simulator.PutAsync("/_accounts/razorpay/rzp_test_other", """{"key_secret":"other"}""");
        var payments = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            payments.Add((await simulator.BeginAsync(await simulator.OrderAsync(), Shop.Intent)).PaymentId);
            simulator.Clock.Advance(TimeSpan.FromSeconds(100));
        }

        Assert.Equal([payments[1]], await IdsAsync(simulator, "payments", $"from={Start + 100}&to={Start + 100}"));
        Assert.Equal([payments[1], payments[0]], await IdsAsync(simulator, "payments", $"to={Start + 199}"));
        Assert.Equal([payments[2]], await IdsAsync(simulator, "payments", $"from={Start + 101}"));
        Assert.Empty(await IdsAsync(simulator, "payments", $"from={Start + 100}&to={Start}"));
        using var other = new HttpRequestMessage(HttpMethod.Get, "/v1/payments");
        other.Headers.Authorization = Simulator.BasicAuth("rzp_test_other", "other");
        Assert.Equal("0", (await simulator.SendAsync(other))["count"]);
    }

    [Fact]
    public async Task Lists_survive_a_restart()
    {
        await using var simulator = await Simulator.StartAsync();
        var payment = await simulator.PayAsync(await simulator.OrderAsync());
        var refund = await simulator.RefundAsync(payment.Id);

        await simulator.RestartAsync();

        Assert.Equal([payment.Id], await IdsAsync(simulator, "payments", ""));
        Assert.Equal([refund.Id], await IdsAsync(simulator, "refunds", $"from={Start}&count=1"));
        Assert.Empty(await IdsAsync(simulator, "refunds", "skip=1"));
    }

    [Theory]
    [InlineData("payments?count=101", "The count may not be greater than 100.")]
    [InlineData("payments?count=0", "count must be between 1 and 100")]
    [InlineData("payments?count=x", "The count must be an integer.")]
    [InlineData("payments?from=946684799", "from must be between 946684800 and 4765046400")]
    [InlineData("payments?to=4765046401", "to must be between 946684800 and 4765046400")]
    [InlineData("payments?from=1700000000000", "from must be between 946684800 and 4765046400")]
    [InlineData("payments?skip=-1", "The skip must be an integer.")]
    [InlineData("payments?status=captured", "status is/are not required and should not be sent")]
    [InlineData("payments?order_id=order_X", "order_id is/are not required and should not be sent")]
    [InlineData("refunds?receipt=r-1", "receipt is/are not required and should not be sent")]
    public async Task What_a_list_does_not_take_is_refused(string path, string description)
    {
        await using var simulator = await Simulator.StartAsync();

        var reply = await simulator.GetAsync("/v1/" + path);

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Equal(description, reply.Error);
    }

    [Fact]
    public async Task Calls_are_counted_by_account_and_kind_and_in_the_busiest_minute()
    {
        await using var simulator = await Simulator.StartAsync();
        for (var i = 0; i < 3; i++)
        {
            await IdsAsync(simulator, "payments", "");
            simulator.Clock.Advance(TimeSpan.FromSeconds(40));
        }

        var calls = (await simulator.GetAsync("/_calls/razorpay")).Json.EnumerateArray()
            .Single(call => call.GetProperty("operation").GetString() == "query");

        Assert.Equal(Simulator.KeyId, calls.GetProperty("account").GetString());
        Assert.Equal(
            (3, 2), (calls.GetProperty("total").GetInt32(), calls.GetProperty("most_in_a_minute").GetInt32()));
    }

    private static async Task<string[]> IdsAsync(Simulator simulator, string list, string query)
    {
        var reply = await simulator.GetAsync($"/v1/{list}?{query}");
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        return
            [.. reply.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!)];
    }
}
