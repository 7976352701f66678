using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.AmazonPay;

/// <summary>The routes of Amazon Pay's API, version 2: under <c>/amazonpay</c> and, for clients that know only a host,
/// at the root. A key that begins with <c>SANDBOX-</c> or <c>LIVE-</c> names its environment; the path of an older key
/// says it.</summary>
internal sealed class AmazonPayApi(
    AmazonPayBook book,
    AmazonPaySessions sessions,
    AmazonPayCharges charges,
    FaultGate gate,
    IOptions<AmazonPayOptions> options,
    TimeProvider time)
{
    private const int LongestBody = 64 * 1024;
    private const int LongestKey = 32;

    // What the documents have signed in every request.
    private static readonly string[] AlwaysSigned =
        ["accept", "content-type", "x-amz-pay-date", "x-amz-pay-host", "x-amz-pay-region"];

    private readonly TimeSpan _skew = options.Value.ClockSkew;

    public void Map(IEndpointRouteBuilder routes, string prefix)
    {
        foreach (var environment in (string[])["", "/sandbox", "/live"])
        {
            void Route(
                string method,
                string path,
                DialOperation operation,
                Func<AmazonPayCall, AmazonPayChange, SimulatedResponse> handle,
                bool named = false) =>
                routes.MapMethods($"{prefix}{environment}/v2{path}", [method],
                    context => ServeAsync(context, environment.Length > 0, operation, handle, named));

            Route("POST", "/checkoutSessions", DialOperation.Order, sessions.Create, named: true);
            Route("GET", "/checkoutSessions/{id}", DialOperation.Query, sessions.Fetch);
            Route("PATCH", "/checkoutSessions/{id}", DialOperation.Order, sessions.Update);
            Route("POST", "/checkoutSessions/{id}/complete", DialOperation.Payment, sessions.Complete);
            Route("GET", "/chargePermissions/{id}", DialOperation.Query, charges.FetchPermission);
            Route("PATCH", "/chargePermissions/{id}", DialOperation.Order, charges.UpdatePermission);
            Route("DELETE", "/chargePermissions/{id}/close", DialOperation.Order, charges.ClosePermission);
            Route("POST", "/charges", DialOperation.Payment, charges.Create, named: true);
            Route("GET", "/charges/{id}", DialOperation.Query, charges.Fetch);
            Route("POST", "/charges/{id}/capture", DialOperation.Capture, charges.Capture, named: true);
            Route("DELETE", "/charges/{id}/cancel", DialOperation.Capture, charges.Cancel);
            Route("POST", "/refunds", DialOperation.Refund, charges.CreateRefund, named: true);
            Route("GET", "/refunds/{id}", DialOperation.Query, charges.FetchRefund);
            Route("GET", "/reports", DialOperation.Query, AmazonPayCharges.Reports);
        }
    }

    private static async Task<byte[]?> ReadBodyAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        var buffer = new byte[4096];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted)) > 0)
        {
            body.Write(buffer, 0, read);
            if (body.Length > LongestBody)
            {
                return null;
            }
        }

        return body.ToArray();
    }

    private static bool IsKey(string key) =>
        key.Length is > 0 and <= LongestKey && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private async Task ServeAsync(
        HttpContext context,
        bool environmentInPath,
        DialOperation operation,
        Func<AmazonPayCall, AmazonPayChange, SimulatedResponse> handle,
        bool named)
    {
        var request = context.Request;
        context.Response.Headers["x-amz-pay-request-id"] = context.TraceIdentifier;
        if (await ReadBodyAsync(request) is not { } body)
        {
            await AmazonPayErrors.Of(400, "InvalidRequest", "The request is too large.").SendAsync(context);
            return;
        }

        var (account, refusal) = Authenticate(request, environmentInPath, body);
        var key = (string?)request.Headers["x-amz-pay-idempotency-key"];
        if (refusal is null && named && key is null)
        {
            refusal = AmazonPayErrors.Of(400, "MissingHeader", "The header 'x-amz-pay-idempotency-key' is missing.");
        }

        if (refusal is null && key is not null && !IsKey(key))
        {
            refusal = AmazonPayErrors.Of(400, "InvalidHeaderValue", "The idempotency key is not of its form.");
        }

        if (refusal is not null)
        {
            await refusal.SendAsync(context);
            return;
        }

        var call = new AmazonPayCall
        {
            Account = account!,
            Method = request.Method,
            Path = request.Path.Value!,
            BaseUrl = $"{request.Scheme}://{request.Host}",
            Id = request.RouteValues["id"] as string ?? "",
            Query = QueryHelpers.ParseQuery(request.QueryString.Value)
                .ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.Ordinal),
            Body = body,
            // It has no effect on other methods than POST.
            IdempotencyKey = request.Method == "POST" ? key : null,
            SimulationCode = request.Headers["x-amz-pay-simulation-code"],
        };
        await gate.ServeAsync(
            context, book.Dials, operation, AmazonPayErrors.Faults, () => ProcessAsync(call, handle));
    }

    // The same key with the same request has the first result, for ever; with another request it is refused. What was
    // refused left nothing behind, and may be tried again under its key.
    private async Task<SimulatedResponse> ProcessAsync(
        AmazonPayCall call, Func<AmazonPayCall, AmazonPayChange, SimulatedResponse> handle)
    {
        SimulatedResponse response;
        Task durable;
        lock (book.Gate)
        {
            var merchant = call.Account.MerchantId;
            var fingerprint = call.IdempotencyKey is null ? "" : Fingerprint(call);
            if (call.IdempotencyKey is { } used && book.Claim(merchant, used) is { } claim)
            {
                response = claim.Fingerprint == fingerprint
                    ? new SimulatedResponse(claim.Status, Encoding.UTF8.GetBytes(claim.Body))
                    : AmazonPayErrors.KeyReused;
                durable = book.Durable;
            }
            else
            {
                var change = book.Begin(call.Account.PublicKeyId, time.GetUtcNow());
                response = handle(call, change);
                if (call.IdempotencyKey is { } fresh && response.Status < 300)
                {
                    change.Put(new AmazonPayClaim
                    {
                        MerchantId = merchant,
                        Key = fresh,
                        Fingerprint = fingerprint,
                        Status = response.Status,
                        Body = Encoding.UTF8.GetString(response.Body.Span),
                    });
                }

                durable = change.Entries.Count > 0 ? book.Commit(change) : book.Durable;
            }
        }

        await durable;
        return response;
    }

    private static string Fingerprint(AmazonPayCall call) => Convert.ToHexStringLower(SHA256.HashData(
        [.. Encoding.UTF8.GetBytes($"{call.Method}\n{call.Path}\n"), .. call.Body.Span]).AsSpan(0, 16));

    private (AmazonPayAccount? Account, SimulatedResponse? Refusal) Authenticate(
        HttpRequest request, bool environmentInPath, byte[] body)
    {
        if (!TryReadAuthorization(
            request.Headers.Authorization.ToString(), out var algorithm, out var keyId, out var names,
            out var signature))
        {
            return (
                null, AmazonPayErrors.Of(400, "InvalidHeaderValue", "The header 'authorization' is not of its form."));
        }

        var mustBeSigned = request.Headers.ContainsKey("x-amz-pay-idempotency-key")
            ? AlwaysSigned.Append("x-amz-pay-idempotency-key")
            : AlwaysSigned;
        if (
            mustBeSigned.FirstOrDefault(
                name => !names.Contains(name) || !request.Headers.ContainsKey(name)) is { } missing)
        {
            return (
                null, AmazonPayErrors.Of(400, "MissingHeader", $"The header '{missing}' is missing or not signed."));
        }

        if (!names.SequenceEqual(names.Order(StringComparer.Ordinal))
            || names.Any(name => !request.Headers.ContainsKey(name)))
        {
            return (null, AmazonPayErrors.BadSignature);
        }

        if (!AmazonPaySignature.TryReadDate(request.Headers["x-amz-pay-date"].ToString(), out var date)
            || (date - time.GetUtcNow()).Duration() > _skew)
        {
            return (null, AmazonPayErrors.Of(400, "InvalidHeaderValue", "The header 'x-amz-pay-date' is wrong."));
        }

        if (request.Headers["x-amz-pay-host"] != request.Host.Value)
        {
            return (null, AmazonPayErrors.Of(400, "InvalidHeaderValue", "The header 'x-amz-pay-host' is wrong."));
        }

        AmazonPayAccount? account;
        lock (book.Gate)
        {
            account = book.Account(keyId);
        }

        var saysItself = keyId.StartsWith("SANDBOX-", StringComparison.Ordinal)
            || keyId.StartsWith("LIVE-", StringComparison.Ordinal);
        if (account is null
            || saysItself == environmentInPath
            || request.Headers["x-amz-pay-region"] != account.Region)
        {
            return (null, AmazonPayErrors.Unauthorized);
        }

        return AmazonPaySignature.IsValid(
            algorithm, AmazonPaySignature.Canonical(request, names, body), signature, account.PublicKey)
                ? (account, null)
                : (null, AmazonPayErrors.BadSignature);
    }

    private static bool TryReadAuthorization(
        string header, out string algorithm, out string keyId, out string[] names, out string signature)
    {
        (algorithm, keyId, names, signature) = ("", "", [], "");
        var space = header.IndexOf(' ');
        if (space < 0)
        {
            return false;
        }

        algorithm = header[..space];
        foreach (var part in header[(space + 1)..].Split(", "))
        {
            var equals = part.IndexOf('=');
            if (equals < 0)
            {
                return false;
            }

            var value = part[(equals + 1)..];
            switch (part[..equals])
            {
                case "PublicKeyId":
                    keyId = value;
                    break;
                case "SignedHeaders":
                    names = value.Split(';');
                    break;
                case "Signature":
                    signature = value;
                    break;
                default:
                    return false;
            }
        }

        return keyId.Length > 0 && signature.Length > 0;
    }
}
