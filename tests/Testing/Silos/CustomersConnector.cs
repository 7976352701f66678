using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Testing.Silos;

/// <summary>A provider that keeps something for customers besides taking payments, which it does as
/// <see cref="TestConnector"/>; unavailable where the test says.</summary>
internal abstract class CustomersConnector(string provider) : IConnector
{
    private readonly TestConnector _payments = new(provider);

    public string Provider => provider;

    public virtual ConnectorCapabilities Capabilities => _payments.Capabilities;

    /// <summary>Whether it is unavailable.</summary>
    public bool IsAway { get; set; }

    public virtual Task<ProviderOutcome> ChargeAsync(ChargeRequest request, ProviderCredentials credentials) =>
        _payments.ChargeAsync(request, credentials);

    public virtual Task<ProviderOutcome> QueryChargeAsync(ChargeQuery query, ProviderCredentials credentials) =>
        _payments.QueryChargeAsync(query, credentials);

    public Task<ProviderOutcome> CaptureAsync(CaptureRequest request, ProviderCredentials credentials) =>
        _payments.CaptureAsync(request, credentials);

    public Task<ProviderOutcome> VoidAsync(VoidAuthorizationRequest request, ProviderCredentials credentials) =>
        _payments.VoidAsync(request, credentials);

    public virtual Task<ProviderOutcome> RefundAsync(RefundRequest request, ProviderCredentials credentials) =>
        _payments.RefundAsync(request, credentials);

    public virtual Task<ProviderOutcome> QueryRefundAsync(RefundQuery query, ProviderCredentials credentials) =>
        _payments.QueryRefundAsync(query, credentials);

    public ValueTask<WebhookReading> ReadWebhookAsync(InboundWebhook webhook, ProviderCredentials credentials) =>
        _payments.ReadWebhookAsync(webhook, credentials);

    public Task<CredentialsCheck> CheckAsync(ProviderCredentials credentials) => _payments.CheckAsync(credentials);

    /// <summary>What it says about customers.</summary>
    protected async Task<ProviderResult<T>> Respond<T>(Func<T> response)
    {
        await Task.Yield();
        return IsAway ? new ProviderResult<T>.Unavailable("away") : new ProviderResult<T>.Given(response());
    }
}
