using System.Net;
using System.Text;
using PaymentCluster.Simulators.Paytm;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.Paytm;

/// <summary>Requests that Paytm's own client library really sent, byte for byte.</summary>
public sealed class ClientLibraryTests
{
    [Fact]
    public async Task Recorded_requests_are_accepted_as_they_are_and_get_a_checksum()
    {
        await using var simulator = await PaytmShop.StartAsync();
        var codes = new List<string>();
        foreach (var recorded in TestData.Read("paytm-sdk-requests").EnumerateArray())
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, recorded.GetProperty("path").GetString());
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(recorded.GetProperty("body").GetString()!));
            foreach (var header in recorded.GetProperty("headers").EnumerateObject())
            {
                if (!request.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString()))
                {
                    request.Content.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString());
                }
            }

            var reply = await simulator.SendAsync(request);

            Assert.Equal(HttpStatusCode.OK, reply.Status);
            var body = reply.Json.GetProperty("body");
            Assert.True(PaytmChecksum.Verify(
                PaytmShop.Key,
                Encoding.UTF8.GetBytes(body.GetRawText()),
                reply.Json.GetProperty("head").GetProperty("signature").GetString()!));
            codes.Add($"{recorded.GetProperty("call").GetString()} {PaytmShop.Word(body)} {PaytmShop.Code(body)}");
        }

        // The order was announced and not paid, and the refund names a transaction that it does not have.
        Assert.Equal(
            [
                "initiateTransaction S 0000",
                "getPaymentStatus NO_RECORD_FOUND 331",
                "refund TXN_FAILURE 627",
                "refundStatus TXN_FAILURE 631",
            ],
            codes);
    }
}
