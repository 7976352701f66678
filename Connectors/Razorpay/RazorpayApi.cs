using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Connectors.Razorpay;

/// <summary>Calls to Razorpay, and the outcome of each by the form of its response.</summary>
internal sealed class RazorpayApi(ProviderHttp http, TimeProvider time)
{
    public const string KeyId = "key_id";
    public const string KeySecret = "key_secret";

    /// <summary>How long what moves no money and is posted may wait to leave.</summary>
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Sends a query. The result is a response, or the problem that prevented one, or neither if the response
    /// is unreadable.</summary>
    public async Task<(T? Response, string? Problem)> QueryAsync<T>(
        string operation, string reference, string path, JsonTypeInfo<T> type, ProviderCredentials credentials)
        where T : class
    {
        var reply = await http.SendAsync(new ProviderCall
        {
            Operation = operation,
            Reference = reference,
            Merchant = credentials.Merchant,
            Method = HttpMethod.Get,
            Path = path,
            Authorization = Authorization(credentials),
        });
        return reply switch
        {
            ProviderReply.Responded { IsSuccess: true } http =>
                TryRead(http, type, out var response) ? (response, null) : (null, null),
            ProviderReply.Responded response => (null, $"HTTP {response.Status}"),
            ProviderReply.NotSent notSent => (null, notSent.Reason),
            ProviderReply.Unknown unknown => (null, unknown.Reason),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>Sends a call that has an effect.</summary>
    public Task<ProviderReply> ActAsync<T>(
        string operation, string reference, string path, T body, JsonTypeInfo<T> type, SendWindow window,
        ProviderCredentials credentials, ImmutableArray<KeyValuePair<string, string>>? headers = null) =>
        http.SendAsync(new ProviderCall
        {
            Operation = operation,
            Reference = reference,
            Merchant = credentials.Merchant,
            Method = HttpMethod.Post,
            Path = path,
            Authorization = Authorization(credentials),
            Headers = headers ?? [],
            Body = JsonSerializer.SerializeToUtf8Bytes(body, type),
            Window = window,
        });

    /// <summary>Posts what moves no money.</summary>
    public Task<ProviderReply> PostAsync<T>(
        string operation, string reference, string path, T body, JsonTypeInfo<T> type,
        ProviderCredentials credentials) =>
        ActAsync(operation, reference, path, body, type, SendWindow.Open(time, ResponseTimeout), credentials);

    /// <summary>Sends a query or a deletion, which may be repeated.</summary>
    public Task<ProviderReply> SendAsync(
        HttpMethod method, string operation, string reference, string path, ProviderCredentials credentials) =>
        http.SendAsync(new ProviderCall
        {
            Operation = operation,
            Reference = reference,
            Merchant = credentials.Merchant,
            Method = method,
            Path = path,
            Authorization = Authorization(credentials),
        });

    /// <summary>Whether the key is accepted: by a list of one order, the cheapest query there is.</summary>
    public async Task<CredentialsCheck> CheckAsync(ProviderCredentials credentials) =>
        await http.SendAsync(new ProviderCall
        {
            Operation = "check",
            Reference = credentials.Merchant,
            Merchant = credentials.Merchant,
            Method = HttpMethod.Get,
            Path = "v1/orders?count=1",
            Authorization = Authorization(credentials),
        }) switch
        {
            ProviderReply.Responded { IsSuccess: true } => CredentialsCheck.Accepted,
            ProviderReply.Responded { Status: 401 } => CredentialsCheck.Refused,
            _ => CredentialsCheck.NotChecked,
        };

    /// <summary>The outcome of a call that has an effect.</summary>
    /// <param name="reply">The HTTP response, or why there is none.</param>
    /// <param name="type">The type of a successful response.</param>
    /// <param name="read">Reads a successful response; null if a required field is missing.</param>
    public static ProviderOutcome Outcome<T>(ProviderReply reply, JsonTypeInfo<T> type, Func<T, ProviderOutcome?> read)
        where T : class => reply switch
        {
            ProviderReply.NotSent notSent => new ProviderOutcome.NotSent { Reason = notSent.Reason },
            ProviderReply.Unknown unknown => Unknown(unknown.Reason),
            ProviderReply.Responded { IsSuccess: true } http =>
                TryRead(http, type, out var response) && read(response) is { } outcome
                    ? outcome
                    : Unknown($"HTTP {http.Status} with an unreadable response"),
            ProviderReply.Responded { Status: 401 } =>
                new ProviderOutcome.Declined { Failure = RazorpayMapping.CredentialsRefused },
            // Documented for idempotency keys: another request for this order is in progress, or was another one.
            ProviderReply.Responded { Status: not 409 } response when ReadError(response) is { } error =>
                new ProviderOutcome.Declined { Failure = RazorpayMapping.Refused(error) },
            // Not Razorpay's own refusal, but something's in between.
            ProviderReply.Responded response => Unknown($"HTTP {response.Status}"),
            _ => throw new UnreachableException(),
        };

    /// <summary>Whether the provider looked at the request and refused it; bad credentials are refused without a
    /// look.</summary>
    public static bool IsRefusal(ProviderOutcome outcome) =>
        outcome is ProviderOutcome.Declined { Failure.Code: not FailureCodes.CredentialsRefused };

    /// <summary>The documented error in a response, if it is one.</summary>
    public static ErrorBody? ReadError(ProviderReply.Responded http) =>
        TryRead(http, RazorpayJson.Default.ErrorResponse, out var response)
            && !string.IsNullOrEmpty(response.Error?.Code)
            ? response.Error
            : null;

    /// <summary>Reads a response; false if it is not this JSON.</summary>
    public static bool TryRead<T>(
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

    private static AuthenticationHeaderValue Authorization(ProviderCredentials credentials) => new(
        "Basic",
        Convert.ToBase64String(
            Encoding.UTF8.GetBytes($"{credentials[KeyId].Reveal()}:{credentials[KeySecret].Reveal()}")));

    private static ProviderOutcome.Unknown Unknown(string reason) => new() { Reason = reason };
}
