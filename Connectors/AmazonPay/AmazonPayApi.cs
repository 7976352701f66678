using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Connectors.AmazonPay;

/// <summary>Signed calls to Amazon Pay, each region at its own host, and the outcome of each by the form of its
/// response.</summary>
internal sealed class AmazonPayApi : ICallHealth, IDisposable
{
    private const string Json = "application/json";

    private readonly AmazonPayOptions _options;
    private readonly TimeProvider _time;
    private readonly string _algorithm;
    private readonly Dictionary<string, (ProviderHttp Http, Uri Url)> _regions = new(StringComparer.Ordinal);

    public AmazonPayApi(string provider, AmazonPayOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _algorithm = options.SignatureVersion == 1 ? AmazonPaySignature.Version1 : AmazonPaySignature.Version2;
        var own = new AmazonPayOptions().BaseUrl!;
        ProviderHttp? shared = null;
        foreach (var (region, host) in (ReadOnlySpan<(string, string)>)
            [("na", own.Host), ("eu", "pay-api.amazon.eu"), ("jp", "pay-api.amazon.jp")])
        {
            if (options.BaseUrl != own)
            {
                shared ??= new ProviderHttp(provider, options, time, logger);
                _regions.Add(region, (shared, options.BaseUrl!));
                continue;
            }

            var url = new Uri($"https://{host}/");
            _regions.Add(region, (new ProviderHttp(provider, options.At(url), time, logger), url));
        }
    }

    /// <summary>The worst of the regions' breakers.</summary>
    public BreakerState Breaker => _regions.Values.Select(region => region.Http.Health.Breaker)
        .MaxBy(state => state switch { BreakerState.Closed => 0, BreakerState.Trying => 1, BreakerState.Open => 2 });

    /// <summary>The figures of the busiest region.</summary>
    public LatencyFigures Latency() =>
        _regions.Values.Select(region => region.Http.Health.Latency()).MaxBy(figures => figures.Calls);

    public void Dispose()
    {
        foreach (var (http, _) in _regions.Values)
        {
            http.Dispose();
        }
    }

    /// <summary>Sends a call that has an effect.</summary>
    /// <param name="account">The merchant's account.</param>
    /// <param name="call">What it does, for whom, where, and until when it may leave.</param>
    /// <param name="body">The request's body.</param>
    /// <param name="type">The body's type.</param>
    /// <param name="effect">The name of the effect, where Amazon recognises a repeated one.</param>
    public Task<ProviderReply> ActAsync<T>(
        AmazonPayAccount account, AmazonPayCall call, T body, JsonTypeInfo<T> type, string? effect = null) =>
        SendAsync(account, call, JsonSerializer.SerializeToUtf8Bytes(body, type), effect);

    /// <summary>Sends a query, which has no effect.</summary>
    public async Task<AmazonPayResponse<T>> QueryAsync<T>(
        AmazonPayAccount account, string operation, string reference, string path, JsonTypeInfo<T> type)
        where T : class
    {
        // Content-Type is among the headers that must be signed, and belongs to a body: so there is an empty one.
        var call = new AmazonPayCall(
            operation, reference, HttpMethod.Get, path,
            SendWindow.Open(_time, _options.Timeout + _options.QueueTimeout));
        return await SendAsync(account, call, [], effect: null) switch
        {
            ProviderReply.Responded { IsSuccess: true } response => TryRead(response, type, out var value)
                ? new AmazonPayResponse<T>(value, null)
                : new AmazonPayResponse<T>(null, "the response is unreadable"),
            ProviderReply.Responded { Status: 404 } response when ReasonOf(response) == "ResourceNotFound" =>
                new AmazonPayResponse<T>(null, "not found") { IsMissing = true },
            ProviderReply.Responded response => new AmazonPayResponse<T>(null, $"HTTP {response.Status}"),
            ProviderReply.NotSent notSent => new AmazonPayResponse<T>(null, notSent.Reason),
            ProviderReply.Unknown unknown => new AmazonPayResponse<T>(null, unknown.Reason),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>Whether the key is accepted: by a list of one report, the cheapest query there is.</summary>
    public async Task<CredentialsCheck> CheckAsync(AmazonPayAccount account, string merchant)
    {
        var call = new AmazonPayCall(
            "check", merchant, HttpMethod.Get, "reports?pageSize=1", SendWindow.Open(_time, _options.Timeout));
        return await SendAsync(account, call, [], effect: null) switch
        {
            ProviderReply.Responded { IsSuccess: true } => CredentialsCheck.Accepted,
            ProviderReply.Responded response when AreCredentialsRefused(response) => CredentialsCheck.Refused,
            _ => CredentialsCheck.NotChecked,
        };
    }

    /// <summary>The outcome of a call that has an effect.</summary>
    /// <param name="reply">The HTTP response, or why there is none.</param>
    /// <param name="type">The type of a successful response.</param>
    /// <param name="read">Reads a successful response; null if a required field is missing.</param>
    public static ProviderOutcome Outcome<T>(ProviderReply reply, JsonTypeInfo<T> type, Func<T, ProviderOutcome?> read)
        where T : class => reply switch
        {
            ProviderReply.NotSent notSent => Outcomes.NotSent(notSent.Reason),
            ProviderReply.Unknown unknown => Outcomes.Unknown(unknown.Reason),
            ProviderReply.Responded { IsSuccess: true } http =>
                TryRead(http, type, out var response) && read(response) is { } outcome
                    ? outcome
                    : Outcomes.Unknown($"HTTP {http.Status} with an unreadable response"),
            ProviderReply.Responded response when AreCredentialsRefused(response) =>
                Outcomes.Declined(AmazonPayMapping.CredentialsRefused),
            // Not Amazon's own refusal, but something's in between.
            ProviderReply.Responded response => ReasonOf(response) is { } reason
                ? Outcomes.Declined(AmazonPayFailures.Of(reason, FailureCodes.RequestRefused, FailureParty.Merchant))
                : Outcomes.Unknown($"HTTP {response.Status}"),
            _ => throw new UnreachableException(),
        };

    /// <summary>What came of a call that moves no money. Only Amazon's own refusal is one: with a key that it does not
    /// take, nothing was decided.</summary>
    /// <param name="reply">The HTTP response, or why there is none.</param>
    /// <param name="type">The type of a successful response.</param>
    /// <param name="read">Reads a successful response; null if a required field is missing.</param>
    public static ProviderResult<TResponse> Read<T, TResponse>(
        ProviderReply reply, JsonTypeInfo<T> type, Func<T, TResponse?> read)
        where T : class
        where TResponse : class => reply switch
        {
            ProviderReply.NotSent notSent => new ProviderResult<TResponse>.Unavailable(notSent.Reason),
            ProviderReply.Unknown unknown => new ProviderResult<TResponse>.Unavailable(unknown.Reason),
            ProviderReply.Responded { IsSuccess: true } http =>
                TryRead(http, type, out var response) && read(response) is { } given
                    ? new ProviderResult<TResponse>.Given(given)
                    : new ProviderResult<TResponse>.Unavailable($"HTTP {http.Status} with an unreadable response"),
            ProviderReply.Responded response when AreCredentialsRefused(response) =>
                new ProviderResult<TResponse>.Unavailable("the credentials were rejected"),
            ProviderReply.Responded response => ReasonOf(response) is { } reason
                ? new ProviderResult<TResponse>.Refused(
                    AmazonPayFailures.Of(reason, FailureCodes.RequestRefused, FailureParty.Merchant))
                : new ProviderResult<TResponse>.Unavailable($"HTTP {response.Status}"),
            _ => throw new UnreachableException(),
        };

    /// <summary>Whether Amazon looked at the request and refused it; bad credentials are refused without a
    /// look.</summary>
    public static bool IsRefusal(ProviderOutcome outcome) =>
        outcome is ProviderOutcome.Declined { Failure.Code: not FailureCodes.CredentialsRefused };

    /// <summary>The documented reason in a refusal, if it is one.</summary>
    public static string? ReasonOf(ProviderReply reply) =>
        reply is ProviderReply.Responded { IsSuccess: false } response
        && TryRead(response, AmazonPayJson.Default.ErrorResponse, out var error)
        && error.ReasonCode is { Length: > 0 } reason
            ? reason
            : null;

    /// <summary>Whether it is what Amazon says once it has looked at a charge or refund. Anything else, such as that
    /// the account is suspended or has no such object, it says as well of the repetition of a request that it took
    /// before that, or for another account.</summary>
    public static bool IsFinalRefusal(ProviderReply reply) => reply is ProviderReply.Responded { Status: 422 }
        || ReasonOf(reply) is "TransactionAmountExceeded" or "PeriodicAmountExceeded" or "CurrencyMismatch"
            or "InvalidParameterValue" or "InvalidParameterCombination" or "UnrecognizedField";

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

    // 403 also says that the account is in no state for the call, which is no matter of the key.
    private static bool AreCredentialsRefused(ProviderReply.Responded response) => response.Status switch
    {
        401 => true,
        403 => ReasonOf(response) is "InvalidRequestSignature" or "InvalidAuthorizationToken",
        _ => false,
    };

    private Task<ProviderReply> SendAsync(AmazonPayAccount account, AmazonPayCall call, byte[] body, string? effect)
    {
        var (http, address) = _regions[account.Region];
        var path = account.SaysEnvironment
            ? $"v2/{call.Path}"
            : $"{(_options.Sandbox ? "sandbox" : "live")}/v2/{call.Path}";
        var url = new Uri(new Uri(address.AbsoluteUri.TrimEnd('/') + "/"), path);
        var signed = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["accept"] = Json,
            ["content-type"] = Json,
            ["x-amz-pay-date"] =
                _time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture),
            ["x-amz-pay-host"] = url.Authority,
            ["x-amz-pay-region"] = account.Region,
        };
        if (effect is not null)
        {
            signed["x-amz-pay-idempotency-key"] = AmazonPayMapping.KeyOf(effect);
        }

        var canonical = AmazonPaySignature.Canonical(
            call.Method.Method, url.AbsolutePath, url.Query.TrimStart('?'), signed, body);
        var signature = AmazonPaySignature.Sign(_algorithm, canonical, account.Key);
        return http.SendAsync(new ProviderCall
        {
            Operation = call.Operation,
            Reference = call.Reference,
            Merchant = account.Merchant,
            Method = call.Method,
            Path = path,
            Authorization = new AuthenticationHeaderValue(
                _algorithm,
                $"PublicKeyId={account.PublicKeyId}, SignedHeaders={AmazonPaySignature.NamesOf(signed)}, "
                    + $"Signature={signature}"),
            // The other two are every call's own.
            Headers = [.. signed.Where(header => header.Key.StartsWith("x-amz-", StringComparison.Ordinal))],
            Body = body,
            ContentType = Json,
            Window = call.Window,
        });
    }
}

/// <summary>A call before it is signed.</summary>
/// <param name="Operation">What it does, for metrics and logs.</param>
/// <param name="Reference">The attempt's or refund's id, for the log.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path below the API's version.</param>
/// <param name="Window">Until when it may leave.</param>
internal readonly record struct AmazonPayCall(
    string Operation, string Reference, HttpMethod Method, string Path, SendWindow Window);

/// <summary>The result of a query: the object, or the problem that prevented one.</summary>
internal readonly record struct AmazonPayResponse<T>(T? Value, string? Problem)
    where T : class
{
    /// <summary>Amazon says clearly that there is no such object.</summary>
    public bool IsMissing { get; init; }
}
