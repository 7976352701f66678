using System.Text.Json.Serialization;
using PaymentCluster.Gateway.Api.Alarms;
using PaymentCluster.Gateway.Api.Audit;
using PaymentCluster.Gateway.Api.Checkout;
using PaymentCluster.Gateway.Api.Customers;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Health;
using PaymentCluster.Gateway.Api.Ledger;
using PaymentCluster.Gateway.Api.Merchants;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Gateway.Api.Refunds;
using PaymentCluster.Gateway.Api.Routing;
using PaymentCluster.Gateway.Api.Vault;
using PaymentCluster.Gateway.Api.Webhooks;

namespace PaymentCluster.Gateway.Api.Json;

/// <summary>How every response is written. Bodies are read by <see cref="BodyReader"/> alone.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.Never)]
[JsonSerializable(typeof(ProblemResponse))]
[JsonSerializable(typeof(PaymentResponse))]
[JsonSerializable(typeof(OrderTokenResponse))]
[JsonSerializable(typeof(OrderTokenKeysResponse))]
[JsonSerializable(typeof(PagePaymentResponse))]
[JsonSerializable(typeof(PageEventResponse))]
[JsonSerializable(typeof(TicketResponse))]
[JsonSerializable(typeof(CheckoutStatusResponse))]
[JsonSerializable(typeof(PaymentListResponse))]
[JsonSerializable(typeof(TimelineResponse))]
[JsonSerializable(typeof(TimelineEntryResponse))]
[JsonSerializable(typeof(RefundResponse))]
[JsonSerializable(typeof(AlarmListResponse))]
[JsonSerializable(typeof(AuditListResponse))]
[JsonSerializable(typeof(AuditVerificationResponse))]
[JsonSerializable(typeof(AccountListResponse))]
[JsonSerializable(typeof(TrialBalanceResponse))]
[JsonSerializable(typeof(MerchantResponse))]
[JsonSerializable(typeof(NewApiKeyResponse))]
[JsonSerializable(typeof(ProviderListResponse))]
[JsonSerializable(typeof(CredentialsResponse))]
[JsonSerializable(typeof(RoutingResponse))]
[JsonSerializable(typeof(RoutingEvaluationResponse))]
[JsonSerializable(typeof(RoutingReplayResponse))]
[JsonSerializable(typeof(CustomerRecordResponse))]
[JsonSerializable(typeof(WalletConfigurationResponse))]
[JsonSerializable(typeof(SavedCardResponse))]
[JsonSerializable(typeof(SavedCardListResponse))]
[JsonSerializable(typeof(UpiCheckResponse))]
[JsonSerializable(typeof(SavedUpiResponse))]
[JsonSerializable(typeof(SavedUpiListResponse))]
[JsonSerializable(typeof(LinkedWalletResponse))]
[JsonSerializable(typeof(InstrumentListResponse))]
[JsonSerializable(typeof(TransactionListResponse))]
[JsonSerializable(typeof(VaultResponse))]
[JsonSerializable(typeof(WebhookResponse))]
[JsonSerializable(typeof(HealthResponse))]
internal sealed partial class GatewayJson : JsonSerializerContext;
