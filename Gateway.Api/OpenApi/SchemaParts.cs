using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using PaymentCluster.Gateway.Api.Merchants;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Gateway.Api.Refunds;
using PaymentCluster.Gateway.Api.Routing;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Routing;

namespace PaymentCluster.Gateway.Api.OpenApi;

/// <summary>The words that members of answers can be.</summary>
internal static class SchemaParts
{
    private static readonly string[] PaymentStatuses = PaymentNames.All<PaymentStatus>(PaymentNames.Of);
    private static readonly string[] Methods = PaymentNames.All<PaymentMethodKind>(PaymentNames.Of);
    private static readonly string[] Scopes = PaymentNames.All<ApiKeyScope>(MerchantsMapping.NameOf);

    private static readonly Dictionary<(Type Answer, string Member), string[]> Words = new()
    {
        [(typeof(PaymentAnswer), "status")] = PaymentStatuses,
        [(typeof(PaymentAnswer), "refund_status")] = PaymentNames.All<RefundProgress>(PaymentNames.Of),
        [(typeof(PaymentAnswer), "capture")] = PaymentNames.All<CaptureMode>(PaymentNames.Of),
        [(typeof(PaymentAnswer), "method")] = Methods,
        [(typeof(PaymentSummaryAnswer), "status")] = PaymentStatuses,
        [(typeof(PaymentSummaryAnswer), "method")] = Methods,
        [(typeof(TimelineEntryAnswer), "status")] = PaymentStatuses,
        [(typeof(UpiAnswer), "flow")] = PaymentNames.All<UpiFlow>(PaymentNames.Of),
        [(typeof(ActionAnswer), "type")] = PaymentNames.All<CustomerActionKind>(PaymentNames.Of),
        [(typeof(FailureAnswer), "party")] = PaymentNames.All<FailureParty>(PaymentNames.Of),
        [(typeof(RefundAnswer), "status")] = PaymentNames.All<RefundStatus>(PaymentNames.Of),
        [(typeof(RoutingNoteAnswer), "verdict")] = PaymentNames.All<RoutingVerdict>(RoutingMapping.NameOf),
        [(typeof(ProviderHealthAnswer), "breaker")] = PaymentNames.All<BreakerState>(MerchantsMapping.NameOf),
        [(typeof(MethodStandingAnswer), "method")] = Methods,
        [(typeof(ApiKeyAnswer), "scope")] = Scopes,
        [(typeof(NewApiKeyAnswer), "scope")] = Scopes,
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
