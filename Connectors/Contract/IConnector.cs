using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Connectors.Contract;

/// <summary>One payment provider. A connector translates: our requests into the provider's protocol, its responses into
/// one of the outcomes of <see cref="ProviderOutcome"/>. It keeps no state, decides nothing about money, and never
/// throws for what a provider or a network does: that is an outcome.</summary>
/// <remarks>The outcome of a status query describes the charge or refund, not the query itself: a query that could not
/// be sent, or that was refused, is <see cref="ProviderOutcome.Unknown"/>, never <see cref="ProviderOutcome.NotSent"/>
/// or a decline.</remarks>
public interface IConnector
{
    /// <summary>The provider's name in lower case, as the API, the store and the settings use it.</summary>
    string Provider { get; }

    /// <summary>What the provider can do; anything else is refused before it is sent.</summary>
    ConnectorCapabilities Capabilities { get; }

    /// <summary>The health of this process's calls to the provider, from its <see cref="Http.ProviderHttp"/>; null
    /// where it is not measured.</summary>
    ICallHealth? Health => null;

    /// <summary>Sends a charge under the attempt's id.</summary>
    Task<ProviderOutcome> ChargeAsync(ChargeRequest request, ProviderCredentials credentials);

    /// <summary>Queries the status of a charge.</summary>
    Task<ProviderOutcome> QueryChargeAsync(ChargeQuery query, ProviderCredentials credentials);

    /// <summary>Captures an authorised charge.</summary>
    Task<ProviderOutcome> CaptureAsync(CaptureRequest request, ProviderCredentials credentials);

    /// <summary>Releases an authorised charge, at providers whose capabilities include it. Succeeded means released; a
    /// repeated release has no second effect. An unknown outcome is resolved by querying the charge, which then reads
    /// as declined with <see cref="FailureCodes.Voided"/>.</summary>
    Task<ProviderOutcome> VoidAsync(VoidAuthorizationRequest request, ProviderCredentials credentials);

    /// <summary>Sends a refund under the refund's id. A repeated refund has no second effect at the provider.</summary>
    Task<ProviderOutcome> RefundAsync(RefundRequest request, ProviderCredentials credentials);

    /// <summary>Queries the status of a refund.</summary>
    Task<ProviderOutcome> QueryRefundAsync(RefundQuery query, ProviderCredentials credentials);

    /// <summary>Checks a webhook's signature over its raw bytes and reads what it reports. Where status, amount or our
    /// reference are not authenticated, or it does not say how it ended, the reading is
    /// <see cref="WebhookReading.About"/>, and the engine sends a status query.</summary>
    ValueTask<WebhookReading> ReadWebhookAsync(InboundWebhook webhook, ProviderCredentials credentials);

    /// <summary>Checks the credentials with the provider's cheapest call that has no effect.</summary>
    Task<CredentialsCheck> CheckAsync(ProviderCredentials credentials);
}
