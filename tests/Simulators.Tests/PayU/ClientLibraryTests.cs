using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.PayU;

/// <summary>Requests that PayU's own client library really sent, byte for byte.</summary>
public sealed partial class ClientLibraryTests
{
    private static readonly JsonElement Requests = TestData.Read("payu-sdk-requests");

    [Theory]
    [InlineData("payu verifyPayment", "0 out of 1 Transactions Fetched Successfully")]
    [InlineData("payu cancelRefundTransaction", "transaction not exists")]
    [InlineData("payu checkActionStatus", "0 out of 1 Transactions Fetched Successfully")]
    [InlineData("payu validateVPA", null)]
    [InlineData("payu getSettlementDetails", "No data found")]
    [InlineData("payu getTransactionDetails", "0 Transactions Fetched Successfully")]
    public async Task A_recorded_command_is_understood_as_it_is(string call, string? message)
    {
        await using var simulator = await PayUShop.OpenAsync();
        var recorded = Recorded(call);
        using var request = new HttpRequestMessage(HttpMethod.Post, recorded.GetProperty("path").GetString())
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(recorded.GetProperty("body").GetString()!)),
        };
        request.Content.Headers.TryAddWithoutValidation(
            "content-type", recorded.GetProperty("headers").GetProperty("content-type").GetString());

        var reply = await simulator.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal(message, reply.Json.TryGetProperty("msg", out var text) ? text.GetString() : null);
    }

    [Fact]
    public async Task The_recorded_form_leads_to_a_page_that_waits()
    {
        await using var simulator = await PayUShop.OpenAsync();
        var form = Recorded("payu paymentInitiate (HTML form)").GetProperty("body").GetString()!;
        var fields = Inputs().Matches(form).ToDictionary(
            input => input.Groups["name"].Value, input => input.Groups["value"].Value, StringComparer.Ordinal);

        var page = await simulator.PostFormAsync("/_payment", fields);

        Assert.Contains("value=\"approve\"", page.Text, StringComparison.Ordinal);
        Assert.Equal("pending in progress", await simulator.StateAsync("TXN-1001"));
    }

    private static JsonElement Recorded(string call) =>
        Requests.EnumerateArray().Single(one => one.GetProperty("call").GetString() == call);

    [GeneratedRegex(
        "name=\"(?<name>[a-z]+)\" value=\"(?<value>[^\"]*)\"",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Inputs();
}
