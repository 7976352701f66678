using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using PaymentCluster.Gateway.Api.Merchants;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Gateway.Api.Refunds;
using PaymentCluster.Gateway.Api.Routing;

namespace PaymentCluster.Gateway.Api.OpenApi;

/// <summary>The words that fields of responses can be.</summary>
internal static class SchemaParts
{

    private static readonly Dictionary<(Type Response, string Member), ImmutableArray<string>> Words = new()
    {
        [(typeof(PaymentResponse), "status")] = PaymentWords.Statuses.All,
        [(typeof(PaymentResponse), "refund_status")] = PaymentWords.RefundProgress.All,
        [(typeof(PaymentResponse), "capture")] = PaymentWords.CaptureModes.All,
        [(typeof(PaymentResponse), "method")] = PaymentWords.Methods.All,
        [(typeof(PaymentSummaryResponse), "status")] = PaymentWords.Statuses.All,
        [(typeof(PaymentSummaryResponse), "method")] = PaymentWords.Methods.All,
        [(typeof(TimelineEntryResponse), "status")] = PaymentWords.Statuses.All,
        [(typeof(UpiResponse), "flow")] = PaymentWords.UpiFlows.All,
        [(typeof(ActionResponse), "type")] = PaymentWords.Actions.All,
        [(typeof(FailureResponse), "party")] = PaymentWords.FailureParties.All,
        [(typeof(RefundResponse), "status")] = PaymentWords.RefundStatuses.All,
        [(typeof(RoutingNoteResponse), "verdict")] = RoutingMapping.Verdicts.All,
        [(typeof(ProviderHealthResponse), "breaker")] = MerchantsMapping.BreakerStates.All,
        [(typeof(MethodStandingResponse), "method")] = PaymentWords.Methods.All,
        [(typeof(ApiKeyResponse), "scope")] = MerchantsMapping.Scopes.All,
        [(typeof(NewApiKeyResponse), "scope")] = MerchantsMapping.Scopes.All,
    };

    public static Task Describe(
        OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        if (context.JsonPropertyInfo is { DeclaringType: { } type, Name: { } member }
            && Words.TryGetValue((type, member), out var words))
        {
            schema.Enum = [.. words.Select(word => (JsonNode)word)];
            if (schema.Type?.HasFlag(JsonSchemaType.Null) == true)
            {
                schema.Enum.Add(JsonNullSentinel.JsonNull);
            }
        }

        return Task.CompletedTask;
    }
}
