using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Merchants;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Gateway.Api.Refunds;
using PaymentCluster.Gateway.Api.Routing;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Gateway.Api.OpenApi;

/// <summary>The words that fields of responses can be: those of today, since words may be added (an open set, which a
/// program that was generated from the document must not be broken by).</summary>
internal static class SchemaParts
{
    private const string OpenWords = "x-extensible-enum";

    private static readonly ImmutableArray<string> Codes = [.. ErrorCatalogue.All.Select(entry => entry.Name)];

    private static readonly Dictionary<(Type Response, string Member), ImmutableArray<string>> Words = new()
    {
        [(typeof(PaymentResponse), "status")] = PaymentWords.Statuses.All,
        [(typeof(PaymentResponse), "refund_status")] = PaymentWords.RefundProgress.All,
        [(typeof(PaymentResponse), "capture")] = PaymentWords.CaptureModes.All,
        [(typeof(PaymentResponse), "method")] = PaymentWords.Methods.All,
        [(typeof(PagePaymentResponse), "status")] = PaymentWords.Statuses.All,
        [(typeof(PagePaymentResponse), "method")] = PaymentWords.Methods.All,
        [(typeof(PagePaymentResponse), "upi_flow")] = PaymentWords.UpiFlows.All,
        [(typeof(PageFailureResponse), "party")] = PaymentWords.FailureParties.All,
        [(typeof(PageEventResponse), "status")] = PaymentWords.Statuses.All,
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
        [(typeof(ProblemResponse), "code")] = Codes,
        [(typeof(FieldErrorResponse), "code")] = Codes,
    };

    public static Task Describe(
        OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        if (context.JsonPropertyInfo is { DeclaringType: { } type, Name: { } member }
            && Words.TryGetValue((type, member), out var words))
        {
            schema.Extensions ??= new Dictionary<string, IOpenApiExtension>(StringComparer.Ordinal);
            schema.Extensions[OpenWords] =
                new JsonNodeExtension(new JsonArray([.. words.Select(word => (JsonNode)word)]));
        }

        return Task.CompletedTask;
    }
}
