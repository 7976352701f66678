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
/// the payment's own return URL decides where the browser goes.
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
        returns.MapGet("", ReturnAsync, Operation("customerReturnedByGet"));
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
        if (view is not null)
        {
            view = await polling.UntilAsync(payment, view, IsDecided, Wait, http);
        }

        if (returned is null || view is null)
        {
            await Problem.WriteAsync(http, ErrorCode.PaymentNotFound);
            return;
        }

        // The checkout page shows the outcome, offers another try after a failure, and leads back to the shop itself.
        var location = returned.CheckoutUrl?.Reveal()
            ?? (view.ReturnUrl is { } url ? ReturnUrl.For(
                view.Id, view.OrderId, PaymentNames.Of(view.Status), url) : null);
        await ReturnPage.WriteAsync(http, location, view.Status);
    }

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
