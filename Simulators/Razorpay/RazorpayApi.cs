using System.Security.Cryptography;
using System.Text;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Razorpay;

/// <summary>
/// The routes of Razorpay's API, under <c>/razorpay/v1</c> and, for clients that know only a host, under <c>/v1</c>.
/// </summary>
internal sealed class RazorpayApi(
    RazorpayBook book,
    RazorpayOrders orders,
    RazorpayPayments payments,
    RazorpayRefunds refunds,
    RazorpayCustomers customers,
    FaultGate gate)
{
    private const int LongestBody = 128 * 1024;

    public void Map(IEndpointRouteBuilder routes, string prefix)
    {
        void Route(
            string method, string path, DialOperation operation, Func<RazorpayCall, Task<SimulatedResponse>> handle) =>
            routes.MapMethods(prefix + path, [method], context => ServeAsync(context, prefix, operation, handle));

        Route("POST", "/orders", DialOperation.Order, orders.CreateAsync);
        Route("GET", "/orders", DialOperation.Query, orders.ListAsync);
        Route("GET", "/orders/{id}", DialOperation.Query, orders.FetchAsync);
        Route("GET", "/orders/{id}/payments", DialOperation.Query, orders.FetchPaymentsAsync);
        Route("POST", "/payments/create/json", DialOperation.Payment, payments.CreateJsonAsync);
        Route("POST", "/payments/create/upi", DialOperation.Payment, payments.CreateUpiAsync);
        Route("POST", "/payments/validate/vpa", DialOperation.Query, RazorpayPayments.ValidateVpaAsync);
        Route("GET", "/payments", DialOperation.Query, payments.ListAsync);
        Route("GET", "/payments/{id}", DialOperation.Query, payments.FetchAsync);
        Route("POST", "/payments/{id}/capture", DialOperation.Capture, payments.CaptureAsync);
        Route("POST", "/payments/{id}/refund", DialOperation.Refund, refunds.CreateAsync);
        Route("GET", "/payments/{id}/refunds", DialOperation.Query, refunds.ListAsync);
        Route("GET", "/payments/{id}/refunds/{second}", DialOperation.Query, refunds.FetchOfPaymentAsync);
        Route("GET", "/refunds", DialOperation.Query, refunds.ListAllAsync);
        Route("GET", "/refunds/{id}", DialOperation.Query, refunds.FetchAsync);
        Route("POST", "/customers", DialOperation.Query, customers.CreateAsync);
        Route("GET", "/customers/{id}", DialOperation.Query, customers.FetchAsync);
        Route("GET", "/customers/{id}/tokens", DialOperation.Query, customers.ListTokensAsync);
        Route("GET", "/customers/{id}/tokens/{second}", DialOperation.Query, customers.FetchTokenAsync);
        Route("DELETE", "/customers/{id}/tokens/{second}", DialOperation.Query, customers.DeleteTokenAsync);
        routes.Map(prefix + "/{**rest}", context => RazorpayErrors.NoSuchUrl.SendAsync(context));
    }

    private static async Task<byte[]?> ReadBodyAsync(HttpRequest request)
    {
        if (request.ContentLength is > LongestBody)
        {
            return null;
        }

        if (request.ContentLength is { } length)
        {
            var exact = new byte[length];
            await request.Body.ReadExactlyAsync(exact, request.HttpContext.RequestAborted);
            return exact;
        }

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
        HttpContext context, string prefix, DialOperation operation, Func<RazorpayCall, Task<SimulatedResponse>> handle)
    {
        var request = context.Request;
        if (Authenticate(request.Headers.Authorization.ToString()) is not { } account)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"Razorpay\"";
            await RazorpayErrors.NotAuthenticated.SendAsync(context);
            return;
        }

        if (await ReadBodyAsync(request) is not { } body)
        {
            await RazorpayErrors.Invalid("The request body is too large.", null).SendAsync(context);
            return;
        }

        var key = request.Headers["X-Refund-Idempotency"];
        var call = new RazorpayCall
        {
            Account = account,
            BaseUrl = $"{request.Scheme}://{request.Host}{prefix}",
            Id = request.RouteValues["id"] as string ?? "",
            SecondId = request.RouteValues["second"] as string ?? "",
            QueryText = request.QueryString.Value,
            Body = body,
            IsForm = request.HasFormContentType,
            IdempotencyKey = key.Count == 0 ? null : key.ToString(),
        };
        await gate.ServeAsync(context, book.Dials, operation, RazorpayErrors.Faults, () => handle(call), account.KeyId);
    }

    // The scheme's case matters: Razorpay's documents list BASIC and basic as wrong.
    private RazorpayAccount? Authenticate(string header)
    {
        const string Scheme = "Basic ";
        Span<byte> bytes = stackalloc byte[512];
        if (!header.StartsWith(Scheme, StringComparison.Ordinal)
            || !Convert.TryFromBase64Chars(header.AsSpan(Scheme.Length), bytes, out var length))
        {
            return null;
        }

        var pair = bytes[..length];
        var colon = pair.IndexOf((byte)':');
        return colon > 0
            && book.Account(Encoding.UTF8.GetString(pair[..colon])) is { } account
            && CryptographicOperations.FixedTimeEquals(pair[(colon + 1)..], Encoding.UTF8.GetBytes(account.KeySecret))
            ? account
            : null;
    }
}
