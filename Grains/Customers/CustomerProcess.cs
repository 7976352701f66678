using System.Buffers.Text;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Customers;

/// <summary>Runs a customer's commands: decides, writes the document, starts operations, applies their reports. A
/// decision and its write are one turn; operations run outside of turns, so that a slow provider delays only its own
/// callers. A caller waits for a limited time; the operation continues.</summary>
/// <remarks>
/// All members are called on one scheduler, a grain's, that runs one piece of code at a time. What is pending is in the
/// document: after a crash the next activation continues it.
/// </remarks>
/// <param name="key">The customer.</param>
/// <param name="host">Where it lives.</param>
/// <param name="services">What all customers share.</param>
internal sealed partial class CustomerProcess(CustomerKey key, ICustomerHost host, CustomerServices services)
{
    private const int IdBytes = 16;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MaxRetryAfter = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, Task> _lanes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TaskCompletionSource<OperationResult>> _waiting = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (RequestKey Request, Task<OperationResult> Result)> _running =
        new(StringComparer.Ordinal);
    private readonly Dictionary<PendingDeletion, Task<OperationResult>> _deleting = [];
    private readonly Dictionary<string, Money> _balances = new(StringComparer.Ordinal);

    private Task _lastTurn = Task.CompletedTask;
    private MerchantFacts _facts = new();
    private DateTimeOffset? _deletedAt;
    private TimeSpan _retryAfter = RetryAfter;
    private bool _isRetryScheduled;
    private Exception? _failure;

    /// <summary>The document as it is durable; null if there is no such customer.</summary>
    public CustomerDocument? Document => host.Document;

    /// <summary>The customer, unless there is none or they were erased.</summary>
    public CustomerDocument? Known => CustomerDecider.Known(host.Document);

    /// <summary>The last known balances of linked wallets.</summary>
    public IReadOnlyDictionary<string, Money> Balances => _balances;

    /// <summary>Until when the lists of the providers' cards are fresh; null if they are not.</summary>
    public DateTimeOffset? CardsFreshUntil { get; set; }

    /// <summary>Continues, in the background, what an earlier process left pending.</summary>
    public void Resume() => _ = ResumeOrLogAsync();

    /// <summary>Continues what an earlier process left pending, and encrypts tokens under the current master
    /// key.</summary>
    public async Task ResumeAsync()
    {
        if (host.Document is not { } document)
        {
            return;
        }

        foreach (var wallet in document.Wallets)
        {
            if (services.Tokens.Renew(key, wallet) is { } renewed)
            {
                await HandleAsync((customer, context) =>
                    CustomerDecider.Decide(customer, new ReplaceToken(wallet, renewed), context));
            }
        }

        if (!document.PendingOperations.IsEmpty || !document.PendingDeletions.IsEmpty)
        {
            await HandleAsync((customer, context) =>
                CustomerDecider.Decide(customer, new Resume(document.PendingOperations), context));
        }
    }

    /// <summary>Decides a command, and waits for the operations that it starts: for
    /// <see cref="CustomersOptions.ResponseTimeout"/> at most.</summary>
    /// <exception cref="Exception">The document could not be written.</exception>
    public async Task<CustomerResult> HandleAsync(Func<CustomerDocument?, CustomerContext, CustomerDecision> decide)
    {
        _facts = await services.Providers.FactsAsync(key.Merchant);
        var (decision, started) = await TakeTurnAsync(decide);
        return await ResultAsync(decision, started);
    }

    /// <summary>Decides a request that its client may have named, and waits as for any command. The same request again
    /// changes nothing; while the first one runs, it waits for what comes of it.</summary>
    /// <param name="request">The client's name for it; null if it gave none.</param>
    /// <param name="decide">The rule.</param>
    /// <param name="deletes">Whether it deletes.</param>
    public Task<CustomerResult> HandleAsync(
        RequestKey? request,
        Func<CustomerDocument?, CustomerContext, CustomerDecision> decide,
        bool deletes = false) =>
        HandleAsync((customer, context) =>
            CustomerRequests.Once(customer, request, context, deletes, () => decide(customer, context)));

    // Turns are taken one at a time, in order.
    private async Task<(CustomerDecision Decision, List<Task<OperationResult>> Started)> TakeTurnAsync(
        Func<CustomerDocument?, CustomerContext, CustomerDecision> decide)
    {
        var previous = _lastTurn;
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _lastTurn = turn.Task;
        await previous;
        try
        {
            var decision = decide(host.Document, ContextNow());
            return (decision, await ApplyAsync(decision));
        }
        finally
        {
            turn.SetResult();
        }
    }

    private async Task ResumeOrLogAsync()
    {
        try
        {
            await ResumeAsync();
        }
        catch (Exception exception)
        {
            // The next activation, or a retry, continues.
            LogNotResumed(services.Logger, exception, key.Merchant);
        }
    }

    private async Task<CustomerResult> ResultAsync(CustomerDecision decision, List<Task<OperationResult>> started)
    {
        var result = new CustomerResult
        {
            Refusal = decision.Refusal, Subject = decision.Subject, Replayed = decision.Replayed,
        };
        if (started.Count == 0)
        {
            return result;
        }

        using var limit = new CancellationTokenSource(services.Options.ResponseTimeout, services.Time);
        try
        {
            var results = await Task.WhenAll(started).WaitAsync(limit.Token);
            return result with
            {
                OperationRefusal = results.FirstOrDefault(one => one.Refusal is not null)?.Refusal,
                Subject = result.Subject ?? results.FirstOrDefault(one => one.Subject is not null)?.Subject,
            };
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return result with { OperationRefusal = CustomerRefusals.ResponseTimedOut };
        }
    }

    private async Task<List<Task<OperationResult>>> ApplyAsync(CustomerDecision decision)
    {
        if (_failure is not null)
        {
            throw new TimeoutException("The customer is being loaded again; try again.", _failure);
        }

        if (decision.Document is { } next && next != host.Document)
        {
            await WriteAsync(next);
        }

        if (decision.Balance is ({ } wallet, var balance))
        {
            _balances[wallet] = balance;
        }

        StartDueDeletions();
        return decision.Joins is { } running
            ? [_running[running.Key].Result]
            : [.. decision.Operations.Select(Start)];
    }

    private async Task WriteAsync(CustomerDocument next)
    {
        try
        {
            await host.WriteAsync(next);
        }
        catch (Exception exception)
        {
            // Whether the write is durable is unknown: this process ends, and its callers get the exception.
            _failure = exception;
            foreach (var waiting in _waiting.Values)
            {
                waiting.TrySetException(exception);
            }

            host.Deactivate();
            throw;
        }

        foreach (var code in _balances.Keys.ToList())
        {
            if (WalletDecider.Find(next, code) is not { LinkedAt: not null })
            {
                _balances.Remove(code);
            }
        }
    }

    private CustomerContext ContextNow() => new()
    {
        Now = services.Now,
        NewId = NewId,
        Providers = _facts.Providers,
        HasVault = _facts.CardVault && services.Vault.IsOpen,
        CardsFreshUntil = CardsFreshUntil,
        RunningRequest = key => _running.TryGetValue(key, out var running) ? running.Request : null,
    };

    private string NewId(string prefix)
    {
        Span<byte> bytes = stackalloc byte[IdBytes];
        services.Random.Fill(bytes);
        return prefix + Base64Url.EncodeToString(bytes);
    }
}

/// <summary>What a command came to.</summary>
internal sealed record CustomerResult
{
    /// <summary>Why the command was refused; null if it was not.</summary>
    public Refusal? Refusal { get; init; }

    /// <summary>Why an operation that it started was not done, or is not known to be; null if all were.</summary>
    public Refusal? OperationRefusal { get; init; }

    /// <summary>The card's token or the UPI ID's id that the reply is about.</summary>
    public string? Subject { get; init; }

    /// <summary>Whether the request took effect earlier.</summary>
    public bool Replayed { get; init; }
}

/// <summary>The result of an operation, for its caller.</summary>
/// <param name="Refusal">Why it was not done; null if it was.</param>
/// <param name="Subject">The card's token that it is about.</param>
internal sealed record OperationResult(Refusal? Refusal, string? Subject);
