using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Grains.Abstractions.Providers;
using static PaymentCluster.Connectors.Contract.Outcomes;

namespace PaymentCluster.Connectors.Paytm;

/// <summary>Calls to Paytm, and the outcome of each by the form of its response.</summary>
internal sealed class PaytmApi(ProviderHttp http, PaytmOptions options, TimeProvider time)
{
    public const string Mid = "mid";
    public const string MerchantKey = "merchant_key";
    public const string Website = "website";

    private const int MaxResultText = 64;

    // Queries are posted too, with this window; a call with an effect has a window of its own.
    private static readonly TimeSpan QueryWindow = TimeSpan.FromMinutes(1);

    /// <summary>What a call came to: a body that can be read, or else what is known without one.</summary>
    /// <param name="Body">The body; it has a result.</param>
    /// <param name="Problem">Not sent, unknown, or refused before it was sent.</param>
    public readonly record struct Reply<T>(T? Body, ProviderOutcome? Problem)
        where T : ResponseBody
    {
        public string Status => Body!.ResultInfo!.ResultStatus!;

        public string Code => Body!.ResultInfo!.ResultCode!;

        [MemberNotNullWhen(true, nameof(Body))]
        [MemberNotNullWhen(false, nameof(Problem))]
        public bool IsRead => Body is not null;
    }

    /// <summary>Sends a query under the merchant's signature. A query without a response is
    /// <see cref="ProviderOutcome.NotSent"/>, for a caller that waits for the result.</summary>
    public async Task<Reply<TResponse>> QueryAsync<TBody, TResponse>(
        string operation,
        string reference,
        string path,
        TBody body,
        JsonTypeInfo<TBody> bodyType,
        JsonTypeInfo<TResponse> type,
        ProviderCredentials credentials)
        where TResponse : ResponseBody
    {
        var reply = await ActAsync(
            operation, reference, path, body, bodyType, type, SendWindow.Open(time, QueryWindow), credentials);
        return AsQueryOutcome(reply);
    }

    /// <summary>Sends a call that has an effect, under the merchant's signature.</summary>
    public async Task<Reply<TResponse>> ActAsync<TBody, TResponse>(
        string operation,
        string reference,
        string path,
        TBody body,
        JsonTypeInfo<TBody> bodyType,
        JsonTypeInfo<TResponse> type,
        SendWindow window, ProviderCredentials credentials)
        where TResponse : ResponseBody
    {
        var key = credentials[MerchantKey];
        if (!PaytmChecksum.IsKey(key))
        {
            return new(null, Declined(PaytmCodes.CredentialsRefused));
        }

        // The signature covers bytes: what is signed is what is sent.
        var text = JsonSerializer.SerializeToUtf8Bytes(body, bodyType);
        var content = Enclose(text, head =>
        {
            head.WriteString("version", "v1");
            head.WriteString("channelId", "WEB");
            head.WriteString("requestTimestamp", Timestamp());
            head.WriteString("signature", PaytmChecksum.Make(key, text));
        });
        CryptographicOperations.ZeroMemory(text);
        var reply = await SendAsync(credentials.Merchant, operation, reference, path, content, window);
        return Read(reply, type, credentials);
    }

    /// <summary>Sends a query with an order's token.</summary>
    public async Task<Reply<TResponse>> QueryWithTokenAsync<TBody, TResponse>(
        string operation,
        string order,
        string path,
        string token,
        TBody body,
        JsonTypeInfo<TBody> bodyType,
        JsonTypeInfo<TResponse> type,
        ProviderCredentials credentials)
        where TResponse : ResponseBody
    {
        var head = Head(token, spelledOut: true);
        var reply = await WithTokenAsync(
            operation, order, order, path, head, body, bodyType, type, SendWindow.Open(time, QueryWindow), credentials);
        return AsQueryOutcome(reply);
    }

    /// <summary>Sends a call that has an effect, with an order's token.</summary>
    public Task<Reply<TResponse>> ActWithTokenAsync<TBody, TResponse>(
        string operation,
        string order,
        string path,
        string token,
        TBody body,
        JsonTypeInfo<TBody> bodyType,
        JsonTypeInfo<TResponse> type,
        SendWindow window, ProviderCredentials credentials)
        where TResponse : ResponseBody => WithTokenAsync(
            operation, order, order, path, Head(token, spelledOut: false), body, bodyType, type, window, credentials);

    /// <summary>A path whose query names merchant and order.</summary>
    public static string OfOrder(string path, string order, ProviderCredentials credentials) =>
        $"{path}?mid={Uri.EscapeDataString(credentials[Mid].Reveal())}&orderId={Uri.EscapeDataString(order)}";

    /// <summary>Reads JSON; false if it is not this.</summary>
    public static bool TryRead<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, [NotNullWhen(true)] out T? value)
        where T : class
    {
        try
        {
            value = JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException)
        {
            value = null;
        }

        return value is not null;
    }

    /// <summary>Why a call that moves no money has no result.</summary>
    public static ProviderResult<T> NoResponse<T, TResponse>(Reply<TResponse> reply)
        where TResponse : ResponseBody => reply switch
        {
            { Problem: ProviderOutcome.Declined declined } => new ProviderResult<T>.Refused(declined.Failure),
            { Problem: ProviderOutcome.NotSent notSent } => new ProviderResult<T>.Unavailable(notSent.Reason),
            { IsRead: true, Status: "F" } when !PaytmCodes.IsSystemError(reply.Code) =>
                new ProviderResult<T>.Refused(PaytmCodes.FailureOf(reply.Body!.ResultInfo!)),
            _ => new ProviderResult<T>.Unavailable("the response is unreadable"),
        };

    private async Task<Reply<TResponse>> WithTokenAsync<TBody, TResponse>(
        string operation,
        string reference,
        string order,
        string path,
        TokenHead head,
        TBody body,
        JsonTypeInfo<TBody> bodyType,
        JsonTypeInfo<TResponse> type, SendWindow window, ProviderCredentials credentials)
        where TResponse : ResponseBody
    {
        // It may hold a card, so there is no copy of it besides the one that is overwritten once it is sent.
        var content = JsonWriterOf(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("head");
            JsonSerializer.Serialize(json, head, PaytmJson.Wire.TokenHead);
            json.WritePropertyName("body");
            JsonSerializer.Serialize(json, body, bodyType);
            json.WriteEndObject();
        });
        var reply = await SendAsync(
            credentials.Merchant, operation, reference, OfOrder(path, order, credentials), content, window);
        return Read(reply, type, null);
    }

    private Task<ProviderReply> SendAsync(
        string merchant, string operation, string reference, string path, byte[] content, SendWindow window) =>
        http.SendAsync(new ProviderCall
        {
            Operation = operation,
            Reference = reference,
            Merchant = merchant,
            Method = HttpMethod.Post,
            Path = path,
            Body = content,
            Window = window,
        });

    // All responses of Paytm's own are HTTP 200; any other status is from something in between, or says nothing of the
    // effect.
    private Reply<T> Read<T>(ProviderReply reply, JsonTypeInfo<T> type, ProviderCredentials? signer)
        where T : ResponseBody => reply switch
        {
            ProviderReply.NotSent notSent => new(null, NotSent(notSent.Reason)),
            ProviderReply.Unknown unknown => new(null, Unknown(unknown.Reason)),
            ProviderReply.Responded { IsSuccess: false } response => new(null, Unknown($"HTTP {response.Status}")),
            ProviderReply.Responded response => ReadBody(response, type, signer),
            _ => throw new UnreachableException(),
        };

    private Reply<T> ReadBody<T>(ProviderReply.Responded response, JsonTypeInfo<T> type, ProviderCredentials? signer)
        where T : ResponseBody
    {
        if (!TryRead(response.Body.Span, PaytmJson.Wire.Envelope, out var envelope)
            || envelope.Body.ValueKind != JsonValueKind.Object
            || !TryRead(Encoding.UTF8.GetBytes(envelope.Body.GetRawText()), type, out var body)
            || body.ResultInfo is not
            {
                ResultStatus.Length: > 0 and <= MaxResultText, ResultCode.Length: > 0 and <= MaxResultText,
            } result)
        {
            return new(null, Unknown($"HTTP {response.Status} with an unreadable response"));
        }

        // As Paytm's client library has it: what claims a success must be signed right, if it is signed.
        return options.VerifyResponses
            && signer is not null
            && envelope.Head?.Signature is { } signature
            && PaytmCodes.ClaimsSuccess(result.ResultStatus)
            && !PaytmChecksum.Verify(signer[MerchantKey], Encoding.UTF8.GetBytes(envelope.Body.GetRawText()), signature)
                ? new(null, Unknown("a response with a wrong checksum"))
                : new(body, null);
    }

    private static Reply<T> AsQueryOutcome<T>(Reply<T> reply)
        where T : ResponseBody =>
        reply.Problem is ProviderOutcome.Unknown unknown ? reply with { Problem = NotSent(unknown.Reason) } : reply;

    private TokenHead Head(string token, bool spelledOut) => new()
    {
        Version = "v1",
        ChannelId = "WEB",
        RequestTimestamp = Timestamp(),
        TxnToken = spelledOut ? null : token,
        TokenType = spelledOut ? "TXN_TOKEN" : null,
        Token = spelledOut ? token : null,
    };

    private string Timestamp() => time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    private static byte[] Enclose(byte[] body, Action<Utf8JsonWriter> head) => JsonWriterOf(json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("head");
        head(json);
        json.WriteEndObject();
        json.WritePropertyName("body");
        json.WriteRawValue(body, skipInputValidation: true);
        json.WriteEndObject();
    });

    private static byte[] JsonWriterOf(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(8_192);
        using (
            var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = PaytmJson.Wire.Options.Encoder }))
        {
            write(json);
        }

        var content = buffer.WrittenSpan.ToArray();
        // The only other copy; the one that is sent is overwritten afterwards.
        buffer.Clear();
        return content;
    }
}
