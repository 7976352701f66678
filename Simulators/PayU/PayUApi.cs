using System.Globalization;
using System.Text;
using System.Text.Json;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.PayU;

/// <summary>
/// PayU's two hosts on one: <c>_payment</c> and the command API, under <c>/payu</c> and, for clients that know only a
/// host, at the root.
/// </summary>
internal sealed class PayUApi(PayUBook book, PayUPayments payments, PayUCommands commands, FaultGate gate)
{
    private const int LongestBody = 128 * 1024;

    public void Map(IEndpointRouteBuilder routes, string prefix)
    {
        routes.MapPost(prefix + "/_payment", context => PayAsync(context, prefix));
        foreach (var service in (string[])["/merchant/postservice.php", "/merchant/postservice"])
        {
            routes.MapPost(prefix + service, CommandAsync);
        }
    }

    private async Task PayAsync(HttpContext context, string prefix)
    {
        if (await ReadAsync(context) is not { } body)
        {
            return;
        }

        var form = PayUForm.Read(body);
        var baseUrl = $"{context.Request.Scheme}://{context.Request.Host}{prefix}";
        await gate.ServeAsync(
            context, book.Dials, DialOperation.Payment, PayUResponses.PaymentFaults,
            () => payments.PayAsync(form, baseUrl));
    }

    private async Task CommandAsync(HttpContext context)
    {
        if (await ReadAsync(context) is not { } body)
        {
            return;
        }

        var form = PayUForm.Read(body);
        var asJson = context.Request.Query["form"] == "2";
        await gate.ServeAsync(
            context, book.Dials, PayUCommands.OperationOf(
                form?["command"] ?? ""), PayUResponses.CommandFaults, async () =>
            {
                var response = await commands.RunAsync(form);
                return asJson ? response : Serialized(response);
            });
    }

    /// <summary>The body of a form; null, after an error response, if it is none or too large.</summary>
    private static async Task<byte[]?> ReadAsync(HttpContext context)
    {
        var request = context.Request;
        if (!request.HasFormContentType || request.ContentLength is not (>= 0 and <= LongestBody and var length))
        {
            await new SimulatedResponse(
                400, "Bad Request"u8.ToArray())
            { ContentType = "text/plain" }.SendAsync(context);
            return null;
        }

        var body = new byte[length];
        await request.Body.ReadExactlyAsync(body, context.RequestAborted);
        return body;
    }

    // PayU's response to a client that did not select JSON: PHP's serialize().
    private static SimulatedResponse Serialized(SimulatedResponse response)
    {
        using var document = JsonDocument.Parse(response.Body);
        var text = new StringBuilder();
        Serialize(text, document.RootElement);
        return new SimulatedResponse(
            response.Status, Encoding.UTF8.GetBytes(text.ToString()))
        { ContentType = "text/html" };
    }

    private static void Serialize(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append(CultureInfo.InvariantCulture, $"a:{value.EnumerateObject().Count()}:{{");
                foreach (var member in value.EnumerateObject())
                {
                    Serialize(text, member.Name);
                    Serialize(text, member.Value);
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append(CultureInfo.InvariantCulture, $"a:{value.GetArrayLength()}:{{");
                var index = 0;
                foreach (var item in value.EnumerateArray())
                {
                    text.Append(CultureInfo.InvariantCulture, $"i:{index++};");
                    Serialize(text, item);
                }

                text.Append('}');
                break;
            case JsonValueKind.Number:
                text.Append(value.TryGetInt64(out _) ? "i:" : "d:").Append(value.GetRawText()).Append(';');
                break;
            case JsonValueKind.Null:
                text.Append("N;");
                break;
            default:
                Serialize(text, value.ToString());
                break;
        }
    }

    private static void Serialize(StringBuilder text, string value) =>
        text.Append(CultureInfo.InvariantCulture, $"s:{Encoding.UTF8.GetByteCount(value)}:\"{value}\";");
}
