using System.Data.Common;
using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Silo;

/// <summary>Translates, for every grain alike, what its store says when it is out of reach: the caller is in another
/// process, knows no exception of the store's, and needs to hear only that it may try again.</summary>
internal sealed partial class StoreAway(ILogger<StoreAway> logger) : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        catch (Exception exception) when (exception is JournalUnavailableException or JournalOverloadedException or DbException
            // What a document's store throws, Orleans wraps.
            or OrleansException { InnerException: DbException })
        {
            LogAway(exception, context.MethodName);
            throw new TimeoutException("The store is out of reach.", exception);
        }
    }

    // The gateway warns; this is for whoever wants to know why.
    [LoggerMessage(LogEvents.GrainStoreUnavailable, LogLevel.Information, "{Method}: the store is out of reach.")]
    private partial void LogAway(Exception exception, string method);
}
