using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Ledger;

namespace PaymentCluster.Gateway.Api.Ledger;

/// <summary>A merchant's ledger, to read.</summary>
internal sealed class LedgerApi(IGrainFactory grains)
{
    private const string Tag = "Ledger";

    private static readonly ApiOperation AccountsOperation = new()
    {
        Id = "listLedgerAccounts",
        Tag = Tag,
        Summary = "Read every account with its sums.",
        Responses = [new(200, "The accounts.", typeof(AccountListResponse))],
    };

    private static readonly ApiOperation TrialBalanceOperation = new()
    {
        Id = "getTrialBalance",
        Tag = Tag,
        Summary = "Read debits and credits over all accounts per currency, from one snapshot.",
        Responses = [new(200, "The trial balance.", typeof(TrialBalanceResponse))],
    };

    public void Map(IEndpointRouteBuilder api)
    {
        var ledger = api.MapGroup("/ledger").RequireAuthorization(AccessPolicies.Secret);
        ledger.MapGet("/accounts", AccountsAsync, AccountsOperation);
        ledger.MapGet("/trial-balance", TrialBalanceAsync, TrialBalanceOperation);
    }

    private async Task AccountsAsync(HttpContext http)
    {
        var accounts = await grains.Grain<ILedgerGrain>(Caller.From(http).Merchant).Accounts();
        await JsonResponse.WriteAsync(
            http, StatusCodes.Status200OK, LedgerMapping.ToResponse(accounts), GatewayJson.Default.AccountListResponse);
    }

    private async Task TrialBalanceAsync(HttpContext http)
    {
        var lines = await grains.Grain<ILedgerGrain>(Caller.From(http).Merchant).TrialBalance();
        await JsonResponse.WriteAsync(
            http, StatusCodes.Status200OK, LedgerMapping.ToResponse(lines), GatewayJson.Default.TrialBalanceResponse);
    }
}
