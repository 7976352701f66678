using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Connectors.Contract;

/// <summary>
/// One payment provider. A connector translates: our requests into the provider's protocol, its answers into one of the
/// outcomes of <see cref="ProviderOutcome"/>. It keeps no state, decides nothing about money, and never throws for what
/// a provider or a network does: that is an outcome.
/// </summary>
/// <remarks>
/// The outcome of a question is about the effect that it asks for, not about the question: a question that could not be
/// asked, or whose answer is a refusal, is <see cref="ProviderOutcome.Unknown"/>, never
/// <see cref="ProviderOutcome.NotSent"/> or a decline.
/// </remarks>
public interface IConnector
{
    /// <summary>The provider's name in lower case, as the API, the store and the settings use it.</summary>
    string Provider { get; }

    /// <summary>What the provider can do; anything else is refused before it is sent.</summary>
    ConnectorCapabilities Capabilities { get; }

    /// <summary>How this process's calls to the provider have been going: that of its <see cref="Http.ProviderHttp"/>;
    /// null where nobody watches.</summary>
    ICallHealth? Health => null;

    /// <summary>Asks for a charge, under the attempt's id.</summary>
    Task<ProviderOutcome> ChargeAsync(ChargeRequest request, ProviderCredentials credentials);

    /// <summary>Asks what became of a charge.</summary>
    Task<ProviderOutcome> QueryChargeAsync(ChargeQuery query, ProviderCredentials credentials);

    /// <summary>Captures an authorised charge.</summary>
    Task<ProviderOutcome> CaptureAsync(CaptureRequest request, ProviderCredentials credentials);

    /// <summary>Releases an authorised charge. Asked only of a provider whose capabilities say that it can. Succeeded
    /// means released; releasing again what is released has no second effect. What it leaves open is asked as a
    /// charge, which then reads as declined with <see cref="FailureCodes.Voided"/>.</summary>
    Task<ProviderOutcome> VoidAsync(VoidAuthorizationRequest request, ProviderCredentials credentials);

    /// <summary>Asks for a refund, under the refund's id. Sending the same refund again has no second effect at the
    /// provider.</summary>
    Task<ProviderOutcome> RefundAsync(RefundRequest request, ProviderCredentials credentials);

    /// <summary>Asks what became of a refund.</summary>
    Task<ProviderOutcome> QueryRefundAsync(RefundQuery query, ProviderCredentials credentials);

    /// <summary>Checks a webhook's signature over its raw bytes and reads what it reports. Where the scheme does not
    /// sign the whole content, or carries none, the reading is <see cref="WebhookReading.About"/>, and the engine
    /// asks.</summary>
    ValueTask<WebhookReading> ReadWebhookAsync(InboundWebhook webhook, ProviderCredentials credentials);

    /// <summary>Finds out whether the provider accepts the credentials, by its cheapest call without an
    /// effect.</summary>
    Task<CredentialsCheck> CheckAsync(ProviderCredentials credentials);
}
