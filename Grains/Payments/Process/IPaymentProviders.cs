using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>The providers, each called with the credentials of one of the merchant's
/// accounts. A call has one of the outcomes of
/// <see cref="ProviderOutcome"/>: it does not throw because a provider is down.</summary>
public interface IPaymentProviders
{
    /// <inheritdoc cref="IConnector.ChargeAsync"/>
    Task<ProviderOutcome> ChargeAsync(ProviderAccount account, ChargeRequest request);

    /// <inheritdoc cref="IConnector.CaptureAsync"/>
    Task<ProviderOutcome> CaptureAsync(ProviderAccount account, CaptureRequest request);

    /// <inheritdoc cref="IConnector.VoidAsync"/>
    Task<ProviderOutcome> VoidAsync(ProviderAccount account, VoidAuthorizationRequest request);

    /// <inheritdoc cref="IConnector.RefundAsync"/>
    Task<ProviderOutcome> RefundAsync(ProviderAccount account, RefundRequest request);

    /// <inheritdoc cref="IConnector.QueryChargeAsync"/>
    Task<ProviderOutcome> QueryChargeAsync(ProviderAccount account, ChargeQuery query);

    /// <inheritdoc cref="IConnector.QueryRefundAsync"/>
    Task<ProviderOutcome> QueryRefundAsync(ProviderAccount account, RefundQuery query);

    /// <inheritdoc cref="IListsPayments.ListAsync"/>
    Task<ListedPage> ListAsync(ProviderAccount account, PaymentListQuery query);
}
