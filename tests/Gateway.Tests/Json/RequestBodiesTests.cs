using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using PaymentCluster.Gateway.Tests.Host;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Tests.Json;

/// <summary>Bodies as HTTP clients send them.</summary>
public sealed class RequestBodiesTests
{
    private const string Payments = "/api/v1/payments";
    private const string Order = """{"order_id":"o1","amount":100,"currency":"INR","method":"upi"}""";

    [Theory]
    [InlineData("application/json", true)]
    [InlineData("application/json; charset=utf-8", true)]
    [InlineData("application/json; charset=\"utf-8\"", true)]
    [InlineData("application/json;charset=\"UTF-8\"", true)]
    [InlineData("application/json; charset=\"latin1\"", false)]
    [InlineData("application/json; charset=iso-8859-1", false)]
    [InlineData("text/json", false)]
    public async Task A_charset_may_be_quoted(string type, bool isAccepted)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Order));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var response = await client.PostAsync(Payments, content);
        Assert.Equal(
            isAccepted ? HttpStatusCode.Accepted : HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task A_compressed_body_is_refused_with_what_can_be_sent_instead()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        using var stream = new MemoryStream();
        await using (var zip = new GZipStream(stream, CompressionMode.Compress, leaveOpen: true))
        {
            await zip.WriteAsync(Encoding.UTF8.GetBytes(Order));
        }

        var content = new ByteArrayContent(stream.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.ContentEncoding.Add("gzip");
        using var response = await client.PostAsync(Payments, content);
        await response.ProblemAsync(415, "unsupported_media_type");
        Assert.Equal(["identity"], response.Headers.GetValues("Accept-Encoding"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    public async Task Chunks_without_a_byte_are_no_body(string? type)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        using var refund = await RefundAsync(client, new ChunkedContent([], type));
        Assert.Equal(HttpStatusCode.Accepted, refund.StatusCode);
        Assert.Null(host.Calls.Sent<RefundPayment>().Single().AmountMinor);
    }

    [Fact]
    public async Task A_body_that_may_be_left_out_must_still_be_JSON()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        using var refused = await RefundAsync(client, new ChunkedContent("amount=1"u8.ToArray(), "text/plain"));
        await refused.ProblemAsync(415, "unsupported_media_type");
        using var malformed = await RefundAsync(client, new ChunkedContent(" "u8.ToArray(), "application/json"));
        await malformed.ProblemAsync(400, "malformed_json");
    }

    [Theory]
    [InlineData("/api/v1/customers/asha%0A")]
    [InlineData("/api/v1/customers/asha%0a")]
    public async Task A_line_end_makes_no_second_customer(string path)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var problem = await (await client.SendJsonAsync(path, "{}", "PUT")).ProblemAsync(400, "invalid_field");
        Assert.True(problem.BlamesField("customer"));
    }

    [Theory]
    [InlineData("/api/v1/payments/")]
    [InlineData("/API/v1/Payments")]
    public async Task The_same_request_at_another_spelling_of_its_path_is_a_replay(string path)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var key = ("Idempotency-Key", "k1");
        (await client.SendJsonAsync(Payments, Order, "POST", key)).EnsureSuccessStatusCode();
        (await client.SendJsonAsync(path, Order, "POST", key)).EnsureSuccessStatusCode();
        Assert.Single(host.Calls.Sent<StartPayment>().Select(start => start.Request).Distinct());
    }

    private static async Task<HttpResponseMessage> RefundAsync(HttpClient client, HttpContent content) =>
        await client.PostAsync(GatewayHost.PathOf(await GatewayHost.PaidAsync(client, "o1")) + "/refunds", content);

    /// <summary>Content of unknown length, which is sent in chunks.</summary>
    private sealed class ChunkedContent : HttpContent
    {
        private readonly byte[] _bytes;

        public ChunkedContent(byte[] bytes, string? type)
        {
            _bytes = bytes;
            Headers.ContentType = type is null ? null : new MediaTypeHeaderValue(type);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            stream.WriteAsync(_bytes).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
