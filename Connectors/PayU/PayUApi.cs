using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Providers;
using static PaymentCluster.Connectors.Contract.Outcomes;

namespace PaymentCluster.Connectors.PayU;

/// <summary>Calls to PayU's two hosts, and the outcome of each by the form of its response. All of them are posted
/// forms, and refusals come with HTTP 200.</summary>
internal sealed class PayUApi(ProviderHttp payments, ProviderHttp commands, TimeProvider time)
{
    public const string Key = "key";
    public const string Salt = "salt";

    private const string FormType = "application/x-www-form-urlencoded";

    /// <summary>Sends a payment, server to server.</summary>
    public Task<ProviderReply> PayAsync(
        string merchant, AttemptId attempt, List<KeyValuePair<string, string>> fields, SendWindow window) =>
        payments.SendAsync(new ProviderCall
        {
            Operation = "charge.payment",
            Reference = attempt.ToString(),
            Merchant = merchant,
            Method = HttpMethod.Post,
            Path = "_payment",
            Body = Form(fields),
            ContentType = FormType,
            Window = window,
        });

    /// <summary>Gives a command that has an effect. A variable that is null is not sent.</summary>
    public Task<ProviderReply> ActAsync(
        string operation,
        string reference,
        string command,
        string?[] variables,
        SendWindow window,
        ProviderCredentials credentials)
    {
        var key = credentials[Key].Reveal();
        List<KeyValuePair<string, string>> fields = [new("key", key), new("command", command)];
        for (var i = 0; i < variables.Length; i++)
        {
            if (variables[i] is { } variable)
            {
                fields.Add(new($"var{i + 1}", variable));
            }
        }

        fields.Add(new("hash", PayUSignature.OfCommand(key, command, variables[0]!, credentials[Salt].Reveal())));
        return commands.SendAsync(new ProviderCall
        {
            Operation = operation,
            Reference = reference,
            Merchant = credentials.Merchant,
            Method = HttpMethod.Post,
            // 2 selects JSON; else the response is PHP's serialize().
            Path = "merchant/postservice.php?form=2",
            Body = Form(fields),
            ContentType = FormType,
            Window = window,
        });
    }

    /// <summary>Sends a query. The result is a response, or the problem that prevented one, or neither if the response
    /// is unreadable.</summary>
    public async Task<(CommandResponse? Response, string? Problem)> QueryAsync(
        string operation, string reference, string command, string[] variables, ProviderCredentials credentials)
    {
        // A query has no effect that could come too late; it has a window because it has a body.
        var window = SendWindow.Open(time, TimeSpan.FromMinutes(1));
        var reply = await ActAsync(operation, reference, command, variables, window, credentials);
        return reply switch
        {
            ProviderReply.Responded { IsSuccess: true } http => TryRead(http, out var response)
                ? PayUReading.IsAboutHaste(response.Message) ? (null, "PayU's rate limit is exceeded")
                    : PayUReading.IsAboutCredentials(response.Message) ? (null, "PayU rejected the credentials")
                    : (response, null)
                : (null, null),
            ProviderReply.Responded response => (null, $"HTTP {response.Status}"),
            ProviderReply.NotSent notSent => (null, notSent.Reason),
            ProviderReply.Unknown unknown => (null, unknown.Reason),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>Whether key and salt are accepted: by a status query for a payment that does not exist.</summary>
    public async Task<CredentialsCheck> CheckAsync(ProviderCredentials credentials)
    {
        var window = SendWindow.Open(time, TimeSpan.FromMinutes(1));
        var reply = await ActAsync(
            "check", credentials.Merchant, "verify_payment", ["credentials-check"], window, credentials);
        return reply is ProviderReply.Responded { IsSuccess: true } http && TryRead(http, out var response)
            ? PayUReading.IsAboutCredentials(response.Message) ? CredentialsCheck.Refused
                : response.Details.ValueKind == JsonValueKind.Object ? CredentialsCheck.Accepted
                : CredentialsCheck.NotChecked
            : CredentialsCheck.NotChecked;
    }

    /// <summary>The outcome of a new payment.</summary>
    public static ProviderOutcome Outcome(ProviderReply reply, ChargeRequest request)
    {
        switch (reply)
        {
            case ProviderReply.NotSent notSent:
                return NotSent(notSent.Reason);
            case ProviderReply.Unknown unknown:
                return Unknown(unknown.Reason);
            case ProviderReply.Responded { IsSuccess: true } response
                when IsText(response, out var text) && PayUReading.IsAboutHaste(text):
                return NotSent("PayU's rate limit is exceeded");
            case ProviderReply.Responded { IsSuccess: true } http
                when TryRead(http, PayUJson.Default.PaymentResponse, out var response):
                if (PayUReading.IsAboutHaste(response.Meta?.Message ?? response.Message))
                {
                    return NotSent("PayU's rate limit is exceeded");
                }

                return PayUReading.Outcome(request, response, response.Result.Part(PayUJson.Default.PaymentResult))
                    ?? Unknown("HTTP 200 with an incomplete response");
            case ProviderReply.Responded response:
                return Unknown($"HTTP {response.Status} with an unreadable response");
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>The response to a command that has an effect; else the outcome of whatever replaced it.</summary>
    public static (CommandResponse? Response, ProviderOutcome? Outcome) Read(ProviderReply reply) => reply switch
    {
        ProviderReply.NotSent notSent => (null, NotSent(notSent.Reason)),
        ProviderReply.Unknown unknown => (null, Unknown(unknown.Reason)),
        ProviderReply.Responded { IsSuccess: true } http => TryRead(http, out var response)
            && response.Status is "0" or "1"
            ? PayUReading.IsAboutCredentials(response.Message) && response.Status == "0"
                ? (null, Declined(PayUReading.CredentialsRefused))
                : (response, null)
            : (null, Unknown("HTTP 200 with an unreadable response")),
        // Not PayU's own refusal, but something's in between.
        ProviderReply.Responded response => (null, Unknown($"HTTP {response.Status}")),
        _ => throw new UnreachableException(),
    };

    private static bool TryRead(ProviderReply.Responded http, [NotNullWhen(true)] out CommandResponse? response) =>
        TryRead(http, PayUJson.Default.CommandResponse, out response);

    private static bool TryRead<T>(
        ProviderReply.Responded response, JsonTypeInfo<T> type, [NotNullWhen(true)] out T? value)
        where T : class
    {
        try
        {
            value = JsonSerializer.Deserialize(response.Body.Span, type);
        }
        catch (JsonException)
        {
            value = null;
        }

        return value is not null;
    }

    // Throttling is reported in plain text.
    private static bool IsText(ProviderReply.Responded response, [NotNullWhen(true)] out string? text)
    {
        text = response.Body.Length is > 0 and <= 256
            ? Encoding.UTF8.GetString(response.Body.Span).Trim('"', ' ', '\n', '\r')
            : null;
        return text is not null;
    }

    private static byte[] Form(List<KeyValuePair<string, string>> fields) => Encoding.UTF8.GetBytes(
        string.Join('&', fields.Select(field => $"{field.Key}={Uri.EscapeDataString(field.Value)}")));
}

/// <summary>Reads parts of responses whose JSON kind varies.</summary>
internal static class PayUParts
{
    /// <summary>A member of what may be an object, and may be something else.</summary>
    public static bool TryGet(this JsonElement element, string name, out JsonElement value)
    {
        value = default;
        return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out value);
    }

    /// <summary>A part of a response that may also be an empty array, a text or nothing; null if it is not this
    /// object.</summary>
    public static T? Part<T>(this JsonElement element, JsonTypeInfo<T> type)
        where T : class
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        try
        {
            return element.Deserialize(type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
