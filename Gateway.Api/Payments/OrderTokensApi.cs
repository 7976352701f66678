using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Idempotency;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>A signed order.</summary>
public sealed record OrderTokenResponse
{
    /// <summary>The token: a page creates the order's payment with it and a publishable key. The page can read what it
    /// says, and change nothing of it.</summary>
    public required string OrderToken { get; init; }

    /// <summary>Until when it can be used.</summary>
    public required DateTime ExpiresAt { get; init; }
}

/// <summary>The keys that sign a merchant's order tokens.</summary>
public sealed record OrderTokenKeysResponse
{
    /// <summary>Which key signs now: 1, and one more with each rotation.</summary>
    public required int Generation { get; init; }

    /// <summary>Until when tokens of the previous key count; null if they don't.</summary>
    public required DateTime? PreviousUntil { get; init; }
}

/// <summary>Signs orders for pages, for merchants' servers.</summary>
internal sealed class OrderTokensApi(IGrainFactory grains, RequestBodies bodies)
{
    private const string Tag = "Payments";

    private static readonly ApiOperation SignOperation = new()
    {
        Id = "createOrderToken",
        Tag = Tag,
        Summary = "Sign an order, so that a page with a publishable key can create its payment and change nothing of "
            + "it. Nothing is stored: the payment exists once the page creates it.",
        Body = SignOrderRequest.Shape,
        Responses = [new(201, "The token.", typeof(OrderTokenResponse))],
        Errors =
        [
            ErrorCode.AmountInvalid, ErrorCode.CurrencyUnknown, ErrorCode.OrderIdInvalid, ErrorCode.MerchantNotFound,
        ],
    };

    private static readonly ApiOperation RotateOperation = new()
    {
        Id = "rotateOrderTokenKey",
        Tag = Tag,
        Summary = "Replace the key that signs the merchant's order tokens. It holds everywhere within 5 seconds.",
        Body = RotateOrderTokenKeyRequest.Shape,
        TakesIdempotencyKey = true,
        Responses = [new(200, "The keys.", typeof(OrderTokenKeysResponse))],
        Errors = [ErrorCode.MerchantNotFound],
    };

    public void Map(IEndpointRouteBuilder api)
    {
        var tokens = api.MapGroup("/order-tokens").RequireAuthorization(AccessPolicies.Secret);
        tokens.MapPost("", SignAsync, SignOperation);
        tokens.MapPost("/rotation", RotateAsync, RotateOperation);
    }

    private async Task SignAsync(HttpContext http)
    {
        var errors = new InputErrors();
        var body = await bodies.ReadAsync(http, SignOrderRequest.Shape, errors);
        var command = SignOrderRequest.Read(body, errors) ?? throw new ProblemException(errors);
        var reply = await grains.Grain<IOrderTokenGrain>(Caller.From(http).Merchant).Sign(command);
        await (reply.Refusal is { } refusal
            ? Problem.WriteAsync(http, refusal)
            : JsonResponse.WriteAsync(
                http,
                StatusCodes.Status201Created,
                new OrderTokenResponse
                {
                    OrderToken = reply.Value!.Token.Reveal(), ExpiresAt = reply.Value.ExpiresAt.UtcDateTime,
                },
                GatewayJson.Default.OrderTokenResponse));
    }

    private async Task RotateAsync(HttpContext http)
    {
        var body = await bodies.ReadAsync(http, RotateOrderTokenKeyRequest.Shape);
        var overlap = TimeSpan.FromSeconds(body.Get(RotateOrderTokenKeyRequest.Overlap));
        var request = IdempotencyKey.Of(http, body);
        var merchant = grains.Grain<IMerchantGrain>(Caller.From(http).Merchant);
        var reply = await merchant.RotateOrderTokenKey(overlap, request);
        IdempotencyKey.MarkReplay(http, reply.Replayed);
        await (reply.Refusal is { } refusal
            ? Problem.WriteAsync(http, refusal)
            : JsonResponse.WriteAsync(
                http,
                StatusCodes.Status200OK,
                new OrderTokenKeysResponse
                {
                    Generation = reply.Value!.Generation, PreviousUntil = reply.Value.PreviousUntil?.UtcDateTime,
                },
                GatewayJson.Default.OrderTokenKeysResponse));
    }
}
