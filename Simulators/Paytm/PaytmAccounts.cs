using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Paytm;

/// <summary>
/// Paytm's accounts, where a merchant links a customer's wallet by a one-time password and gets a token to pay with. A
/// merchant's client id is <c>client-</c> and its MID here, the client's secret its merchant key.
/// </summary>
internal sealed class PaytmAccounts(PaytmBook book, FaultGate gate, IOptions<PaytmOptions> options)
{
    private const string ClientPrefix = "client-";

    private static readonly SimulatedResponse NotAuthorized =
        new(401, """{"status":"FAILURE","message":"Invalid Authorization","responseCode":"BE1423005"}"""u8.ToArray());

    public void Map(IEndpointRouteBuilder routes, string prefix)
    {
        routes.MapPost(prefix + "/signin/otp", context => ServeAsync(context, SendAsync));
        routes.MapPost(prefix + "/signin/validate/otp", context => ServeAsync(context, ConfirmAsync));
        routes.MapDelete(prefix + "/oauth2/accessToken/{token}", context => ServeAsync(context, RevokeAsync));
    }

    private static SimulatedResponse Failure(
        string code, string message) => SimulatedResponse.Json(200, (code, message), static (json, failure) =>
    {
        json.WriteStartObject();
        json.WriteString("status", "FAILURE");
        json.WriteString("message", failure.message);
        json.WriteString("responseCode", failure.code);
        json.WriteEndObject();
    });

    private static string? Text(JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object
            && body.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private ValueTask<SimulatedResponse> SendAsync(SignIn call) => new(Send(call.Body));

    private ValueTask<SimulatedResponse> ConfirmAsync(SignIn call) =>
        new(call.IsAuthorized ? Confirm(call.Body) : NotAuthorized);

    private SimulatedResponse Send(JsonElement body)
    {
        var client = Text(body, "clientId");
        if (client?.StartsWith(ClientPrefix, StringComparison.Ordinal) != true
            || book.Account(client[ClientPrefix.Length..]) is null)
        {
            return NotAuthorized;
        }

        if (Text(body, "phone") is not { } phone || !PaytmInstruments.IsNumber(phone))
        {
            return Failure("431", "Invalid Mobile");
        }

        if (Text(body, "scope") != "wallet" || Text(body, "responseType") != "token")
        {
            return Failure("434", "Bad Request");
        }

        return SimulatedResponse.Json(200, phone, static (json, number) =>
        {
            json.WriteStartObject();
            json.WriteString("status", "SUCCESS");
            json.WriteString("message", "Otp sent to phone");
            json.WriteString("responseCode", "01");
            // It names the number, so that nothing has to be kept of it.
            json.WriteString("state", $"{number}-{PaytmIds.Word(16)}");
            json.WriteEndObject();
        });
    }

    private SimulatedResponse Confirm(JsonElement body)
    {
        if (Text(body, "state") is not { Length: > 10 } state || !PaytmInstruments.IsNumber(state[..10]))
        {
            return Failure("513", "Invalid Code");
        }

        if (Text(body, "otp") != options.Value.WalletPassword)
        {
            return Failure("403", "Invalid OTP entered.");
        }

        return SimulatedResponse.Json(200, state[..10], static (json, number) =>
        {
            json.WriteStartObject();
            json.WriteString("access_token", $"sso-{number}-{PaytmIds.Word(16)}");
            json.WriteString("expires", "4102444800000");
            json.WriteString("scope", "wallet");
            json.WriteString("resourceOwnerId", number);
            json.WriteEndObject();
        });
    }

    private async ValueTask<SimulatedResponse> RevokeAsync(SignIn call)
    {
        if (!call.IsAuthorized)
        {
            return NotAuthorized;
        }

        var token = call.Token;
        if (PaytmInstruments.OwnerOf(token) is null || book.IsRevoked(token))
        {
            return new SimulatedResponse(404, ReadOnlyMemory<byte>.Empty);
        }

        await book.Revoke(token);
        return new SimulatedResponse(200, ReadOnlyMemory<byte>.Empty);
    }

    private bool IsAuthorized(string header)
    {
        const string Scheme = "Basic ";
        Span<byte> bytes = stackalloc byte[512];
        if (!header.StartsWith(Scheme, StringComparison.Ordinal)
            || !Convert.TryFromBase64Chars(header.AsSpan(Scheme.Length), bytes, out var length))
        {
            return false;
        }

        return Encoding.UTF8.GetString(bytes[..length]).Split(':', 2) is [var client, var secret]
            && client.StartsWith(ClientPrefix, StringComparison.Ordinal)
            && book.Account(client[ClientPrefix.Length..])?.MerchantKey == secret;
    }

    private async Task ServeAsync(HttpContext context, Func<SignIn, ValueTask<SimulatedResponse>> handle)
    {
        var body = default(JsonElement);
        if (context.Request.ContentLength is > 0 and < 4096)
        {
            try
            {
                body = await JsonSerializer.DeserializeAsync<JsonElement>(
                    context.Request.Body, cancellationToken: context.RequestAborted);
            }
            catch (JsonException)
            {
                // Without a body it is refused.
            }
        }

        var call = new SignIn(
            IsAuthorized(context.Request.Headers.Authorization.ToString()), body,
            context.Request.RouteValues["token"] as string ?? "");
        await gate.ServeAsync(
            context, book.Dials, DialOperation.Query, PaytmResponses.Faults, () => handle(call).AsTask());
    }

    private sealed record SignIn(bool IsAuthorized, JsonElement Body, string Token);
}
