using System.Net;
using System.Text;
using System.Text.Json;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.Razorpay;

/// <summary>Requests that Razorpay's own client library really sent, byte for byte but for the ids.</summary>
public sealed class ClientLibraryTests
{
    private static readonly JsonElement Requests = TestData.Read("razorpay-sdk-requests");

    public static TheoryData<string> Calls() =>
        [.. Requests.EnumerateArray().Select(one => one.GetProperty("call").GetString()!)];

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_recorded_request_is_accepted_as_it_is(string call)
    {
        await using var simulator = await Simulator.StartAsync();
        var recorded = Requests.EnumerateArray().Single(one => one.GetProperty("call").GetString() == call);
        var order = await simulator.OrderAsync(call.EndsWith("capture", StringComparison.Ordinal) ? Shop.Manual : "");
        var needsPayment = !call.Contains("create", StringComparison.Ordinal);
        var payment = needsPayment ? (await simulator.PayAsync(order)).Id : "";
        var refund = call.EndsWith("refunds.fetch", StringComparison.Ordinal)
            ? (await simulator.RefundAsync(payment)).Id
            : "";
        string WithIds(string name) => recorded.GetProperty(name).GetString()!
            .Replace("order_X", order, StringComparison.Ordinal)
            .Replace("pay_X", payment, StringComparison.Ordinal)
            .Replace("rfnd_X", refund, StringComparison.Ordinal);
        using var request = new HttpRequestMessage(
            HttpMethod.Parse(recorded.GetProperty("method").GetString()), WithIds("path"));
        var body = WithIds("body");
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        }

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
}
