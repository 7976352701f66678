using System.Collections.Immutable;
using System.Net;
using System.Runtime.InteropServices;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Limits;
using PaymentCluster.Gateway.Api.Merchants;
using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Webhooks;

namespace PaymentCluster.Gateway.Api.Webhooks;

/// <summary>What was done with a webhook.</summary>
public sealed record WebhookResponse
{
    /// <summary><c>applied</c>, <c>duplicate</c>, <c>ignored</c> or <c>parked</c>.</summary>
    public required string Fate { get; init; }
}

/// <summary>Receives providers' webhooks. They carry no API key: their signature over the raw bytes authenticates
/// them, or the address that they come to.</summary>
internal sealed class WebhooksApi(IGrainFactory grains, RequestBodies bodies, RequestLimits limits)
{
    /// <summary>The largest webhook, in bytes; providers' have some kilobytes.</summary>
    public const int MaxBytes = 256 * 1024;

    private static readonly ApiOperation ReceiveOperation = new()
    {
        Id = "receiveProviderWebhook",
        Tag = "Webhooks",
        Summary = "Receive a provider's webhook. After a 200 its effect is durable.",
        TakesAnyQuery = true,
        TakesBytes = true,
        Responses = [new(
            200, "It was processed, now or earlier, or does not concern us.", typeof(WebhookResponse))],
        Errors =
        [
            ErrorCode.NotFound, ErrorCode.WebhookSignatureInvalid, ErrorCode.WebhookMalformed, ErrorCode.RateLimited,
        ],
    };

    private static readonly ApiOperation ReceiveByAddressOperation = ReceiveOperation with
    {
        Id = "receiveProviderWebhookByAddress",
        Summary = "Receive a provider's webhook at the address that GET /providers shows: it proves who sent it, where "
            + "the body is not signed.",
    };

    public void Map(IEndpointRouteBuilder root)
    {
        var webhooks = root.MapGroup("/webhooks/{merchant}/{provider}")
            .AllowAnonymous().RequireRateLimiting(RateLimits.Webhooks);
        webhooks.MapPost("", ReceiveAsync, ReceiveOperation);
        webhooks.MapPost("/{token}", ReceiveAsync, ReceiveByAddressOperation);
    }

    private async Task ReceiveAsync(HttpContext http)
    {
        var merchant = (string?)http.Request.RouteValues["merchant"];
        var provider = (string?)http.Request.RouteValues["provider"];
        if (!MerchantNames.IsMerchant(merchant) || !MerchantNames.IsProvider(provider))
        {
            await Problem.WriteAsync(http, ErrorCode.NotFound);
            return;
        }

        using var place = limits.Webhooks.AttemptAcquire(ClientNetwork.Of(http));
        if (!place.IsAcquired)
        {
            await Problem.WriteAsync(http, ErrorCode.Overloaded);
            return;
        }

        var bytes = await bodies.ReadBytesAsync(http, MaxBytes);
        var webhook = new ProviderWebhook
        {
            Headers = http.Request.Headers.ToImmutableDictionary(
                header => header.Key.ToLowerInvariant(), header => header.Value.ToString(), StringComparer.Ordinal),
            Body = ImmutableCollectionsMarshal.AsImmutableArray(bytes),
            // What a trusted proxy says of its own connection stands in the request by now.
            IsSecure = http.Request.IsHttps
                || (http.Connection.RemoteIpAddress is { } sender && IPAddress.IsLoopback(sender)),
            AddressToken = (string?)http.Request.RouteValues["token"],
        };
        var reply = await grains.Grain<IProviderWebhookGrain>($"{merchant}/{provider}").Receive(webhook);
        if (reply.Refusal is { } refusal)
        {
            await Problem.WriteAsync(http, refusal);
            return;
        }

        var response = new WebhookResponse { Fate = NameOf(reply.Value!.Fate) };
        await JsonResponse.WriteAsync(http, StatusCodes.Status200OK, response, GatewayJson.Default.WebhookResponse);
    }

    private static string NameOf(WebhookFate fate) => fate switch
    {
        WebhookFate.Applied => "applied",
        WebhookFate.Duplicate => "duplicate",
        WebhookFate.Ignored => "ignored",
        WebhookFate.Parked => "parked",
    };
}
