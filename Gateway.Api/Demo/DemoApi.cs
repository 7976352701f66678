using System.Collections.Immutable;
using Microsoft.AspNetCore.Http.HttpResults;
using PaymentCluster.Gateway.Api.Checkout;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Queries;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Demo;

/// <summary>A demo shop for the merchant that <c>Gateway:DemoMerchant</c> names. It replaces a shop's own server, and
/// calls grains where that would call the API.</summary>
internal sealed class DemoApi(IGrainFactory grains, GatewayOptions options, TimeProvider time)
{
    private const string Policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private static readonly CheckoutAsset Script = CheckoutAsset.Load("shop.js", "text/javascript; charset=utf-8");

    public void Map(IEndpointRouteBuilder root)
    {
        if (options.DemoMerchant is null)
        {
            return;
        }

        var shop = root.MapGroup("/demo").AllowAnonymous();
        shop.MapGet("", ShowAsync);
        shop.MapPost("/buy", BuyAsync);
        shop.MapGet("/shop.js", ScriptAsync);
    }

    private static Task ShowAsync(HttpContext http)
    {
        http.Response.Headers.ContentSecurityPolicy = Policy;
        var status = http.Request.Query["status"] is [{ } word] && IsStatus(word) ? word : null;
        var page = new RazorComponentResult<DemoShop>(
            new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(DemoShop.Paid)] = status });
        return page.ExecuteAsync(http);
    }

    private static bool IsStatus(string text) =>
        text.All(character => char.IsAsciiLetterUpper(character) || character == '_');

    private static async Task ScriptAsync(HttpContext http)
    {
        http.Response.ContentType = Script.ContentType;
        await http.Response.Body.WriteAsync(Script.Content, http.RequestAborted);
    }

    private async Task BuyAsync(HttpContext http)
    {
        var form = await FormReader.ReadAsync(http);
        if (DemoBasket.Of(form) is not { } basket)
        {
            throw new ProblemException(ErrorCode.InvalidField, "The basket is empty.", "basket");
        }

        var id = PaymentId.New(time);
        var payment = grains.Grain<IPaymentGrain>(PaymentKey.Of(options.DemoMerchant!, id).ToString());
        var reply = await payment.Start(new StartPayment
        {
            OrderId = $"demo-{id.ToString()[^10..]}",
            Amount = Money.Of(basket.TotalMinor(), Currency.Inr),
            Instrument = null,
            Capture = CaptureMode.Automatic,
            Customer = new Customer
            {
                Id = "demo-customer", Name = "Demo Customer", Email = "demo@example.com", Phone = "+919876543210",
            },
            ReturnUrl = $"{http.Request.Scheme}://{http.Request.Host}/demo",
            Metadata = ImmutableDictionary<string, string>.Empty,
            Basket = basket,
            IsNew = true,
        });
        if (reply.CheckoutUrl is not { } checkout)
        {
            await (reply.Refusal is { } refusal
                ? Problem.WriteAsync(http, refusal)
                : Problem.WriteAsync(http, ErrorCode.InternalError));
            return;
        }

        // The page's own script opens it over the page; without script the browser goes there.
        http.Response.StatusCode = http.Request.Headers.Accept == "text/plain"
            ? StatusCodes.Status200OK
            : StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = checkout.Reveal();
        if (http.Response.StatusCode == StatusCodes.Status200OK)
        {
            http.Response.ContentType = "text/plain; charset=utf-8";
            await http.Response.WriteAsync(checkout.Reveal(), http.RequestAborted);
        }
    }
}
