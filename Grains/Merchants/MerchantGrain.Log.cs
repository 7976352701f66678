using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Abstractions.Merchants;

namespace PaymentCluster.Grains.Merchants;

public sealed partial class MerchantGrain
{
    [LoggerMessage(LogEvents.MerchantSaved, LogLevel.Information, "Merchant {Merchant} saved (UPI collect allowed: {UpiCollectAllowed})")]
    private static partial void LogPut(ILogger logger, string merchant, bool upiCollectAllowed);

    [LoggerMessage(LogEvents.MerchantKeyCreated, LogLevel.Information, "Merchant {Merchant} got the API key {KeyId} ({KeyScope})")]
    private static partial void LogKeyCreated(ILogger logger, string merchant, string keyId, ApiKeyScope keyScope);

    [LoggerMessage(LogEvents.MerchantKeyRevoked, LogLevel.Information, "The API key {KeyId} of merchant {Merchant} is revoked; it was handed out: {HandedOut}")]
    private static partial void LogKeyRevoked(ILogger logger, string merchant, string keyId, bool handedOut);

    [LoggerMessage(LogEvents.MerchantCredentialsSaved, LogLevel.Information, "Merchant {Merchant} has new credentials at {Provider}")]
    private static partial void LogCredentialsPut(ILogger logger, string merchant, string provider);

    [LoggerMessage(LogEvents.MerchantCredentialsDeleted, LogLevel.Information, "Merchant {Merchant} has no credentials at {Provider} any more")]
    private static partial void LogCredentialsDeleted(ILogger logger, string merchant, string provider);

    [LoggerMessage(LogEvents.MerchantRoutingSaved, LogLevel.Information, "Merchant {Merchant} has routing version {Version} with {Rules} rules")]
    private static partial void LogRoutingPut(ILogger logger, string merchant, int version, int rules);

    [LoggerMessage(LogEvents.MerchantCredentialsResealed, LogLevel.Information, "The credentials of {Merchant} at {Provider} went from master key {Before} to {After}")]
    private static partial void LogResealed(
        ILogger logger, string merchant, string provider, string before, string after);

    [LoggerMessage(LogEvents.MerchantCredentialsUnreadable, LogLevel.Error, "The credentials of {Merchant} at {Provider} cannot be re-encrypted")]
    private static partial void LogUnreadable(ILogger logger, Exception failure, string merchant, string provider);
}
