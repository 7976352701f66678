using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Paytm;

/// <summary>The routes of Paytm's API, under <c>/paytm</c> and, for clients that know only a host, under
/// none.</summary>
internal sealed class PaytmApi(
    PaytmBook book, PaytmOrders orders, PaytmPayments payments, PaytmCaptures captures, PaytmRefunds refunds,
    PaytmInstruments instruments, FaultGate gate, TimeProvider time)
{
    private const int LongestBody = 64 * 1024;

    public void Map(IEndpointRouteBuilder routes, string prefix)
    {
        void Route(string path, DialOperation operation, Func<PaytmCall, Task<SimulatedResponse>> handle) =>
            routes.MapPost(prefix + path, context => ServeAsync(context, prefix, operation, handle));

        Route("/theia/api/v1/initiateTransaction", DialOperation.Order, orders.InitiateAsync);
        Route("/order/v2/preAuth", DialOperation.Order, orders.PreAuthorizeAsync);
        Route("/theia/api/v1/processTransaction", DialOperation.Payment, payments.ProcessAsync);
        Route("/order/v2/capture", DialOperation.Capture, captures.CaptureAsync);
        Route("/order/v2/release", DialOperation.Capture, captures.ReleaseAsync);
        Route("/v3/order/status", DialOperation.Query, payments.StatusAsync);
        Route("/refund/apply", DialOperation.Refund, refunds.ApplyAsync);
        Route("/v2/refund/status", DialOperation.Query, refunds.StatusAsync);
        Route("/theia/api/v1/vpa/validate", DialOperation.Query, instruments.ValidateVpaAsync);
        Route("/login/sendOtp", DialOperation.Query, instruments.SendPasswordAsync);
        Route("/login/validateOtp", DialOperation.Query, instruments.CheckPasswordAsync);
        Route("/userAsset/fetchBalanceInfo", DialOperation.Query, instruments.ReadBalanceAsync);
        Route("/theia/api/v2/fetchPaymentOptions", DialOperation.Query, instruments.ListOptionsAsync);
        Route("/fetchBinDetail", DialOperation.Query, instruments.TellCardAsync);
        // The URLs of Paytm's own client library.
        Route("/merchant-status/api/v1/getPaymentStatus", DialOperation.Query, payments.StatusAsync);
        Route("/refund/api/v1/async/refund", DialOperation.Refund, refunds.ApplyAsync);
        Route("/refund/api/v1/refundStatus", DialOperation.Query, refunds.StatusAsync);
        if (prefix.Length > 0)
        {
            routes.Map(prefix + "/{**rest}", context => PaytmResponses.NoSuchUrl.SendAsync(context));
        }
    }

    private async Task ServeAsync(
        HttpContext context, string prefix, DialOperation operation, Func<PaytmCall, Task<SimulatedResponse>> handle)
    {
        var request = context.Request;
        if (request.ContentLength is > LongestBody)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return;
        }

        using var content = new MemoryStream();
        await request.Body.CopyToAsync(content, context.RequestAborted);
        var bytes = content.ToArray();
        var (query, baseUrl) = (request.QueryString.Value, $"{request.Scheme}://{request.Host}{prefix}");
        // Read when it is processed, which may be later: a token may have run out by then.
        await gate.ServeAsync(context, book.Dials, operation, PaytmResponses.Faults,
            () => handle(new PaytmCall(bytes, query, baseUrl, time.GetUtcNow())));
    }
}
