using System.Diagnostics;

namespace PaymentCluster.Grains.Journal;

/// <summary>The journal's spans: one for each decision that waits for its commit, whichever batch makes it
/// durable.</summary>
internal static class JournalTelemetry
{
    private static readonly ActivitySource Activities = new("PaymentCluster.Journal");

    /// <summary>Whether anybody collects spans; without them a commit costs nothing more.</summary>
    public static bool IsTraced => Activities.HasListeners();

    /// <summary>Follows a commit to its result.</summary>
    public static async Task<CommitResult> TraceAsync(
        PaymentCommit commit, Func<PaymentCommit, Task<CommitResult>> append)
    {
        using var activity = Activities.StartActivity("journal.commit");
        activity?.SetTag("payment.id", commit.Key.Payment.ToString())
            .SetTag("payment.version", commit.ExpectedVersion + commit.Events.Length);
        var result = await append(commit);
        activity?.SetTag("result", result.GetType().Name);
        return result;
    }
}
