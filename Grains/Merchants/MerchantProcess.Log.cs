using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Logs;

namespace PaymentCluster.Grains.Merchants;

internal sealed partial class MerchantProcess
{
    [LoggerMessage(
        LogEvents.MerchantSaved, LogLevel.Information,
        "Merchant {Merchant} saved (UPI collect allowed: {UpiCollectAllowed})")]
    private static partial void LogPut(ILogger logger, string merchant, bool upiCollectAllowed);

    [LoggerMessage(
        LogEvents.MerchantCredentialsSaved, LogLevel.Information,
        "Merchant {Merchant}: credentials at {Provider} saved")]
    private static partial void LogCredentialsPut(ILogger logger, string merchant, string provider);

    [LoggerMessage(
        LogEvents.MerchantCredentialsDeleted, LogLevel.Information,
        "Merchant {Merchant}: credentials at {Provider} deleted")]
    private static partial void LogCredentialsDeleted(ILogger logger, string merchant, string provider);

    [LoggerMessage(
        LogEvents.MerchantRoutingSaved, LogLevel.Information,
        "Merchant {Merchant}: routing version {Version} saved ({Rules} rules)")]
    private static partial void LogRoutingPut(ILogger logger, string merchant, int version, int rules);

    [LoggerMessage(
        LogEvents.MerchantOrderTokenKeyRotated, LogLevel.Information,
        "Merchant {Merchant}: order tokens are signed with key {Generation}")]
    private static partial void LogOrderTokenKeyRotated(ILogger logger, string merchant, int generation);

    [LoggerMessage(
        LogEvents.MerchantCredentialsResealed, LogLevel.Information,
        "Credentials of merchant {Merchant} at {Provider} moved from master key {Before} to {After}")]
    private static partial void LogResealed(
        ILogger logger, string merchant, string provider, string before, string after);

    [LoggerMessage(
        LogEvents.MerchantCredentialsUnreadable, LogLevel.Error,
        "Credentials of merchant {Merchant} at {Provider} cannot be re-encrypted")]
    private static partial void LogUnreadable(ILogger logger, Exception failure, string merchant, string provider);
}
