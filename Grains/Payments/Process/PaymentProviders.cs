using Microsoft.Extensions.Logging;
using PaymentCluster.Connectors;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Grains.Payments.Process;

/// <inheritdoc cref="IPaymentProviders"/>
/// <remarks>Everything goes to the account that it belongs to, and to no other: that another account does not find a
/// payment says nothing. Where the account's credentials are missing or unreadable nothing is sent. For an operation
/// this is proof; for a status query it says nothing.</remarks>
/// <param name="connectors">The connectors.</param>
/// <param name="merchants">The merchants and their credentials.</param>
/// <param name="logger">Logs credentials that cannot be decrypted.</param>
public sealed partial class PaymentProviders(
    ConnectorCatalogue connectors, IMerchantProfiles merchants, ILogger<PaymentProviders> logger) : IPaymentProviders
{
    /// <inheritdoc/>
    public Task<ProviderOutcome> ChargeAsync(ProviderAccount account, ChargeRequest request) =>
        SendAsync(account, (connector, credentials) => connector.ChargeAsync(request, credentials));

    /// <inheritdoc/>
    public Task<ProviderOutcome> CaptureAsync(ProviderAccount account, CaptureRequest request) =>
        SendAsync(account, (connector, credentials) => connector.CaptureAsync(request, credentials));

    /// <inheritdoc/>
    public Task<ProviderOutcome> VoidAsync(ProviderAccount account, VoidAuthorizationRequest request) =>
        SendAsync(account, (connector, credentials) => connector.VoidAsync(request, credentials));

    /// <inheritdoc/>
    public Task<ProviderOutcome> RefundAsync(ProviderAccount account, RefundRequest request) =>
        SendAsync(account, (connector, credentials) => connector.RefundAsync(request, credentials));

    /// <inheritdoc/>
    public Task<ProviderOutcome> QueryChargeAsync(ProviderAccount account, ChargeQuery query) =>
        QueryAsync(account, (connector, credentials) => connector.QueryChargeAsync(query, credentials));

    /// <inheritdoc/>
    public Task<ProviderOutcome> QueryRefundAsync(ProviderAccount account, RefundQuery query) =>
        QueryAsync(account, (connector, credentials) => connector.QueryRefundAsync(query, credentials));

    /// <inheritdoc/>
    public async Task<ListedPage> ListAsync(ProviderAccount account, PaymentListQuery query) =>
        connectors[account.Provider] is not IListsPayments lister
            ? new ListedPage.Failed($"{account.Provider} lists no payments.")
            : await OpenAsync(account) is { } credentials
                ? await lister.ListAsync(query, credentials)
                : new ListedPage.Failed(Missing(account));

    private async Task<ProviderOutcome> SendAsync(
        ProviderAccount account, Func<IConnector, ProviderCredentials, Task<ProviderOutcome>> send) =>
        await OpenAsync(account) is { } credentials
            ? await send(connectors[account.Provider], credentials)
            : new ProviderOutcome.NotSent { Reason = Missing(account) };

    private async Task<ProviderOutcome> QueryAsync(
        ProviderAccount account, Func<IConnector, ProviderCredentials, Task<ProviderOutcome>> query) =>
        await OpenAsync(account) is { } credentials
            ? await query(connectors[account.Provider], credentials)
            : new ProviderOutcome.Unknown { Reason = Missing(account) };

    private async ValueTask<ProviderCredentials?> OpenAsync(ProviderAccount account)
    {
        try
        {
            return (await merchants.GetAsync(account.Merchant))?.Open(account);
        }
        catch (CredentialsUnreadableException exception)
        {
            LogCredentialsUnreadable(exception, account.Merchant, account.Provider);
            return null;
        }
    }

    private static string Missing(ProviderAccount account) =>
        $"The credentials of the merchant's account at {account.Provider} are missing or cannot be opened.";

    [LoggerMessage(
        LogEvents.EffectCredentialsUnreadable,
        LogLevel.Error,
        "The credentials of {Merchant} at {Provider} cannot be decrypted")]
    private partial void LogCredentialsUnreadable(Exception exception, string merchant, string provider);
}
