using System.Text;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Juspay;

/// <summary>A call apart from its connection: it may be processed when that is long gone.</summary>
internal sealed record JuspayCall
{
    public required JuspayAccount Account { get; init; }

    /// <summary>Where this API is, as the caller sees it.</summary>
    public required string BaseUrl { get; init; }

    /// <summary>The id in the path.</summary>
    public required string Id { get; init; }

    /// <summary>What was sent, in query and body.</summary>
    public required JuspayFields Fields { get; init; }
}

/// <summary>
/// The routes of Juspay's API, under <c>/juspay</c> and, for clients that know only a host, at the root. Those under
/// <c>/v4</c> take and give envelopes and no password.
/// </summary>
internal sealed class JuspayApi(
    JuspayBook book,
    JuspayOrders orders,
    JuspayTxns txns,
    JuspayRefunds refunds,
    JuspayCustomers customers,
    JuspayWallets wallets,
    FaultGate gate)
{
    private const int LongestBody = 128 * 1024;

    public void Map(IEndpointRouteBuilder routes, string prefix)
    {
        void Route(
            string method, string path, DialOperation operation, Func<JuspayCall, Task<SimulatedResponse>> handle) =>
            routes.MapMethods(prefix + path, [method], context => ServeAsync(context, prefix, operation, handle));

        Route("POST", "/orders", DialOperation.Order, orders.CreateAsync);
        Route("POST", "/session", DialOperation.Order, orders.OpenSessionAsync);
        Route("POST", "/v4/session", DialOperation.Order, orders.OpenSessionAsync);
        Route("GET", "/orders/{id}", DialOperation.Query, orders.FetchAsync);
        Route("POST", "/orders/{id}", DialOperation.Order, orders.UpdateAsync);
        Route("POST", "/v4/order-status", DialOperation.Query, orders.FetchNamedAsync);
        Route("POST", "/txns", DialOperation.Payment, txns.CreateAsync);
        Route("POST", "/v4/txns", DialOperation.Payment, txns.CreateAsync);
        Route("POST", "/v2/txns/{id}/capture", DialOperation.Capture, txns.CaptureAsync);
        Route("POST", "/v2/txns/{id}/void", DialOperation.Capture, txns.VoidAsync);
        Route("POST", "/orders/{id}/refunds", DialOperation.Refund, refunds.CreateAsync);
        Route("POST", "/v4/orders/{id}/refunds", DialOperation.Refund, refunds.CreateAsync);
        Route("POST", "/customers", DialOperation.Query, customers.CreateAsync);
        Route("GET", "/customers/{id}", DialOperation.Query, customers.FetchAsync);
        Route("GET", "/cards", DialOperation.Query, customers.ListCardsAsync);
        Route("POST", "/card/delete", DialOperation.Query, customers.DeleteCardAsync);
        Route("POST", "/v2/upi/verify-vpa", DialOperation.Query, JuspayCustomers.VerifyVpaAsync);
        Route("POST", "/customers/{id}/wallets", DialOperation.Query, wallets.CreateAsync);
        Route("GET", "/customers/{id}/wallets", DialOperation.Query, wallets.ListAsync);
        Route("GET", "/customers/{id}/wallets/refresh-balances", DialOperation.Query, wallets.RefreshAllAsync);
        Route("POST", "/wallets/{id}", DialOperation.Query, wallets.CommandAsync);
        Route("GET", "/wallets/{id}", DialOperation.Query, wallets.FetchAsync);
        Route("GET", "/merchants/{id}/paymentmethods", DialOperation.Query, customers.ListMethodsAsync);
        if (prefix.Length > 0)
        {
            routes.Map(prefix + "/{**rest}", context => JuspayErrors.NoSuchUrl.SendAsync(context));
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

    private async Task ServeAsync(
        HttpContext context, string prefix, DialOperation operation, Func<JuspayCall, Task<SimulatedResponse>> handle)
    {
        var request = context.Request;
        var isSealed = request.Path.StartsWithSegments(prefix + "/v4", StringComparison.Ordinal);
        if (await ReadBodyAsync(request) is not { } body)
        {
            await JuspayErrors.Invalid("body", "Too large").SendAsync(context);
            return;
        }

        var account = isSealed ? OwnerOf(body) : Authenticate(request);
        var content = account is null ? null : isSealed ? JuspayEnvelope.Open(body, account) : body;
        if (account is null || content is null)
        {
            await JuspayErrors.NotAuthenticated.SendAsync(context);
            return;
        }

        var isJson = isSealed || request.HasJsonContentType();
        var fields = JuspayFields.Read(content, isJson && content.Length > 0);
        if (fields is null || !fields.AddForm(request.QueryString.Value?.TrimStart('?') ?? ""))
        {
            await JuspayErrors.Invalid("body", "Cannot be read").SendAsync(context);
            return;
        }

        context.Response.Headers["x-request-id"] = JuspayIds.Hex("");
        context.Response.Headers["x-jp-merchant-id"] = account.MerchantId;
        var call = new JuspayCall
        {
            Account = account,
            BaseUrl = $"{request.Scheme}://{request.Host}{prefix}",
            Id = request.RouteValues["id"] as string ?? "",
            Fields = fields,
        };
        await gate.ServeAsync(context, book.Dials, operation, JuspayErrors.Faults, async () =>
        {
            var response = await handle(call);
            return isSealed ? response with { Body = JuspayEnvelope.Seal(response.Body.Span, account) } : response;
        });
    }

    private JuspayAccount? OwnerOf(ReadOnlyMemory<byte> envelope) =>
        JuspayEnvelope.KeyIdOf(envelope) is { } keyId && book.AccountOfEnvelope(keyId) is { HasEnvelopes: true } account
            ? account
            : null;

    // The key is the user and there is no password; the Node library leaves the colon out, and is let in.
    private JuspayAccount? Authenticate(HttpRequest request)
    {
        const string Scheme = "Basic ";
        var header = request.Headers.Authorization.ToString();
        Span<byte> bytes = stackalloc byte[512];
        if (!header.StartsWith(Scheme, StringComparison.Ordinal)
            || !Convert.TryFromBase64Chars(header.AsSpan(Scheme.Length), bytes, out var length))
        {
            return null;
        }

        var key = Encoding.UTF8.GetString(bytes[..length]);
        key = key.EndsWith(':') ? key[..^1] : key;
        var named = request.Headers["x-merchantid"].ToString();
        return key.Length > 0
            && book.AccountOfKey(key) is { } account
            && (named.Length == 0 || named == account.MerchantId)
            ? account
            : null;
    }
}
