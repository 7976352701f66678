using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Logs;

namespace PaymentCluster.Grains.Journal;

/// <summary>What the group commit logs: counts and codes, no data.</summary>
internal static partial class GroupCommitLog
{
    [LoggerMessage(
        LogEvents.JournalConnectionLost,
        LogLevel.Warning,
        "Database connection lost during {Count} commits (in doubt: {InDoubt}): {Fault}")]
    public static partial void StoreLost(ILogger logger, int count, bool inDoubt, string fault);

    [LoggerMessage(
        LogEvents.JournalDoubtResolved,
        LogLevel.Warning,
        "Resolved {Count} commits after a lost connection: {Left} were not written and are written again")]
    public static partial void DoubtResolved(ILogger logger, int count, int left);

    [LoggerMessage(
        LogEvents.JournalUnavailable, LogLevel.Error, "Database unavailable, {Count} commits failed: {Fault}")]
    public static partial void Unavailable(ILogger logger, int count, string fault);

    [LoggerMessage(LogEvents.JournalCommitRejected, LogLevel.Error, "The database rejected a commit: {Fault}")]
    public static partial void MemberRefused(ILogger logger, string fault);
}
