using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Logs;

namespace PaymentCluster.Grains.Customers;

// Operations: in one lane for each keeper, one at a time.
internal sealed partial class CustomerProcess
{
    private Task<OperationResult> Start(CustomerOperation operation)
    {
        if (operation is CustomerOperation.Delete { Deletion: var deletion })
        {
            return StartDeletion(operation, deletion);
        }

        if (operation.Saves)
        {
            StartDeletions(operation.Keeper);
        }

        return Enqueue(operation);
    }

    private Task<OperationResult> StartDeletion(CustomerOperation operation, PendingDeletion deletion)
    {
        _deletedAt = services.Now;
        if (_deleting.TryGetValue(deletion, out var started))
        {
            return started;
        }

        return _deleting[deletion] = Enqueue(operation);
    }

    // Nearly always nothing.
    private void StartDueDeletions()
    {
        if (_deletedAt is null || services.Now - _deletedAt >= RetryAfter)
        {
            StartDeletions(keeper: null);
        }
    }

    private void StartDeletions(string? keeper)
    {
        if (host.Document is { PendingDeletions.IsEmpty: false } document)
        {
            foreach (var deletion in CustomerDecider.Deletions(document, ContextNow(), keeper))
            {
                _ = Start(deletion);
            }
        }
    }

    private Task<OperationResult> Enqueue(CustomerOperation operation)
    {
        if (!_waiting.TryGetValue(operation.Id, out var waiting))
        {
            _waiting[operation.Id] = waiting =
                new TaskCompletionSource<OperationResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        if (operation.Request is { } request)
        {
            _running[request.Key] = (request, waiting.Task);
        }

        var previous = _lanes.GetValueOrDefault(operation.Keeper, Task.CompletedTask);
        _lanes[operation.Keeper] = RunAsync(previous, operation, waiting);
        return waiting.Task;
    }

    private async Task RunAsync(
        Task previous, CustomerOperation operation, TaskCompletionSource<OperationResult> waiting)
    {
        // Not within the turn that starts it.
        await Task.Yield();
        await previous;
        if (_failure is not null)
        {
            return;
        }

        try
        {
            var outcome = CustomerDecider.Admit(host.Document!, operation, services.Now)
                ?? await CallAsync(operation);
            await ReportAsync(operation, outcome, waiting);
        }
        catch (Exception exception)
        {
            // The document names what is pending: the next activation continues it.
            LogNotReported(services.Logger, exception, operation.GetType().Name, key.Merchant);
            Release(operation);
            waiting.TrySetException(exception);
        }
    }

    private void Release(CustomerOperation operation)
    {
        _waiting.Remove(operation.Id);
        if (operation.Request is { } request)
        {
            _running.Remove(request.Key);
        }
    }

    private async Task<OperationOutcome> CallAsync(CustomerOperation operation)
    {
        try
        {
            return await Task.Run(() => services.Runner.RunAsync(key, operation, () => host.Document!))
                .WaitAsync(services.Options.OperationTimeout, services.Time);
        }
        catch (TimeoutException exception)
        {
            LogTimeout(services.Logger, exception, operation.GetType().Name, key.Merchant, operation.Keeper);
            return new OperationOutcome.Failed(CustomerRefusals.ResponseTimedOut, IsFinal: false);
        }
        catch (Exception exception)
        {
            // The waiting callers get the exception; the document must still record that the operation was started.
            return new OperationOutcome.Failed(CustomerRefusals.ResponseTimedOut, IsFinal: false)
            {
                Exception = exception,
            };
        }
    }

    private async Task ReportAsync(
        CustomerOperation operation, OperationOutcome outcome, TaskCompletionSource<OperationResult> waiting)
    {
        var (decision, _) = await TakeTurnAsync((document, context) =>
            CustomerDecider.Decide(document!, new OperationReport(operation, outcome), context));

        if (operation is CustomerOperation.Delete { Deletion: var deletion })
        {
            _deleting.Remove(deletion);
            ScheduleRetry();
        }

        if (decision.Operations.Any(successor => successor.Id == operation.Id))
        {
            return;
        }

        Release(operation);
        if (outcome is OperationOutcome.Failed { Exception: { } exception })
        {
            waiting.TrySetException(exception);
        }
        else
        {
            waiting.TrySetResult(new OperationResult(decision.Refusal, decision.Subject));
        }
    }

    private void ScheduleRetry()
    {
        if (host.Document is not { PendingDeletions.IsEmpty: false })
        {
            _retryAfter = RetryAfter;
        }
        else if (!_isRetryScheduled && _deleting.Count == 0)
        {
            _isRetryScheduled = true;
            host.RunAfter(_retryAfter, RetryAsync);
            _retryAfter = _retryAfter * 2 < MaxRetryAfter ? _retryAfter * 2 : MaxRetryAfter;
        }
    }

    private async Task RetryAsync()
    {
        _isRetryScheduled = false;
        try
        {
            await HandleAsync((customer, context) => CustomerDecider.Decide(customer, new Resume([]), context));
        }
        catch (Exception exception)
        {
            LogNotResumed(services.Logger, exception, key.Merchant);
        }
    }

    [LoggerMessage(
        LogEvents.CustomerNotResumed, LogLevel.Warning,
        "Pending operations for a customer of {Merchant} could not be continued")]
    private static partial void LogNotResumed(ILogger logger, Exception exception, string merchant);

    [LoggerMessage(
        LogEvents.CustomerOperationNotRecorded, LogLevel.Warning,
        "{Operation} for a customer of {Merchant} could not be recorded")]
    private static partial void LogNotReported(ILogger logger, Exception exception, string operation, string merchant);

    [LoggerMessage(
        LogEvents.CustomerOperationTimeout, LogLevel.Warning,
        "{Operation} for a customer of {Merchant} timed out at {Keeper}")]
    private static partial void LogTimeout(
        ILogger logger, Exception exception, string operation, string merchant, string keeper);
}
