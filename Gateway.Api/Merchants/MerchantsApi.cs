using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Idempotency;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Merchants;

namespace PaymentCluster.Gateway.Api.Merchants;

/// <summary>Merchants and their API keys, for the administrator.</summary>
internal sealed class MerchantsApi(IGrainFactory grains, RequestBodies bodies)
{
    private const string Tag = "Merchants";

    private static readonly ApiOperation PutOperation = new()
    {
        Id = "putMerchant",
        Tag = Tag,
        Summary = "Create a merchant, or change its name and settings.",
        Body = PutMerchantRequest.Shape,
        TakesIdempotencyKey = true,
        Responses = [new(200, "The merchant.", typeof(MerchantResponse))],
    };

    private static readonly ApiOperation GetOperation = new()
    {
        Id = "getMerchant",
        Tag = Tag,
        Summary = "Read a merchant.",
        Responses = [new(200, "The merchant.", typeof(MerchantResponse))],
        Errors = [ErrorCode.MerchantNotFound],
    };

    private static readonly ApiOperation CreateKeyOperation = new()
    {
        Id = "createApiKey",
        Tag = Tag,
        Summary = "Create an API key. The key is shown only in this response, and not in a replayed one.",
        Body = CreateApiKeyRequest.Shape,
        TakesIdempotencyKey = true,
        Responses = [new(201, "The key.", typeof(NewApiKeyResponse))],
        Errors = [ErrorCode.MerchantNotFound, ErrorCode.LimitReached],
    };

    private static readonly ApiOperation RotateKeyOperation = new()
    {
        Id = "rotateApiKey",
        Tag = Tag,
        Summary = "Replace an API key by one with its scope and networks. The replaced key works for an overlap. "
            + "The new key is shown only in this response, and not in a replayed one.",
        Body = RotateApiKeyRequest.Shape,
        TakesIdempotencyKey = true,
        Responses = [new(201, "The new key.", typeof(NewApiKeyResponse))],
        Errors = [ErrorCode.MerchantNotFound, ErrorCode.ApiKeyNotFound, ErrorCode.LimitReached],
    };

    private static readonly ApiOperation RevokeKeyOperation = new()
    {
        Id = "revokeApiKey",
        Tag = Tag,
        Summary = "Revoke an API key. It stops working within 5 seconds.",
        TakesIdempotencyKey = true,
        Responses = [new(200, "The merchant.", typeof(MerchantResponse))],
        Errors = [ErrorCode.MerchantNotFound, ErrorCode.ApiKeyNotFound],
    };

    public void Map(IEndpointRouteBuilder api)
    {
        var merchants = api.MapGroup("/merchants/{id}").RequireAuthorization(AccessPolicies.Admin);
        merchants.MapPut("", PutAsync, PutOperation);
        merchants.MapGet("", GetAsync, GetOperation);
        merchants.MapPost("/keys", CreateKeyAsync, CreateKeyOperation);
        merchants.MapPost("/keys/{keyId}/rotation", RotateKeyAsync, RotateKeyOperation);
        merchants.MapDelete("/keys/{keyId}", RevokeKeyAsync, RevokeKeyOperation);
    }

    private async Task PutAsync(HttpContext http)
    {
        var id = (string?)http.Request.RouteValues["id"];
        if (!MerchantNames.IsMerchant(id))
        {
            throw new ProblemException(
                ErrorCode.InvalidField,
                MerchantId.Rule,
                "id");
        }

        var body = await bodies.ReadAsync(http, PutMerchantRequest.Shape);

        var command = PutMerchantRequest.Read(body) with { Request = IdempotencyKey.OfAdministrator(http, body) };
        await RespondAsync(http, await grains.Grain<IMerchantGrain>(id!).Put(command));
    }

    private async Task GetAsync(HttpContext http)
    {
        var view = await Find(http).Get();
        await (view is null
            ? Problem.WriteAsync(http, ErrorCode.MerchantNotFound)
            : JsonResponse.WriteAsync(
                http,
                StatusCodes.Status200OK,
                MerchantsMapping.ToResponse(view),
                GatewayJson.Default.MerchantResponse));
    }

    private async Task CreateKeyAsync(HttpContext http)
    {
        var merchant = Find(http);
        var body = await bodies.ReadAsync(http, CreateApiKeyRequest.Shape);

        var command = CreateApiKeyRequest.Read(body) with { Request = IdempotencyKey.OfAdministrator(http, body) };
        await RespondAsync(http, await merchant.CreateKey(command));
    }

    private async Task RotateKeyAsync(HttpContext http)
    {
        var merchant = Find(http);
        var keyId = (string?)http.Request.RouteValues["keyId"];
        if (!MerchantNames.IsKeyId(keyId))
        {
            await Problem.WriteAsync(http, ErrorCode.ApiKeyNotFound);
            return;
        }

        var body = await bodies.ReadAsync(http, RotateApiKeyRequest.Shape);
        var command = RotateApiKeyRequest.Read(body, keyId!) with
        {
            Request = IdempotencyKey.OfAdministrator(http, body),
        };
        await RespondAsync(http, await merchant.RotateKey(command));
    }

    private async Task RevokeKeyAsync(HttpContext http)
    {
        var merchant = Find(http);
        var keyId = (string?)http.Request.RouteValues["keyId"];
        if (!MerchantNames.IsKeyId(keyId))
        {
            await Problem.WriteAsync(http, ErrorCode.ApiKeyNotFound);
            return;
        }

        await RespondAsync(http, await merchant.RevokeKey(keyId!, IdempotencyKey.OfAdministrator(http)));
    }

    private IMerchantGrain Find(HttpContext http) =>
        (string?)http.Request.RouteValues["id"] is { } id && MerchantNames.IsMerchant(id)
        ? grains.Grain<IMerchantGrain>(id)
        : throw new ProblemException(ErrorCode.MerchantNotFound, ErrorCode.MerchantNotFound.Entry().Meaning);

    private static Task RespondAsync(HttpContext http, Reply<NewApiKey> reply)
    {
        IdempotencyKey.MarkReplay(http, reply.Replayed);
        return reply.Refusal is { } refusal
            ? Problem.WriteAsync(http, refusal)
            : JsonResponse.WriteAsync(
                http,
                StatusCodes.Status201Created,
                MerchantsMapping.ToResponse(reply.Value!),
                GatewayJson.Default.NewApiKeyResponse);
    }

    private static Task RespondAsync(HttpContext http, Reply<MerchantView> reply)
    {
        IdempotencyKey.MarkReplay(http, reply.Replayed);
        return reply.Refusal is { } refusal
            ? Problem.WriteAsync(http, refusal)
            : JsonResponse.WriteAsync(
                http,
                StatusCodes.Status200OK,
                MerchantsMapping.ToResponse(reply.Value!),
                GatewayJson.Default.MerchantResponse);
    }
}
