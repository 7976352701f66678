using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Customers;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Limits;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Checkout;

/// <summary>What the checkout page's script reads. It shows the page's form token; the cookie alone is sent along by
/// anything that a browser loads.</summary>
internal sealed class CheckoutScriptApi(
    IGrainFactory grains, CheckoutSessions sessions, RequestBodies bodies, LongPolling polling)
{
    private const string Known = "known";

    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);

    public void Map(IEndpointRouteBuilder root)
    {
        var page = root.MapGroup("/checkout/{id}").AllowAnonymous().RequireRateLimiting(RateLimits.Browser);
        page.MapGet("/status", StatusAsync);
        page.MapPost("/upi", ValidateUpiAsync);
    }

    // The status, once it is another than the one that the page shows.
    private async Task StatusAsync(HttpContext http)
    {
        var page = await OpenAsync(http);
        var payment = grains.Grain<IPaymentGrain>(page.Payment.ToString());
        var known = http.Request.Query[Known].ToString();
        var view = await payment.Get();
        if (view is not null)
        {
            view = await polling.UntilAsync(
                payment, view, now => PaymentNames.Of(now.Status) != known, Wait, http);
        }

        await (view is null
            ? Problem.WriteAsync(http, ErrorCode.PaymentNotFound)
            : JsonResponse.WriteAsync(
                http,
                StatusCodes.Status200OK,
                new CheckoutStatusResponse { Status = PaymentNames.Of(view.Status) },
                GatewayJson.Default.CheckoutStatusResponse));
    }

    private async Task ValidateUpiAsync(HttpContext http)
    {
        var page = await OpenAsync(http);
        var vpa = UpiIdRequest.Read(await bodies.ReadAsync(http, UpiIdRequest.Shape));
        if (await grains.Grain<IPaymentGrain>(page.Payment.ToString()).Get() is not { } view)
        {
            await Problem.WriteAsync(http, ErrorCode.PaymentNotFound);
            return;
        }

        var reply = await grains.Grain<IUpiCheckGrain>(page.Payment.ToString()).Check(vpa);
        // Names are for payments whose customer the merchant's server named.
        var tellsNames = view.Customer.Unproven is not true && !page.IsReturned;
        await (reply.Refusal is { } refusal
            ? Problem.WriteAsync(http, refusal)
            : JsonResponse.WriteAsync(
                http,
                StatusCodes.Status200OK,
                CustomersMapping.ToResponse(tellsNames ? reply.Value! : reply.Value! with { Name = null }),
                GatewayJson.Default.UpiCheckResponse));
    }

    private async Task<CheckoutSession> OpenAsync(HttpContext http)
    {
        var token = http.Request.Headers[CheckoutSessions.Header] is [{ } given] ? given : "";
        var page = await sessions.OfPageAsync(http, token) ?? throw new ProblemException(
            ErrorCode.ApiKeyInvalid, "The checkout page has expired, or this is not a request of its own.");
        http.User = Caller.Of(page).ToPrincipal("Checkout");
        return page;
    }
}

/// <summary>A payment's status, for the checkout page's script.</summary>
public sealed record CheckoutStatusResponse
{
    /// <summary>The status.</summary>
    public required string Status { get; init; }
}
