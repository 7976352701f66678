using Microsoft.Extensions.Logging;
using PaymentCluster.Connectors;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Grains.Payments.Process;

/// <inheritdoc cref="IPaymentProviders"/>
/// <remarks>Where the merchant's credentials are missing or unreadable nothing is sent. For an operation this is proof;
/// for a status query it says nothing.</remarks>
/// <param name="connectors">The connectors.</param>
/// <param name="merchants">The merchants and their credentials.</param>
/// <param name="logger">Logs credentials that cannot be decrypted.</param>
public sealed partial class PaymentProviders(
    ConnectorCatalogue connectors, IMerchantProfiles merchants, ILogger<PaymentProviders> logger) : IPaymentProviders
{
    /// <inheritdoc/>
    public async Task<ProviderOutcome> ChargeAsync(string merchant, string provider, ChargeRequest request) =>
        await OpenAsync(merchant, provider) is { } credentials
            ? await connectors[provider].ChargeAsync(request, credentials)
            : NotSent(provider);

    /// <inheritdoc/>
    public async Task<ProviderOutcome> CaptureAsync(string merchant, string provider, CaptureRequest request) =>
        await OpenAsync(merchant, provider) is { } credentials
            ? await connectors[provider].CaptureAsync(request, credentials)
            : NotSent(provider);

    /// <inheritdoc/>
    public async Task<ProviderOutcome> VoidAsync(string merchant, string provider, VoidAuthorizationRequest request) =>
        await OpenAsync(merchant, provider) is { } credentials
            ? await connectors[provider].VoidAsync(request, credentials)
            : NotSent(provider);

    /// <inheritdoc/>
    public async Task<ProviderOutcome> RefundAsync(string merchant, string provider, RefundRequest request) =>
        await OpenAsync(merchant, provider) is { } credentials
            ? await connectors[provider].RefundAsync(request, credentials)
            : NotSent(provider);

    /// <inheritdoc/>
    public async Task<ProviderOutcome> QueryChargeAsync(string merchant, string provider, ChargeQuery query) =>
        await OpenAsync(merchant, provider) is { } credentials
            ? await connectors[provider].QueryChargeAsync(query, credentials)
            : Unknown(provider);

    /// <inheritdoc/>
    public async Task<ProviderOutcome> QueryRefundAsync(string merchant, string provider, RefundQuery query) =>
        await OpenAsync(merchant, provider) is { } credentials
            ? await connectors[provider].QueryRefundAsync(query, credentials)
            : Unknown(provider);

    /// <inheritdoc/>
    public async Task<ListedPage> ListAsync(string merchant, string provider, PaymentListQuery query) =>
        connectors[provider] is not IListsPayments lister
            ? new ListedPage.Failed($"{provider} lists no payments.")
            : await OpenAsync(merchant, provider) is { } credentials
                ? await lister.ListAsync(query, credentials)
                : new ListedPage.Failed(Missing(provider));

    private async ValueTask<ProviderCredentials?> OpenAsync(string merchant, string provider)
    {
        try
        {
            return await merchants.GetAsync(merchant) is { } profile && profile.Providers.Contains(provider)
                ? profile.Open(provider)
                : null;
        }
        catch (CredentialsUnreadableException exception)
        {
            LogCredentialsUnreadable(exception, merchant, provider);
            return null;
        }
    }

    private static ProviderOutcome.NotSent NotSent(string provider) => new() { Reason = Missing(provider) };

    private static ProviderOutcome.Unknown Unknown(string provider) => new() { Reason = Missing(provider) };

    private static string Missing(string provider) =>
        $"The merchant's credentials at {provider} are missing or cannot be opened.";

    [LoggerMessage(
        LogEvents.EffectCredentialsUnreadable,
        LogLevel.Error,
        "The credentials of {Merchant} at {Provider} cannot be decrypted")]
    private partial void LogCredentialsUnreadable(Exception exception, string merchant, string provider);
}
