using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Logs;

namespace PaymentCluster.Grains.Customers;

public sealed partial class CustomerGrain
{
    private void LogErased(string merchant) => LogErased(logger, merchant);

    private void LogLeft(Exception? exception, string what) => LogLeft(logger, exception, _merchant, what);

    [LoggerMessage(LogEvents.CustomerErased, LogLevel.Information, "A customer of {Merchant} was erased")]
    private static partial void LogErased(ILogger logger, string merchant);

    [LoggerMessage(LogEvents.CustomerDeletionPending, LogLevel.Warning, "A customer of {Merchant} was not forgotten everywhere yet: {What}")]
    private static partial void LogLeft(ILogger logger, Exception? exception, string merchant, string what);
}
