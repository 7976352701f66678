using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>The providers, each called with the merchant's own credentials. A call has one of the outcomes of
/// <see cref="ProviderOutcome"/>: it does not throw because a provider is down.</summary>
public interface IPaymentProviders
{
    /// <inheritdoc cref="IConnector.ChargeAsync"/>
    Task<ProviderOutcome> ChargeAsync(string merchant, string provider, ChargeRequest request);

    /// <inheritdoc cref="IConnector.CaptureAsync"/>
    Task<ProviderOutcome> CaptureAsync(string merchant, string provider, CaptureRequest request);

    /// <inheritdoc cref="IConnector.VoidAsync"/>
    Task<ProviderOutcome> VoidAsync(string merchant, string provider, VoidAuthorizationRequest request);

    /// <inheritdoc cref="IConnector.RefundAsync"/>
    Task<ProviderOutcome> RefundAsync(string merchant, string provider, RefundRequest request);

    /// <inheritdoc cref="IConnector.QueryChargeAsync"/>
    Task<ProviderOutcome> QueryChargeAsync(string merchant, string provider, ChargeQuery query);

    /// <inheritdoc cref="IConnector.QueryRefundAsync"/>
    Task<ProviderOutcome> QueryRefundAsync(string merchant, string provider, RefundQuery query);

    /// <inheritdoc cref="IListsPayments.ListAsync"/>
    Task<ListedPage> ListAsync(string merchant, string provider, PaymentListQuery query);
}
