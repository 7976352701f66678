using System.Security.Cryptography;
using System.Text;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Limits;
using PaymentCluster.Grains.Abstractions.Logs;

namespace PaymentCluster.Gateway.Api.Access;

/// <summary>Lets through whom the endpoint's rule names. An endpoint without a rule lets nobody through.</summary>
internal sealed partial class AccessMiddleware(
    RequestDelegate next,
    ApiKeys keys,
    ClientSecrets clientSecrets,
    FailedKeys failures,
    GatewayOptions options,
    ILogger<AccessMiddleware> logger)
{
    private const string Scheme = "Bearer ";

    public Task InvokeAsync(HttpContext http)
    {
        // Routing's own answer (405) is no endpoint of ours, and without an endpoint there is nothing to guard.
        if (http.GetEndpoint() is not RouteEndpoint endpoint)
        {
            return next(http);
        }

        return endpoint.Metadata.GetMetadata<AccessMetadata>()?.Rule switch
        {
            AccessRule.Anybody => next(http),
            AccessRule.Admin => AdmitAdministratorAsync(http),
            { } rule => AdmitMerchantAsync(http, rule),
            null => Problem.WriteAsync(http, ErrorCode.PermissionDenied),
        };
    }

    private async Task AdmitMerchantAsync(HttpContext http, AccessRule rule)
    {
        if (!TryReadKey(http, out var key))
        {
            await Problem.WriteAsync(http, ErrorCode.AuthenticationRequired);
            return;
        }

        if (ClientSecrets.HasForm(key))
        {
            await AdmitPayerAsync(http, rule, key.ToString());
            return;
        }

        var hash = KeyHash.Of(key);
        var hasForm = ApiKeys.HasForm(key);
        if (!keys.WasGood(hash) && !failures.MayTry(http))
        {
            await RefuseGuessingAsync(http);
            return;
        }

        var grant = hasForm ? await keys.ResolveAsync(hash) : null;
        if (grant is null)
        {
            failures.Count(http);
            await Problem.WriteAsync(http, ErrorCode.ApiKeyInvalid);
            return;
        }

        var caller = Caller.Of(grant);
        if (caller.IsBrowser && rule == AccessRule.Secret)
        {
            await Problem.WriteAsync(
                http, ErrorCode.PermissionDenied, "A publishable key is not allowed to make this call; use a secret key.");
            return;
        }

        http.Features.Set(caller);
        await next(http);
    }

    private async Task AdmitPayerAsync(HttpContext http, AccessRule rule, string secret)
    {
        if (!failures.MayTry(http))
        {
            await RefuseGuessingAsync(http);
            return;
        }

        if (await clientSecrets.OpenAsync(secret) is not { } access)
        {
            failures.Count(http);
            await Problem.WriteAsync(
                http, ErrorCode.ApiKeyInvalid, "The client secret is invalid or has expired.");
            return;
        }

        var caller = Caller.Of(access);
        if (rule != AccessRule.Payer)
        {
            await Problem.WriteAsync(http, ErrorCode.PermissionDenied, "A client secret is not allowed to make this call.");
            return;
        }

        // Another payment is one that this caller's merchant does not have.
        if (!string.Equals(
            (string?)http.Request.RouteValues["id"], caller.Payment?.ToString(), StringComparison.Ordinal))
        {
            await Problem.WriteAsync(http, ErrorCode.PaymentNotFound);
            return;
        }

        http.Features.Set(caller);
        await next(http);
    }

    private Task AdmitAdministratorAsync(HttpContext http)
    {
        if (!TryReadKey(http, out var key))
        {
            return Problem.WriteAsync(http, ErrorCode.AuthenticationRequired);
        }

        if (options.AdminKeyHash is { } expected
            && CryptographicOperations.FixedTimeEquals(
                Encoding.ASCII.GetBytes(KeyHash.Of(key).ToString()), Encoding.ASCII.GetBytes(expected)))
        {
            http.Features.Set(Caller.Administrator);
            return next(http);
        }

        if (!failures.MayTry(http))
        {
            return RefuseGuessingAsync(http);
        }

        failures.Count(http);
        return Problem.WriteAsync(http, ErrorCode.ApiKeyInvalid);
    }

    private Task RefuseGuessingAsync(HttpContext http)
    {
        LogGuessing(http.Connection.RemoteIpAddress);
        return Problem.WriteAsync(http, ErrorCode.RateLimited, "Too many invalid API keys from this address.");
    }

    private static bool TryReadKey(HttpContext http, out ReadOnlySpan<char> key)
    {
        key = default;
        if (http.Request.Headers.Authorization is not [{ Length: > 7 and <= 256 } header]
            || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        key = header.AsSpan(Scheme.Length).Trim(' ');
        return key.Length > 0;
    }

    [LoggerMessage(LogEvents.KeyGuessing, LogLevel.Warning, "{Address} keeps sending API keys that are refused")]
    private partial void LogGuessing(System.Net.IPAddress? address);
}
