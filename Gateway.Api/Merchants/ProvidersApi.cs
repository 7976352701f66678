using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Gateway.Api.Queries;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Gateway.Api.Merchants;

/// <summary>A merchant's own providers. Credentials go in and never come out.</summary>
internal sealed class ProvidersApi(IGrainFactory grains, RequestBodies bodies)
{
    private const string Tag = "Providers";

    private static readonly QueryParameter SameAccount = new()
    {
        Name = "same_account",
        Meaning = "Whether the credentials open the account that the present ones open. It is needed only where their "
            + "names do not tell: for another key_id of Razorpay's.",
        IsFlag = true,
    };

    private static readonly ApiOperation ListOperation = new()
    {
        Id = "listProviders",
        Tag = Tag,
        Summary = "List the providers that have credentials, and their health.",
        Responses = [new(200, "The providers.", typeof(ProviderListResponse))],
    };

    private static readonly ApiOperation PutOperation = new()
    {
        Id = "putProviderCredentials",
        Tag = Tag,
        Summary = "Replace all credentials at a provider. They are stored encrypted and never returned. The previous "
            + "credentials still verify inbound webhooks for a while. Credentials of another account are used for new "
            + "payments; the payments of the account before are still queried, captured and refunded there.",
        Query = [SameAccount],
        TakesSecrets = true,
        Responses = [new(200, "The providers.", typeof(CredentialsResponse))],
        Errors = [ErrorCode.MerchantNotFound, ErrorCode.CredentialsRefused, ErrorCode.LimitReached],
    };

    private static readonly ApiOperation DeleteOperation = new()
    {
        Id = "deleteProviderCredentials",
        Tag = Tag,
        Summary = "Delete the credentials at a provider, once no payment is open or monitored there.",
        Responses = [new(200, "The providers.", typeof(CredentialsResponse))],
        Errors = [ErrorCode.MerchantNotFound, ErrorCode.ProviderInUse],
    };

    public void Map(IEndpointRouteBuilder api)
    {
        var providers = api.MapGroup("/providers").RequireAuthorization(AccessPolicies.Secret);
        providers.MapGet("", ListAsync, ListOperation);
        providers.MapPut("/{provider}/credentials", PutAsync, PutOperation);
        providers.MapDelete("/{provider}/credentials", DeleteAsync, DeleteOperation);
    }

    private async Task ListAsync(HttpContext http)
    {
        var providers = await Grain(http).List();
        await (providers is null
            ? Problem.WriteAsync(http, ErrorCode.MerchantNotFound)
            : JsonResponse.WriteAsync(
                http,
                StatusCodes.Status200OK,
                MerchantsMapping.ToResponse(providers.Value),
                GatewayJson.Default.ProviderListResponse));
    }

    private async Task PutAsync(HttpContext http)
    {
        var provider = ProviderOf(http);
        var errors = new InputErrors();
        var isSameAccount = QueryReader.Flag(http, SameAccount, errors);
        var values = await bodies.ReadSecretsAsync(http, errors);
        if (errors.Any)
        {
            throw new ProblemException(errors);
        }

        var reply = await Grain(http).PutCredentials(provider, values, isSameAccount);
        await (reply.Refusal is { } refusal
            ? Problem.WriteAsync(http, refusal)
            : RespondAsync(http, reply.Value!.Merchant, reply.Value.IsAccepted ? "accepted" : "not_checked"));
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var reply = await Grain(http).DeleteCredentials(ProviderOf(http));
        await (reply.Refusal is { } refusal
            ? Problem.WriteAsync(http, refusal)
            : RespondAsync(http, reply.Value!, check: null));
    }

    private IProvidersGrain Grain(HttpContext http) => grains.Grain<IProvidersGrain>(Caller.From(http).Merchant);

    private static string ProviderOf(HttpContext http) =>
        (string?)http.Request.RouteValues["provider"] is { } provider && MerchantNames.IsProvider(provider)
            ? provider
            : throw new ProblemException(
                ErrorCode.InvalidField, MerchantNames.ProviderRule, "provider");

    private static Task RespondAsync(HttpContext http, MerchantView view, string? check) => JsonResponse.WriteAsync(
        http,
        StatusCodes.Status200OK,
        new CredentialsResponse { Data = MerchantsMapping.ToResponses(view.Providers), Check = check },
        GatewayJson.Default.CredentialsResponse);
}
