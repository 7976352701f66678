using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using PaymentCluster.Gateway.Api.Merchants;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Gateway.Api.Refunds;
using PaymentCluster.Gateway.Api.Routing;

namespace PaymentCluster.Gateway.Api.OpenApi;

/// <summary>The words that members of answers can be.</summary>
internal static class SchemaParts
{

    private static readonly Dictionary<(Type Answer, string Member), ImmutableArray<string>> Words = new()
    {
        [(typeof(PaymentAnswer), "status")] = PaymentWords.Statuses.All,
        [(typeof(PaymentAnswer), "refund_status")] = PaymentWords.RefundProgress.All,
        [(typeof(PaymentAnswer), "capture")] = PaymentWords.CaptureModes.All,
        [(typeof(PaymentAnswer), "method")] = PaymentWords.Methods.All,
        [(typeof(PaymentSummaryAnswer), "status")] = PaymentWords.Statuses.All,
        [(typeof(PaymentSummaryAnswer), "method")] = PaymentWords.Methods.All,
        [(typeof(TimelineEntryAnswer), "status")] = PaymentWords.Statuses.All,
        [(typeof(UpiAnswer), "flow")] = PaymentWords.UpiFlows.All,
        [(typeof(ActionAnswer), "type")] = PaymentWords.Actions.All,
        [(typeof(FailureAnswer), "party")] = PaymentWords.FailureParties.All,
        [(typeof(RefundAnswer), "status")] = PaymentWords.RefundStatuses.All,
        [(typeof(RoutingNoteAnswer), "verdict")] = RoutingMapping.Verdicts.All,
        [(typeof(ProviderHealthAnswer), "breaker")] = MerchantsMapping.BreakerStates.All,
        [(typeof(MethodStandingAnswer), "method")] = PaymentWords.Methods.All,
        [(typeof(ApiKeyAnswer), "scope")] = MerchantsMapping.Scopes.All,
        [(typeof(NewApiKeyAnswer), "scope")] = MerchantsMapping.Scopes.All,
    };

    public static Task Describe(
        OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        if (context.JsonPropertyInfo is { DeclaringType: { } answer, Name: { } member } && Words.TryGetValue(
            (answer, member), out var words))
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
