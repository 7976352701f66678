using System.Net;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.Shared;

public sealed class ControlTests
{
    [Fact]
    public async Task The_host_says_that_it_is_well()
    {
        await using var simulator = await Simulator.StartAsync();

        Assert.Equal(HttpStatusCode.OK, (await simulator.GetAsync("/_health")).Status);
    }

    [Fact]
    public async Task The_books_have_one_line_per_charge_and_refund_with_the_merchants_reference()
    {
        await using var simulator = await Simulator.StartAsync();
        var charged = await simulator.PayAsync(await simulator.OrderAsync(receipt: "attempt-1"));
        var held = await simulator.PayAsync(await simulator.OrderAsync(Shop.Manual, receipt: "attempt-2"));
        await simulator.PayAsync(await simulator.OrderAsync(receipt: "attempt-3"), Shop.Collect("failure@razorpay"));
        await simulator.BeginAsync(await simulator.OrderAsync(receipt: "attempt-4"), Shop.Intent);
        var refund = await simulator.RefundAsync(charged.Id, """{"amount":345,"receipt":"refund-1"}""");

        var lines = await simulator.JournalAsync();

        Assert.Equal(
            [
                $"razorpay charge attempt-1 {charged.Id} 12345 INR captured {Simulator.KeyId} 345",
                $"razorpay refund refund-1 {refund.Id} 345 INR pending {Simulator.KeyId} 0",
                $"razorpay charge attempt-2 {held.Id} 12345 INR authorized {Simulator.KeyId} 0",
            ],
            lines.Select(line => string.Join(' ', ((string[])
                [
                    "provider", "kind", "reference", "provider_id", "amount", "currency", "status", "account",
                    "amount_refunded",
                ])
                .Select(name => line.GetProperty(name).ToString()))));
    }

    [Fact]
    public async Task The_books_can_be_read_from_a_moment_on()
    {
        await using var simulator = await Simulator.StartAsync();
        await simulator.PayAsync(await simulator.OrderAsync());
        simulator.Clock.Advance(TimeSpan.FromMinutes(1));
        var since = simulator.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        var second = await simulator.PayAsync(await simulator.OrderAsync());

        var line = Assert.Single(await simulator.JournalAsync($"?since={since}"));

        Assert.Equal(second.Id, line.GetProperty("provider_id").GetString());
        Assert.Equal(2, (await simulator.JournalAsync()).Length);
    }

    [Fact]
    public async Task The_automatic_customer_can_be_changed_while_it_works()
    {
        await using var simulator = await Simulator.StartAsync();
        Assert.Equal("""{"automatic":true,"approval_delay_ms":300}""", (await simulator.GetAsync("/_customer")).Text);
        await simulator.PutAsync("/_customer", """{"approval_delay_ms":5000}""");
        var begun = await simulator.BeginAsync(await simulator.OrderAsync(), Shop.Intent);

        simulator.Clock.Advance(TimeSpan.FromMilliseconds(4999));
        Assert.Equal("created", (await simulator.FetchAsync(begun.PaymentId))["status"]);
        simulator.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("captured", (await simulator.FetchAsync(begun.PaymentId))["status"]);
        Assert.Equal(
            HttpStatusCode.BadRequest, (await simulator.PutAsync("/_customer", """{"approval_delay_ms":-1}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await simulator.PutAsync("/_customer", """{"mood":"good"}""")).Status);
    }

    [Fact]
    public async Task Accounts_of_the_settings_exist_from_the_start_and_keep_what_was_put_later()
    {
        await using var simulator = await Simulator.StartAsync(
            "--Simulators:Razorpay:Accounts:0:KeyId",
            "rzp_test_configured",
            "--Simulators:Razorpay:Accounts:0:KeySecret",
            "first");
        async Task<HttpStatusCode> TryAsync(string secret)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/orders");
            request.Headers.Authorization = Simulator.BasicAuth("rzp_test_configured", secret);
            return (await simulator.SendAsync(request)).Status;
        }

        Assert.Equal(HttpStatusCode.OK, await TryAsync("first"));
        await simulator.PutAsync("/_accounts/razorpay/rzp_test_configured", """{"key_secret":"second"}""");
        await simulator.RestartAsync();

        Assert.Equal(HttpStatusCode.OK, await TryAsync("second"));
        Assert.Equal(HttpStatusCode.Unauthorized, await TryAsync("first"));
    }
}
