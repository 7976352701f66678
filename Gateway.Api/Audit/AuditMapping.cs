using System.Globalization;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Audit;

namespace PaymentCluster.Gateway.Api.Audit;

/// <summary>A part of an audit trail.</summary>
public sealed record AuditListResponse
{
    /// <summary>The changes, the latest first.</summary>
    public required AuditChangeResponse[] Data { get; init; }

    /// <summary>The <c>cursor</c> of the next page; null on the last one.</summary>
    public required string? NextCursor { get; init; }

    /// <summary>How many changes of payments are durable and not linked into the trail yet: they are on no page, for
    /// some seconds.</summary>
    public required long Unlinked { get; init; }
}

/// <summary>A change.</summary>
public sealed record AuditChangeResponse
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>The position of its entry in the trail, from 1.</summary>
    public required long Position { get; init; }

    /// <summary>What it is.</summary>
    public required string Action { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTime At { get; init; }

    /// <summary>Who made it: the id of an API key, <c>admin</c>, or <c>unknown</c> for a gateway of an earlier
    /// build.</summary>
    public required string Actor { get; init; }

    /// <summary>The address that the request came from; null if it came from none.</summary>
    public required string? Address { get; init; }

    /// <summary>What was changed: a key, a provider, a customer or a payment; null for the merchant itself.</summary>
    public required string? Subject { get; init; }

    /// <summary>More about it, without secrets.</summary>
    public required string? Detail { get; init; }

    /// <summary>How it ended: <c>done</c>, <c>interrupted</c>, or <c>open</c> while that is unknown.</summary>
    public required string Outcome { get; init; }

    /// <summary>The hash of its entry, in lower-case hex.</summary>
    public required string Digest { get; init; }
}

/// <summary>What came of computing a trail's hashes again.</summary>
public sealed record AuditVerificationResponse
{
    /// <summary>Whether every link is as it was written.</summary>
    public required bool Valid { get; init; }

    /// <summary>How many entries are, from the first one on.</summary>
    public required long Entries { get; init; }

    /// <summary>The hash of the last of them. Keep it elsewhere: a trail that was rewritten as a whole has
    /// another.</summary>
    public required string? Head { get; init; }

    /// <summary>The first broken link; null if none is.</summary>
    public required AuditBreakResponse? Broken { get; init; }

    /// <summary>How many changes of payments are not linked yet.</summary>
    public required long Unlinked { get; init; }
}

/// <summary>A broken link.</summary>
public sealed record AuditBreakResponse
{
    /// <summary>The day, UTC.</summary>
    public required string Day { get; init; }

    /// <summary>The position of the entry; null if it is the day's seal.</summary>
    public required long? Position { get; init; }

    /// <summary>What is wrong.</summary>
    public required string Reason { get; init; }
}

/// <summary>From the grains' views to the API's responses.</summary>
internal static class AuditMapping
{
    /// <summary>The words of kinds of changes.</summary>
    public static readonly Words<AuditAction> Actions = new(AuditNames.Of);

    public static AuditListResponse ToResponse(AuditPage page) => new()
    {
        Data = [.. page.Changes.Select(ToResponse)],
        NextCursor = page.Next is { } last ? AuditCursor.Write(last) : null,
        Unlinked = page.Unlinked,
    };

    public static AuditVerificationResponse ToResponse(AuditVerification verification) => new()
    {
        Valid = verification.Broken is null,
        Entries = verification.Entries,
        Head = verification.Head,
        Broken = verification.Broken is { } broken
            ? new AuditBreakResponse
            {
                Day = broken.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                Position = broken.Position,
                Reason = broken.Reason,
            }
            : null,
        Unlinked = verification.Unlinked,
    };

    private static AuditChangeResponse ToResponse(AuditChangeView change) => new()
    {
        Id = change.Id.ToString(),
        Position = change.Position,
        Action = change.Action,
        At = change.At.UtcDateTime,
        Actor = change.Actor,
        Address = change.Address,
        Subject = change.Subject,
        Detail = change.Detail,
        Outcome = change.Outcome is { } outcome ? NameOf(outcome) : "open",
        Digest = change.Hash,
    };

    private static string NameOf(AuditOutcome outcome) => outcome switch
    {
        AuditOutcome.Done => "done",
        AuditOutcome.Interrupted => "interrupted",
    };
}
