using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Abstractions.Merchants;

namespace PaymentCluster.Grains.Merchants;

internal sealed partial class MerchantKeys
{
    [LoggerMessage(
        LogEvents.MerchantKeyCreated, LogLevel.Information,
        "Merchant {Merchant}: API key {KeyId} ({KeyScope}) created")]
    private static partial void LogKeyCreated(ILogger logger, string merchant, string keyId, ApiKeyScope keyScope);

    [LoggerMessage(
        LogEvents.MerchantKeyRevoked, LogLevel.Information,
        "API key {KeyId} of merchant {Merchant} revoked (handed out: {HandedOut})")]
    private static partial void LogKeyRevoked(ILogger logger, string merchant, string keyId, bool handedOut);
}
