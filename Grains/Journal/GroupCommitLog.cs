using Microsoft.Extensions.Logging;

namespace PaymentCluster.Grains.Journal;

/// <summary>What the group commit logs: counts and codes, no data.</summary>
internal static partial class GroupCommitLog
{
    [LoggerMessage(EventId = 2001, Level = LogLevel.Warning,
        Message = "Lost the store with {Count} commits under way (in doubt: {InDoubt}): {Fault}")]
    public static partial void StoreLost(ILogger logger, int count, bool inDoubt, string fault);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Warning, Message = "Of {Count} commits, some in doubt, {Left} turned out not to be written")]
    public static partial void DoubtResolved(ILogger logger, int count, int left);

    [LoggerMessage(EventId = 2003, Level = LogLevel.Error, Message = "The store is unavailable to {Count} commits: {Fault}")]
    public static partial void Unavailable(ILogger logger, int count, string fault);

    [LoggerMessage(EventId = 2004, Level = LogLevel.Error, Message = "The store refused a commit: {Fault}")]
    public static partial void MemberRefused(ILogger logger, string fault);
}
