using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Grains.Abstractions.Providers;
using static PaymentCluster.Connectors.Contract.Outcomes;

namespace PaymentCluster.Connectors.Juspay;

/// <summary>Calls to Juspay, and the outcome of each by the form of its response.</summary>
internal sealed class JuspayApi(ProviderHttp http, JuspayOptions options, TimeProvider time)
{
    public const string MerchantId = "merchant_id";
    public const string ApiKey = "api_key";

    private const string Form = "application/x-www-form-urlencoded";

    /// <summary>The send window of a query that is posted.</summary>
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Sends a call that has an effect, with a form, or where the merchant has keys and Juspay takes that, in
    /// an envelope.</summary>
    /// <param name="call">What it is, and about whom.</param>
    /// <param name="path">The path; an envelope goes to the same one under <c>v4</c>.</param>
    /// <param name="fields">What is sent.</param>
    /// <param name="window">Until when it may leave.</param>
    /// <param name="credentials">The merchant's.</param>
    /// <param name="takesEnvelopes">Whether the path is one of those that have a counterpart under <c>v4</c>.</param>
    public async Task<ProviderReply> ActAsync(
        JuspayCallName call, string path, JuspayFields fields, SendWindow window, ProviderCredentials credentials,
        bool takesEnvelopes = false)
    {
        if (!takesEnvelopes || !JuspayEnvelope.IsWanted(credentials))
        {
            return await http.SendAsync(Call(call, HttpMethod.Post, path, credentials, fields.ToForm(), Form, window));
        }

        var content = fields.ToJson();
        var sealedBody = JuspayEnvelope.Seal(content, credentials);
        CryptographicOperations.ZeroMemory(content);
        if (sealedBody is null)
        {
            return new ProviderReply.Responded { Status = 401, Body = default };
        }

        var reply = await http.SendAsync(
            Call(call, HttpMethod.Post, "v4/" + path, credentials, sealedBody, "application/json", window));
        return Opened(reply, credentials);
    }

    /// <summary>Sends a query without a body.</summary>
    public Task<ProviderReply> QueryAsync(JuspayCallName call, string path, ProviderCredentials credentials) =>
        http.SendAsync(Call(call, HttpMethod.Get, path, credentials, body: null, Form, window: null));

    /// <summary>Posts a query, or another call that moves no money.</summary>
    public Task<ProviderReply> PostAsync(
        JuspayCallName call, string path, JuspayFields fields, ProviderCredentials credentials) =>
        ActAsync(call, path, fields, SendWindow.Open(time, ResponseTimeout), credentials);

    /// <summary>Queries the status of an order.</summary>
    public Task<ProviderReply> QueryOrderAsync(JuspayCallName call, string orderId, ProviderCredentials credentials) =>
        JuspayEnvelope.IsWanted(credentials)
            ? ActAsync(
                call, "order-status", new() { { "order_id", orderId } },
                SendWindow.Open(time, ResponseTimeout), credentials,
                takesEnvelopes: true)
            : QueryAsync(call, $"orders/{orderId}", credentials);

    /// <summary>Whether the credentials are accepted: by the list of the merchant's payment methods, and where it has
    /// keys, by a sealed query for an order that cannot exist.</summary>
    public async Task<CredentialsCheck> CheckAsync(ProviderCredentials credentials)
    {
        var merchant = credentials[MerchantId].Reveal();
        var name = new JuspayCallName("check", credentials.Merchant, "check");
        var check = Check(
            await QueryAsync(name, $"merchants/{Uri.EscapeDataString(merchant)}/paymentmethods", credentials));
        return check == CredentialsCheck.Accepted && JuspayEnvelope.IsWanted(credentials)
            ? Check(await QueryOrderAsync(name, "check", credentials))
            : check;
    }

    /// <summary>The outcome of a call that has an effect.</summary>
    /// <param name="reply">The HTTP response, or why there is none.</param>
    /// <param name="type">The type of a successful response.</param>
    /// <param name="read">Reads a successful response; null if a required field is missing.</param>
    public static ProviderOutcome Outcome<T>(ProviderReply reply, JsonTypeInfo<T> type, Func<T, ProviderOutcome?> read)
        where T : class => reply switch
        {
            ProviderReply.NotSent notSent => NotSent(notSent.Reason),
            ProviderReply.Unknown unknown => Unknown(unknown.Reason),
            ProviderReply.Responded { IsSuccess: true } http => TryRead(http, type, out var response)
                && read(response) is { } outcome
                ? outcome
                : Unknown($"HTTP {http.Status} with an unreadable response"),
            ProviderReply.Responded { Status: 401 } => Declined(JuspayFailures.CredentialsRefused),
            ProviderReply.Responded response when ReadError(response) is { } error => IsRace(error)
                ? Unknown("another request for this order is in progress")
                : Declined(JuspayFailures.OfRefusal(error)),
            // Not Juspay's own refusal, but something's in between.
            ProviderReply.Responded response => Unknown($"HTTP {response.Status}"),
            _ => throw new UnreachableException(),
        };

    /// <summary>Whether Juspay looked at the request and refused it; bad credentials are refused without a
    /// look.</summary>
    public static bool IsRefusal(ProviderOutcome outcome) =>
        outcome is ProviderOutcome.Declined { Failure.Code: not FailureCodes.CredentialsRefused };

    /// <summary>The documented error in a response, if it is one.</summary>
    public static ErrorObject? ReadError(ProviderReply? reply) =>
        reply is ProviderReply.Responded { IsSuccess: false } response
        && TryRead(response, JuspayJson.Default.ErrorObject, out var error)
        && !(
            string.IsNullOrEmpty(error.ErrorCode)
                && string.IsNullOrEmpty(error.ErrorInfo?.Code)
                && string.IsNullOrEmpty(error.Status))
            ? error
            : null;

    /// <summary>Whether this is Juspay's response for an order that does not exist.</summary>
    public static bool IsNotFound(ProviderReply reply) =>
        reply is ProviderReply.Responded { Status: 200 or 400 or 404 } response
        && TryRead(response, JuspayJson.Default.ErrorObject, out var error)
        && error.Status == "NOT_FOUND";

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

    // "Another request for the same identifier is already in process."
    private static bool IsRace(ErrorObject error) => error.ErrorInfo?.Code == "DUPLICATE_REQUEST";

    private static CredentialsCheck Check(ProviderReply reply) => reply switch
    {
        ProviderReply.Responded { IsSuccess: true } => CredentialsCheck.Accepted,
        ProviderReply.Responded { Status: 401 or 403 } => CredentialsCheck.Refused,
        _ when IsNotFound(reply) => CredentialsCheck.Accepted,
        _ => CredentialsCheck.NotChecked,
    };

    // A success that is not signed is none. A refusal may come from a part of Juspay before the one that seals
    // responses.
    private static ProviderReply Opened(ProviderReply reply, ProviderCredentials credentials) => reply switch
    {
        ProviderReply.Responded response when JuspayEnvelope.Open(response.Body, credentials) is { } content =>
            response with { Body = content },
        ProviderReply.Responded { IsSuccess: true } response => response with { Body = default },
        _ => reply,
    };

    private ProviderCall Call(
        JuspayCallName call,
        HttpMethod method,
        string path,
        ProviderCredentials credentials,
        byte[]? body,
        string type,
        SendWindow? window) =>
        new()
        {
            Operation = call.Operation,
            Reference = call.Reference,
            Merchant = credentials.Merchant,
            Method = method,
            Path = path,
            // In an envelope the signature says who calls; the key stays at home.
            Authorization = path.StartsWith("v4/", StringComparison.Ordinal) ? null : Authorization(credentials),
            Headers =
            [
                new("x-merchantid", credentials[MerchantId].Reveal()),
                new("version", options.ApiVersion),
                new("x-routing-id", call.Routing),
            ],
            Body = body,
            ContentType = type,
            Window = window,
        };

    private static AuthenticationHeaderValue Authorization(ProviderCredentials credentials) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credentials[ApiKey].Reveal()}:")));
}

/// <summary>What a call is.</summary>
/// <param name="Operation">For metrics and logs.</param>
/// <param name="Reference">Our id of what it is about, for the log.</param>
/// <param name="Routing">The routing id that leads all calls about one order, or one customer, to the same part of
/// Juspay.</param>
internal sealed record JuspayCallName(string Operation, string Reference, string Routing);
