using PaymentCluster.Gateway.Api.Customers;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Limits;
using PaymentCluster.Gateway.Api.Merchants;
using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Customers;

namespace PaymentCluster.Gateway.Api.Returns;

/// <summary>
/// Where a provider's page sends the customer's browser after they agreed to link a wallet, or declined. The URL has a
/// nonce of that page. Nothing else in the request is trusted: the provider is queried.
/// </summary>
internal sealed class WalletReturnsApi(IGrainFactory grains)
{
    private const int MaxNonce = 64;

    private static readonly ApiOperation Operation = new()
    {
        Id = "customerReturnedFromWallet",
        Tag = "Returns",
        Summary = "The customer's browser returns from the page on which a wallet is linked.",
        TakesAnyQuery = true,
        Responses =
        [
            new(
                303,
                "To the return_url of the link request, with wallet and status (linked, declined, pending) in its "
                    + "query.")
            {
                Headers = [ResponseHeaders.Location],
            },
            new(200, "A page for the customer, if there is no return_url.", null, "text/html"),
        ],
        Errors = [ErrorCode.InstrumentNotFound, ErrorCode.RateLimited],
    };

    public void Map(IEndpointRouteBuilder root) =>
        root.MapGroup("/return/{merchant}/wallets/{customer}/{wallet}/{nonce}")
            .AllowAnonymous()
            .RequireRateLimiting(RateLimits.Browser)
            .MapGet("", ReturnAsync, Operation).WithoutHead();

    /// <summary>A status as addresses spell it.</summary>
    public static string NameOf(WalletLinkStatus status) => status switch
    {
        WalletLinkStatus.Pending => "pending",
        WalletLinkStatus.Linked => "linked",
        WalletLinkStatus.Declined => "declined",
    };

    private async Task ReturnAsync(HttpContext http)
    {
        var merchant = (string?)http.Request.RouteValues["merchant"];
        var customer = (string?)http.Request.RouteValues["customer"];
        var wallet = (string?)http.Request.RouteValues["wallet"];
        var returned = MerchantNames.IsMerchant(merchant)
            && PaymentPatterns.IsCustomerId(customer)
            && CustomersRequests.IsWallet(wallet)
            && http.Request.RouteValues["nonce"] is string { Length: <= MaxNonce } nonce
                ? await grains.Grain<ICustomerGrain>(CustomerKey.Of(merchant, customer).ToString())
                    .WalletReturned(wallet!, nonce)
                : null;
        await (returned is null
            ? Problem.WriteAsync(http, ErrorCode.InstrumentNotFound)
            : ReturnPage.WriteAsync(
                http,
                returned.ReturnUrl is { } url
                    ? ReturnUrl.With(url, ("wallet", wallet!), ("status", NameOf(returned.Status)))
                    : null,
                status: null));
    }
}
