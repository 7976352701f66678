using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Grains.Abstractions.Merchants;

namespace PaymentCluster.Gateway.Api.Merchants;

/// <summary>A merchant's own providers. Credentials go in and never come out.</summary>
internal sealed class ProvidersApi(IGrainFactory grains, RequestBodies bodies)
{
    private const string Tag = "Providers";

    private static readonly ApiOperation ListOperation = new()
    {
        Id = "listProviders",
        Tag = Tag,
        Summary = "List the providers that have credentials.",
        Answers = [new(200, "The providers.", typeof(ProviderListAnswer))],
    };

    private static readonly ApiOperation PutOperation = new()
    {
        Id = "putProviderCredentials",
        Tag = Tag,
        Summary = "Set the credentials at a provider, all of them at once. They are stored encrypted and are never given "
            + "out again.",
        TakesSecrets = true,
        Answers = [new(200, "The providers.", typeof(ProviderListAnswer))],
        Errors = [ErrorCode.NoProvider],
    };

    public void Map(IEndpointRouteBuilder api)
    {
        var providers = api.MapGroup("/providers").RequireAccess(AccessRule.Secret);
        providers.MapGet("", ListAsync, ListOperation);
        providers.MapPut("/{provider}/credentials", PutAsync, PutOperation);
    }

    private async Task ListAsync(HttpContext http)
    {
        var view = await grains.GetGrain<IMerchantGrain>(Caller.From(http).Merchant).Get();
        await (view is null ? Problem.WriteAsync(http, ErrorCode.MerchantNotFound) : AnswerAsync(http, view));
    }

    private async Task PutAsync(HttpContext http)
    {
        var provider = (string?)http.Request.RouteValues["provider"];
        if (!MerchantNames.IsProvider(provider))
        {
            throw new ProblemException(
                ErrorCode.InvalidField, "A provider's name has 2 to 32 lower-case letters, digits or '_'.", "provider");
        }

        var errors = new InputErrors();
        var values = await bodies.ReadSecretsAsync(http, errors);
        if (errors.Any)
        {
            throw new ProblemException(errors);
        }

        var reply = await grains.GetGrain<IMerchantGrain>(Caller.From(http).Merchant).PutCredentials(provider!, values);
        await (reply.Refusal is { } refusal ? Problem.WriteAsync(http, refusal) : AnswerAsync(http, reply.Value!));
    }

    private static Task AnswerAsync(HttpContext http, MerchantView view)
    {
        var answer = new ProviderListAnswer { Data = MerchantsMapping.ToAnswers(view.Providers) };
        return Answer.WriteAsync(http, StatusCodes.Status200OK, answer, GatewayJson.Default.ProviderListAnswer);
    }
}
