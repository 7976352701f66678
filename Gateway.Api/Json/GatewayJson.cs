using System.Text.Json.Serialization;
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

/// <summary>How every answer is written. Bodies are read by <see cref="BodyReader"/> alone.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.Never)]
[JsonSerializable(typeof(ProblemAnswer))]
[JsonSerializable(typeof(PaymentAnswer))]
[JsonSerializable(typeof(PaymentListAnswer))]
[JsonSerializable(typeof(TimelineAnswer))]
[JsonSerializable(typeof(TimelineEntryAnswer))]
[JsonSerializable(typeof(RefundAnswer))]
[JsonSerializable(typeof(AccountListAnswer))]
[JsonSerializable(typeof(TrialBalanceAnswer))]
[JsonSerializable(typeof(MerchantAnswer))]
[JsonSerializable(typeof(NewApiKeyAnswer))]
[JsonSerializable(typeof(ProviderListAnswer))]
[JsonSerializable(typeof(CredentialsAnswer))]
[JsonSerializable(typeof(RoutingAnswer))]
[JsonSerializable(typeof(RoutingEvaluationAnswer))]
[JsonSerializable(typeof(RoutingReplayAnswer))]
[JsonSerializable(typeof(CustomerRecordAnswer))]
[JsonSerializable(typeof(WalletConfigurationAnswer))]
[JsonSerializable(typeof(SavedCardAnswer))]
[JsonSerializable(typeof(SavedCardListAnswer))]
[JsonSerializable(typeof(UpiCheckAnswer))]
[JsonSerializable(typeof(SavedUpiAnswer))]
[JsonSerializable(typeof(SavedUpiListAnswer))]
[JsonSerializable(typeof(LinkedWalletAnswer))]
[JsonSerializable(typeof(InstrumentListAnswer))]
[JsonSerializable(typeof(TransactionListAnswer))]
[JsonSerializable(typeof(VaultAnswer))]
[JsonSerializable(typeof(WebhookAnswer))]
[JsonSerializable(typeof(HealthAnswer))]
internal sealed partial class GatewayJson : JsonSerializerContext;
