using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>Wakes payments that are due: after a crash, for retries, status queries and expiries. A lease keeps two
/// silos from waking the same payment, and a payment whose waker died is due again when the lease is over. It decides
/// nothing: the payment does.</summary>
/// <param name="journal">Knows what is due.</param>
/// <param name="payments">The payments.</param>
/// <param name="logger">Logs an unavailable journal and payments that could not be resumed.</param>
public sealed partial class DuePayments(IPaymentJournal journal, IPaymentCalls payments, ILogger<DuePayments> logger)
{
    private const int MaxAtOnce = 16;

    /// <summary>Claims due payments, resumes them, and completes when all of them are done.</summary>
    /// <param name="limit">How many at most.</param>
    /// <param name="lease">How long they belong to this silo.</param>
    public async Task WakeAsync(int limit, TimeSpan lease)
    {
        try
        {
            var due = new Queue<PaymentKey>(await journal.ClaimDueAsync(limit, lease));
            var wakers = new Task[Math.Min(MaxAtOnce, due.Count)];
            for (var waker = 0; waker < wakers.Length; waker++)
            {
                wakers[waker] = WakeAllAsync(due);
            }

            await Task.WhenAll(wakers);
        }
        catch (JournalUnavailableException exception)
        {
            LogUnavailable(exception);
        }
    }

    private async Task WakeAllAsync(Queue<PaymentKey> due)
    {
        while (Next(due) is { } key)
        {
            try
            {
                await payments.ResumeAsync(key);
            }
            catch (Exception exception)
            {
                // One payment that fails must not keep the others asleep; it is due again when the lease is over.
                LogNotWoken(exception, key.Merchant, key.Payment);
            }
        }
    }

    private static PaymentKey? Next(Queue<PaymentKey> due)
    {
        lock (due)
        {
            return due.TryDequeue(out var key) ? key : null;
        }
    }

    [LoggerMessage(
        LogEvents.SweeperStoreUnavailable,
        LogLevel.Warning,
        "The payment store is unavailable; the sweeper tries again")]
    private partial void LogUnavailable(Exception exception);

    [LoggerMessage(
        LogEvents.SweeperPaymentNotWoken,
        LogLevel.Error,
        "{Merchant} {PaymentId} could not be woken; the next sweep tries again")]
    private partial void LogNotWoken(Exception exception, string merchant, PaymentId paymentId);
}
