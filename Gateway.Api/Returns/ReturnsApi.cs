using PaymentCluster.Gateway.Api.Checkout;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Limits;
using PaymentCluster.Gateway.Api.Merchants;
using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Returns;

/// <summary>
/// Where a provider's page sends the customer's browser. The URL has a nonce of its attempt, so that only a browser
/// that was sent there triggers a status query. Nothing else in the request is trusted: the provider is queried, and
/// the payment's own return URL decides where the browser goes. A nonce counts once, and buys no client secret: its
/// address passes through the provider, so that it opens the checkout page without what the customer saved.
/// </summary>
internal sealed class ReturnsApi(IGrainFactory grains, LongPolling polling)
{
    private const int MaxFormBytes = 16 * 1024;
    private const int MaxNonce = 64;

    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(5);

    public void Map(IEndpointRouteBuilder root)
    {
        var returns = root.MapGroup("/return/{merchant}/{provider}/{attempt}/{nonce}")
            .AllowAnonymous().RequireRateLimiting(RateLimits.Browser);
        returns.MapGet("", ReturnAsync, Operation("customerReturnedByGet")).WithoutHead();
        returns.MapPost("", ReturnAsync, Operation("customerReturnedByPost"));
    }

    private static ApiOperation Operation(string id) => new()
    {
        Id = id,
        Tag = "Returns",
        Summary = "The customer's browser returns from a provider's page.",
        TakesAnyQuery = true,
        TakesBytes = id == "customerReturnedByPost",
        Responses =
        [
            new(
                303,
                "To the checkout page, or the payment's return_url with payment_id, order_id and status in its query.")
            {
                Headers = [ResponseHeaders.Location],
            },
            new(200, "A page for the customer, if the payment has no return_url.", null, "text/html"),
        ],
        Errors = [ErrorCode.PaymentNotFound, ErrorCode.RateLimited],
    };

    private async Task ReturnAsync(HttpContext http)
    {
        var merchant = (string?)http.Request.RouteValues["merchant"];
        var provider = (string?)http.Request.RouteValues["provider"];
        if (!MerchantNames.IsMerchant(merchant)
            || !MerchantNames.IsProvider(provider)
            || http.Request.RouteValues["nonce"] is not string { Length: <= MaxNonce } nonce
            || !AttemptId.TryParse((string?)http.Request.RouteValues["attempt"], out var attempt))
        {
            await Problem.WriteAsync(http, ErrorCode.PaymentNotFound);
            return;
        }

        if (HttpMethods.IsPost(http.Request.Method))
        {
            await RequestBodies.SkipAsync(http, MaxFormBytes);
        }

        var payment = grains.Grain<IPaymentGrain>(PaymentKey.Of(merchant!, attempt.Payment).ToString());
        var returned = await payment.CustomerReturned(attempt.Number, provider!, nonce);
        var view = returned?.Payment;
        if (view is not null && returned!.IsFirst)
        {
            view = await polling.UntilAsync(payment, view, IsDecided, Wait, http);
        }

        if (returned is null || view is null)
        {
            await Problem.WriteAsync(http, ErrorCode.PaymentNotFound);
            return;
        }

        if (returned.Session is { } session)
        {
            CheckoutSessions.SetReturned(http, view.Id.ToString(), session.Reveal());
        }

        await ReturnPage.WriteAsync(http, NextOf(returned, view), returned.IsFirst ? view.Status : null);
    }

    // The checkout page shows the outcome, offers another try after a failure, and leads back to the shop itself. A
    // nonce counts once: who loads its address again learns nothing of the payment, but goes on.
    private static string? NextOf(CustomerReturn returned, PaymentView view) =>
        returned.IsByCheckout ? $"/checkout/{view.Id}"
            : view.ReturnUrl is not { } url ? null
            : returned.IsFirst ? ReturnUrl.For(view.Id, view.OrderId, PaymentNames.Of(view.Status), url)
            : ReturnUrl.With(url, ("payment_id", view.Id.ToString()), ("order_id", view.OrderId));

    /// <summary>Whether the shop can show an outcome.</summary>
    private static bool IsDecided(PaymentView view) => view.IsFinal || view.Status switch
    {
        PaymentStatus.Pending or PaymentStatus.RequiresAction => false,
        // Where the engine captures, this is a moment on the way to an outcome.
        PaymentStatus.Authorized => view.Capture == CaptureMode.Manual,
        PaymentStatus.Success or PaymentStatus.Failed or PaymentStatus.Cancelled or PaymentStatus.Expired
            or PaymentStatus.NeedsReview => true,
    };
}
