using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using PaymentCluster.Connectors.Contract;
using Polly;

namespace PaymentCluster.Connectors.Http;

/// <summary>
/// The HTTP client of a provider. There is one per provider's host and process: its connections and circuit breaker are
/// shared by all merchants, its concurrency limit in fair shares. It takes no cancellation token, because the response
/// to a request that may have been sent must be read.
/// </summary>
public sealed partial class ProviderHttp : IDisposable
{
    private readonly string _provider;
    private readonly ProviderHttpOptions _options;
    private readonly Uri _base;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HttpMessageInvoker _client;
    private readonly CallStatistics _statistics;
    private readonly ResiliencePipeline<ProviderReply> _pipeline;

    /// <summary>Makes the client.</summary>
    /// <param name="provider">The provider's name, for logs and metrics.</param>
    /// <param name="options">URL, limits and timeouts.</param>
    /// <param name="time">Measures timeouts and durations.</param>
    /// <param name="logger">Receives reasons and references, never content.</param>
    /// <param name="address">The URL, for a provider with several hosts; by default that of the options.</param>
    public ProviderHttp(
        string provider, ProviderHttpOptions options, TimeProvider time, ILogger logger, Uri? address = null)
    {
        _provider = provider;
        _options = options;
        _base = WithTrailingSlash(
            address ?? options.BaseUrl ?? throw new ArgumentException("A base URL is missing.", nameof(options)));
        _time = time;
        _logger = logger;
        _client = new HttpMessageInvoker(CreateHandler(options));
        _statistics = new CallStatistics(options.BreakerBreak, time);
        _pipeline = CallPipeline.Build(provider, options, time, OnCircuitChanged);
    }

    /// <summary>Its circuit breaker's state and how long its calls take.</summary>
    public ICallHealth Health => _statistics;

    /// <summary>Makes a call. Never throws for what a network or a provider does.</summary>
    /// <exception cref="ArgumentException">It has a body and no send window.</exception>
    public async Task<ProviderReply> SendAsync(ProviderCall call)
    {
        if (call.Body is not null && call.Window is null)
        {
            throw new ArgumentException($"'{call.Operation}' has a body and no send window.", nameof(call));
        }

        using var activity = ConnectorTelemetry.Start(_provider, call);
        var started = _time.GetTimestamp();
        var context = ResilienceContextPool.Shared.Get(CancellationToken.None);
        context.Properties.Set(CallPipeline.Call, call);
        try
        {
            var outcome = await _pipeline.ExecuteOutcomeAsync(
                static async (context, self) => await self.AttemptAsync(context), context, this);
            if (outcome.Exception is { } refusal && CallFailure.Of(refusal, content: null) is { } unsent)
            {
                outcome = Outcome.FromResult(unsent);
            }

            outcome.ThrowIfException();
            var reply = outcome.Result!;
            Report(activity, call, reply, _time.GetElapsedTime(started));
            return reply;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
            CryptographicOperations.ZeroMemory(call.Body);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static Uri WithTrailingSlash(Uri uri) =>
        uri.AbsoluteUri.EndsWith('/') ? uri : new Uri(uri.AbsoluteUri + "/");

    private static SocketsHttpHandler CreateHandler(ProviderHttpOptions options) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        Credentials = null,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = options.ConnectTimeout,
        // Below what servers usually keep an idle connection for, so that a stale one, and with it an unknown outcome,
        // is rare.
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(20),
        // Follows a provider whose address moves.
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        MaxConnectionsPerServer = options.MaxConcurrency,
        MaxResponseHeadersLength = 32,
        MaxResponseDrainSize = 0,
        // Our trace ids are not for providers.
        ActivityHeadersPropagator = null,
    };

    private async ValueTask<Outcome<ProviderReply>> AttemptAsync(ResilienceContext context)
    {
        var call = context.Properties.GetValue(CallPipeline.Call, null!);
        using var request = Request(call);
        var content = request.Content as SendOnceContent;
        try
        {
            using var response = await _client.SendAsync(request, context.CancellationToken);
            var status = (int)response.StatusCode;
            return Outcome.FromResult(
                CallFailure.Of(status, RetryAfter(response))
                    ?? await ReadAsync(response, status, context.CancellationToken));
        }
        catch (Exception exception) when (CallFailure.Of(exception, content) is not null)
        {
            return Outcome.FromResult(CallFailure.Of(exception, content)!);
        }
    }

    private HttpRequestMessage Request(ProviderCall call)
    {
        var request = new HttpRequestMessage(call.Method, new Uri(_base, call.Path))
        {
            // One call per connection: what breaks it leaves one outcome unknown.
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = call.Body is null ? null : new SendOnceContent(call.Body, call.ContentType, call.Window!),
        };
        request.Headers.Authorization = call.Authorization;
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.UserAgent.ParseAdd("PaymentCluster/1.0");
        foreach (var (name, value) in call.Headers)
        {
            request.Headers.Add(name, value);
        }

        return request;
    }

    private async Task<ProviderReply> ReadAsync(
        HttpResponseMessage response, int status, CancellationToken cancellation)
    {
        // The request accepts no encoding, so an encoded body is not decoded.
        if (response.Content.Headers.ContentEncoding.Count > 0)
        {
            return new ProviderReply.Unknown { Reason = $"HTTP {status} with an encoded body", BlamesProvider = true };
        }

        if (response.Content.Headers.ContentLength > _options.MaxResponseBytes)
        {
            return TooLarge(status);
        }

        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        using var body = new MemoryStream();
        var chunk = new byte[8_192];
        int read;
        while ((read = await stream.ReadAsync(chunk, cancellation)) > 0)
        {
            if (body.Length + read > _options.MaxResponseBytes)
            {
                return TooLarge(status);
            }

            body.Write(chunk, 0, read);
        }

        return new ProviderReply.Responded { Status = status, Body = body.ToArray() };
    }

    private ProviderReply.Unknown TooLarge(int status) => new()
    {
        Reason = $"HTTP {status} with more than {_options.MaxResponseBytes} bytes",
        BlamesProvider = true,
    };

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > _time.GetUtcNow() => date - _time.GetUtcNow(),
        _ => null,
    };

    private void Report(System.Diagnostics.Activity? activity, ProviderCall call, ProviderReply reply, TimeSpan elapsed)
    {
        var outcome = "unknown";
        switch (reply)
        {
            case ProviderReply.Responded response:
                outcome = $"{response.Status / 100}xx";
                LogResponse(_provider, call.Operation, call.Reference, response.Status, elapsed.TotalMilliseconds);
                break;
            case ProviderReply.NotSent notSent:
                outcome = "not_sent";
                LogNotSent(_provider, call.Operation, call.Reference, notSent.Reason);
                break;
            case ProviderReply.Unknown unknown:
                LogUnknown(_provider, call.Operation, call.Reference, unknown.Reason, elapsed.TotalMilliseconds);
                break;
        }

        if (reply is not ProviderReply.NotSent)
        {
            _statistics.Record(elapsed);
        }

        ConnectorTelemetry.Finish(activity, _provider, call, outcome, elapsed);
    }

    private void OnCircuitChanged(bool opened)
    {
        _statistics.OnCircuitChanged(opened);
        if (opened)
        {
            LogCircuitOpened(_provider, _options.BreakerBreak);
        }
        else
        {
            LogCircuitClosed(_provider);
        }
    }
}
