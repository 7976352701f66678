using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Audit;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Grains.Audit;

/// <summary>A change that was begun.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Merchant">In whose trail.</param>
/// <param name="Action">What it is, by its name.</param>
/// <param name="Subject">What is changed.</param>
public sealed record AuditChange(ChangeId Id, string Merchant, string Action, string? Subject);

/// <summary>
/// The trail of changes of documents, which are no rows of ours: the intent first, then the change, then the outcome. A
/// crash between leaves a change that is open, and whose owner finds out how it ended: the document names the last
/// change that was made to it.
/// </summary>
public interface IAuditTrail
{
    /// <summary>Links the intent, by <see cref="Actor.Current"/>. Nothing may be changed before it.</summary>
    /// <exception cref="JournalUnavailableException">It may not be durable; nothing may be changed.</exception>
    Task<AuditChange> BeginAsync(string merchant, AuditAction action, string? subject, string? detail);

    /// <summary>Links the outcome. Only the first one of a change counts.</summary>
    /// <param name="change">The change.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="by">Who says so.</param>
    /// <exception cref="JournalUnavailableException">The change may still be open.</exception>
    Task EndAsync(AuditChange change, AuditOutcome outcome, Actor by);

    /// <summary>The changes of a trail that are open, oldest first.</summary>
    /// <exception cref="JournalUnavailableException">The database is unavailable.</exception>
    Task<ImmutableArray<AuditChange>> OpenAsync(string merchant);
}

/// <inheritdoc/>
/// <param name="writer">Links entries.</param>
/// <param name="reader">Reads trails.</param>
/// <param name="time">Dates ids.</param>
public sealed class AuditTrail(AuditWriter writer, AuditReader reader, TimeProvider time) : IAuditTrail
{
    /// <inheritdoc/>
    public async Task<AuditChange> BeginAsync(string merchant, AuditAction action, string? subject, string? detail)
    {
        var change = new AuditChange(ChangeId.New(time), merchant, AuditNames.Of(action), subject);
        await writer.AppendAsync(merchant, new AuditDraft
        {
            Change = change.Id,
            Kind = AuditEntryKind.Intent,
            Action = change.Action,
            By = Actor.Current ?? Actor.Unknown,
            Subject = subject,
            Detail = detail,
        });
        return change;
    }

    /// <inheritdoc/>
    public Task EndAsync(AuditChange change, AuditOutcome outcome, Actor by) => writer.AppendAsync(
        change.Merchant,
        new AuditDraft
        {
            Change = change.Id,
            Kind = AuditEntryKind.Outcome,
            Outcome = outcome,
            Action = change.Action,
            By = by,
            Subject = change.Subject,
        });

    /// <inheritdoc/>
    public Task<ImmutableArray<AuditChange>> OpenAsync(string merchant) => reader.OpenAsync(merchant);
}
