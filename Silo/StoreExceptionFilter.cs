using System.Data.Common;
using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Silo;

/// <summary>Translates, for every grain alike, the store's exceptions that mean "unavailable" into a
/// <see cref="TimeoutException"/>: the caller is in another process, has none of the store's types, and needs to know
/// only that the call may be retried.</summary>
internal sealed partial class StoreExceptionFilter(ILogger<StoreExceptionFilter> logger) : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        catch (Exception exception) when (IsUnavailable(exception))
        {
            LogUnavailable(exception, context.MethodName);
            throw new TimeoutException("The payment store is unavailable.", exception);
        }
    }

    // Orleans wraps what a document's store throws.
    private static bool IsUnavailable(Exception exception) => exception
        is JournalUnavailableException
        or JournalOverloadedException
        or DbException
        or OrleansException { InnerException: DbException };

    // The gateway logs the warning; this line has the cause.
    [LoggerMessage(
        LogEvents.GrainStoreUnavailable, LogLevel.Information, "{Method} failed: the payment store is unavailable.")]
    private partial void LogUnavailable(Exception exception, string method);
}
