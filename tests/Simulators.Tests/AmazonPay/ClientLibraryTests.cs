using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.AmazonPay;

/// <summary>Requests that Amazon Pay's own client library really sent, byte for byte but for the signature
/// itself: the key that they were signed with was not kept. The objects that they name are put into the
/// simulator's books.</summary>
public sealed class ClientLibraryTests
{
    private const string Books = """
        [{"session":{"id":"cs-1","metadata":{},"charge_permission_type":"OneTime","key_id":"KEY","store_id":"s","base_url":"","result_url":"https://m.example/","intent":"Authorize","amount":1400,"currency":"EUR","approved":true,"created_at":1795000000000,"expires_at":1805000000000,"changed_at":1795000000000}}]
        [{"permission":{"id":"S02-1","metadata":{},"key_id":"KEY","session_id":"cs-0","type":"OneTime","limit":5000,"balance":5000,"currency":"EUR","created_at":1,"expires_at":1905000000000,"changed_at":1}}]
        [{"charge":{"id":"S02-1-C1","metadata":{},"key_id":"KEY","permission_id":"S02-1","amount":1400,"currency":"EUR","captured":CAPTURED,"state":"STATE","created_at":1,"expires_at":1905000000000,"changed_at":1}}]
        [{"refund":{"id":"S02-1-R1","key_id":"KEY","charge_id":"S02-1-C1","amount":100,"currency":"EUR","idempotency_key":"r","state":"Refunded","created_at":1,"changed_at":1}}]

        """;

    private static readonly JsonElement Requests = TestData.Read("amazonpay-sdk-requests");

    public static TheoryData<string> Calls() =>
        [.. Requests.EnumerateArray().Select(one => one.GetProperty("call").GetString()!)];

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_recorded_request_is_accepted_as_it_is(string call)
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var captured = call.EndsWith("createRefund", StringComparison.Ordinal);
        await simulator.StopAsync();
        await File.AppendAllTextAsync(
            Path.Combine(simulator.Directory, "amazonpay.ndjson"),
            Books.Replace("KEY", AmazonPayShop.KeyId, StringComparison.Ordinal)
                .Replace("STATE", captured ? "Captured" : "Authorized", StringComparison.Ordinal)
                .Replace("CAPTURED", captured ? "1400" : "0", StringComparison.Ordinal));
        await simulator.RestartAsync();
        // To when they were recorded.
        simulator.Clock.Advance(TimeSpan.FromMinutes(27));
        var recorded = Requests.EnumerateArray().Single(one => one.GetProperty("call").GetString() == call);
        using var request = new HttpRequestMessage(
            HttpMethod.Parse(recorded.GetProperty("method").GetString()), recorded.GetProperty("path").GetString());
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(recorded.GetProperty("body").GetString()!));
        foreach (var header in recorded.GetProperty("headers").EnumerateObject())
        {
            var value = header.Name == "authorization" ? Signed(recorded) : header.Value.GetString();
            if (!request.Headers.TryAddWithoutValidation(header.Name, value))
            {
                request.Content.Headers.TryAddWithoutValidation(header.Name, value);
            }
        }

        var reply = await simulator.SendAsync(request);

        Assert.True(
            reply.Status is HttpStatusCode.OK or HttpStatusCode.Created, $"{call}: {reply.Status} {reply.Text}");
    }

    private static string Signed(JsonElement recorded)
    {
        const string Mark = "Signature=";
        var headers = recorded.GetProperty("headers");
        var recordedValue = headers.GetProperty("authorization").GetString()!;
        var names = recordedValue.Split("SignedHeaders=")[1].Split(',')[0].Split(';');
        var path = recorded.GetProperty("path").GetString()!.Split('?');
        var body = Encoding.UTF8.GetBytes(recorded.GetProperty("body").GetString()!);
        var canonical = string.Join('\n', (string[])
        [
            recorded.GetProperty("method").GetString()!,
            path[0],
            path.Length > 1 ? path[1] : "",
            .. names.Select(name => $"{name}:{headers.GetProperty(name).GetString()}"),
            "",
            string.Join(';', names),
            Convert.ToHexStringLower(SHA256.HashData(body)),
        ]);
        return recordedValue[..(recordedValue.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)]
            + AmazonPayShop.Sign(canonical);
    }
}
