using System.Net;
using System.Text;
using System.Text.Json;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.Juspay;

/// <summary>Requests that Juspay's own client library really sent, byte for byte.</summary>
public sealed class ClientLibraryTests
{
    private static readonly JsonElement Requests = TestData.Read("juspay-sdk-requests");

    public static TheoryData<string> Calls() =>
        [.. Requests.EnumerateArray().Select(one => one.GetProperty("call").GetString()!)];

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_recorded_request_is_accepted_as_it_is(string call)
    {
        await using var simulator = await JuspayShop.OpenAsync();
        if (call.EndsWith("refund", StringComparison.Ordinal))
        {
            await simulator.PaidOrderAsync("ORD1001");
        }
        else if (!call.Contains("rder.create", StringComparison.Ordinal)
            && !call.Contains("Session", StringComparison.Ordinal))
        {
            await simulator.OrderAsync("ORD1001");
        }

        var recorded = Requests.EnumerateArray().Single(one => one.GetProperty("call").GetString() == call);
        using var request = new HttpRequestMessage(
            HttpMethod.Parse(recorded.GetProperty("method").GetString()), recorded.GetProperty("path").GetString());
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(recorded.GetProperty("body").GetString()!));
        foreach (var header in recorded.GetProperty("headers").EnumerateObject())
        {
            if (!request.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString()))
            {
                request.Content!.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString());
            }
        }

        var reply = await simulator.SendAsync(request);

        Assert.True(reply.Status == HttpStatusCode.OK, $"{call}: {reply.Status} {reply.Text}");
    }

    [Fact]
    public async Task Everything_is_as_it_was_after_a_restart()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        await simulator.FormAsync("/juspay/customers", "object_reference_id=user_10001&mobile_number=9000000000");
        await simulator.FormAsync("/juspay/customers/user_10001/wallets", "gateway=MOBIKWIK&command=authenticate");
        await simulator.PaidOrderAsync(
            "A1", JuspayShop.Card("4111111111111111") + "&save_to_locker=true", "&customer_id=user_10001&udf6=x_1");
        await simulator.RefundOrderAsync("A1", "R1", "5");
        await simulator.OrderAsync("A2");
        await simulator.BeginTxnAsync("A2");
        string[] paths =
        [
            "/orders/A1",
            "/orders/A2",
            "/customers/user_10001",
            "/customers/user_10001/wallets",
            "/cards?customer_id=user_10001",
        ];
        var before = await SnapshotAsync();
        await simulator.RestartAsync();
        Assert.Equal(before, await SnapshotAsync());

        Assert.Equal("duplicate.call", (await simulator.RefundOrderAsync("A1", "R1", "5"))["error_code"]);
        simulator.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("CHARGED", (await simulator.StatusAsync("A2"))["status"]);
        Assert.Equal(
            "SUCCESS",
            (await simulator.StatusAsync("A1")).Json.GetProperty("refunds")[0].GetProperty("status").GetString());

        async Task<string> SnapshotAsync()
        {
            var all = new StringBuilder();
            foreach (var path in paths)
            {
                all.AppendLine((await simulator.SendAsync("/juspay" + path)).Text);
            }

            return all.Append((await simulator.GetAsync("/_journal")).Text).ToString();
        }
    }
}
