using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Audit;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Audit;

namespace PaymentCluster.Grains.Merchants;

/// <summary>
/// A merchant's changes in the audit trail: intent, document, outcome. The document names its last change, so that an
/// activation that finds one open knows whether it took effect. What did not is closed only after the document was
/// written once more: the process that began it may be frozen, and then its own write is refused.
/// </summary>
/// <param name="merchant">The merchant's id.</param>
/// <param name="trail">The trail.</param>
/// <param name="logger">Says what stays open.</param>
internal sealed partial class MerchantAudit(string merchant, IAuditTrail trail, ILogger logger)
{
    private bool _mayBeOpen = true;

    /// <summary>Links the intent.</summary>
    /// <exception cref="JournalUnavailableException">Nothing may be changed.</exception>
    public async Task<AuditChange> BeginAsync(AuditAction action, string? subject, string? detail)
    {
        _mayBeOpen = true;
        return await trail.BeginAsync(merchant, action, subject, detail);
    }

    /// <summary>Links the outcome of a change that took effect. Where that fails, the next command does.</summary>
    public async Task EndAsync(AuditChange change)
    {
        try
        {
            await trail.EndAsync(change, AuditOutcome.Done, Actor.Current ?? Actor.Unknown);
            _mayBeOpen = false;
        }
        catch (JournalUnavailableException exception)
        {
            LogOpen(exception, merchant, change.Action);
        }
    }

    /// <summary>Has the next <see cref="CloseAsync"/> look, whatever this activation knows.</summary>
    public void Suspect() => _mayBeOpen = true;

    /// <summary>Closes what an earlier process, or a failed command, left open.</summary>
    /// <param name="host">Where the document is.</param>
    /// <param name="complete">Completes a change that can be; whether it did.</param>
    /// <exception cref="JournalUnavailableException">Something may still be open.</exception>
    public async Task CloseAsync(IMerchantHost host, Func<AuditChange, Task<bool>> complete)
    {
        // Without a document there is nothing whose write could be refused.
        if (!_mayBeOpen || host.Document is null)
        {
            return;
        }

        var isFenced = false;
        foreach (var change in await trail.OpenAsync(merchant))
        {
            if (change.Action == AuditNames.Of(AuditAction.CustomerErased))
            {
                // The customer's own document knows.
                continue;
            }

            var isDone = host.Document.LastChange == change.Id.ToString() || await complete(change);
            if (!isDone && !isFenced)
            {
                await host.WriteAsync(host.Document);
                isFenced = true;
            }

            await trail.EndAsync(change, isDone ? AuditOutcome.Done : AuditOutcome.Interrupted, Actor.Engine);
        }

        _mayBeOpen = false;
    }

    [LoggerMessage(
        LogEvents.MerchantChangeOpen, LogLevel.Warning,
        "The outcome of a change ({Action}) of merchant {Merchant} is not in the audit trail yet")]
    private partial void LogOpen(Exception exception, string merchant, string action);
}
