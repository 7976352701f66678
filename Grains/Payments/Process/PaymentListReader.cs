using Microsoft.Extensions.Logging;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>
/// Reads providers' lists of payments for the status queries that wait on this silo, page by page: one page at a time
/// of each merchant's account, each taken from the account's budget like a query. It holds nothing. If the process
/// dies, the waits die with it, and the payments' schedules query again; if it is frozen, the outcome comes late, as
/// that of a query would.
/// </summary>
/// <param name="providers">The providers.</param>
/// <param name="clock">The time that outcomes are compared with.</param>
/// <param name="host">Runs what is started.</param>
/// <param name="time">The clock of the budgets.</param>
/// <param name="logger">Logs lists that could not be read.</param>
public sealed partial class PaymentListReader(
    IPaymentProviders providers,
    IPaymentClock clock,
    IOperationHost host,
    TimeProvider time,
    ILogger<PaymentListReader> logger)
{
    /// <summary>Starts to read a page, if one is worth it and the budget has room. Returns at once.</summary>
    /// <param name="account">The account.</param>
    /// <param name="share">The queries that wait.</param>
    /// <param name="count">Counts pages, and the queries that they ended.</param>
    internal void Continue(ProviderAccount account, StatusQueryShare share, Action<ListCount> count)
    {
        if (share.BeginList(time.GetUtcNow()) is { } request)
        {
            host.Run(() => ReadAsync(account, share, request, count));
        }
    }

    private async Task ReadAsync(
        ProviderAccount account, StatusQueryShare share, ListRequest request, Action<ListCount> count)
    {
        // Whatever happens, the page is ended: nothing else would begin another.
        ListedPage page = new ListedPage.Failed("the read ended in an exception");
        var queriedAt = clock.Now;
        try
        {
            page = await providers.ListAsync(account, request.Query);
            if (page is ListedPage.Failed failed)
            {
                LogFailed(account.Merchant, account.Provider, failed.Reason);
            }
        }
        catch (Exception exception)
        {
            // Nothing awaits this work, and nothing is lost with it: queries go on without a list.
            LogLost(exception, account.Merchant, account.Provider);
        }
        finally
        {
            count(new ListCount(page is ListedPage.Read, share.EndList(request, page, queriedAt, time.GetUtcNow())));
        }

        Continue(account, share, count);
    }

    [LoggerMessage(
        LogEvents.PaymentListFailed,
        LogLevel.Warning,
        "The list of payments of {Merchant} at {Provider} could not be read; they are queried one by one: {Reason}")]
    private partial void LogFailed(string merchant, string provider, string reason);

    [LoggerMessage(
        LogEvents.PaymentListLost,
        LogLevel.Error,
        "Reading the list of payments of {Merchant} at {Provider} ended in an exception")]
    private partial void LogLost(Exception exception, string merchant, string provider);
}

/// <summary>A page of a list that was requested.</summary>
/// <param name="IsRead">Whether it was read.</param>
/// <param name="Ended">How many waits of queries it ended.</param>
internal readonly record struct ListCount(bool IsRead, int Ended);
