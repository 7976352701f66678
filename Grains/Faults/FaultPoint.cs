using System.Diagnostics;
#if FAULT_POINTS
using System.Collections.Immutable;
using System.Globalization;
#endif
using Microsoft.Extensions.Configuration;

namespace PaymentCluster.Grains.Faults;

/// <summary>
/// The places where dying or stopping hurts most, by name, so that a crash suite can do it there and not just anywhere.
/// A Debug build alone has them: elsewhere not even the calls are compiled in.
/// </summary>
/// <remarks>
/// <c>Faults:Points</c> says what happens where, and how often:
/// <c>after_send=crash:0.002;before_send=pause:15s:0.001</c>. A crash is the process's own <c>kill -9</c>, <c>fail</c>
/// the end that the runtime makes of a broken process, a pause stops this one flow. <c>Faults:Seed</c> fixes the
/// draws: the n-th at a point depends on seed, point and n alone. With <c>Faults:While</c> nothing happens once that
/// file is gone.
/// </remarks>
public static class FaultPoint
{
    /// <summary>Before an intent is given to the journal.</summary>
    public const string BeforeIntent = "before_intent";

    /// <summary>The intent is durable; nothing has been sent.</summary>
    public const string AfterIntent = "after_intent";

    /// <summary>Before a provider is called.</summary>
    public const string BeforeSend = "before_send";

    /// <summary>Only this process knows the provider's response.</summary>
    public const string AfterSend = "after_send";

    /// <summary>Before anything that is no intent is given to the journal.</summary>
    public const string BeforeOutcomeCommit = "before_outcome_commit";

    /// <summary>It is durable; no caller has a reply yet.</summary>
    public const string AfterOutcomeCommit = "after_outcome_commit";

    /// <summary>A command took effect, and its effects are started; its caller has no reply yet.</summary>
    public const string BeforeReply = "before_reply";

    /// <summary>A webhook had its effect; its inbox row is not written yet.</summary>
    public const string BeforeInbox = "before_inbox";

    /// <summary>The inbox row is durable; the webhook is not acknowledged yet.</summary>
    public const string AfterInbox = "after_inbox";

    /// <summary>A change of a customer's document is decided; its store has not been given it.</summary>
    public const string BeforeDocument = "before_document";

    /// <summary>The change is durable; no caller has a reply yet.</summary>
    public const string AfterDocument = "after_document";

    /// <summary>The vault or a provider keeps something of a customer's, and no document names it yet.</summary>
    public const string AfterKeep = "after_keep";

    /// <summary>A document holds a pending deletion; the vault or the provider has not been called.</summary>
    public const string BeforeDelete = "before_delete";

    /// <summary>The intent of a change of a document is in the audit trail; nothing of the change is written.</summary>
    public const string AfterChangeIntent = "after_change_intent";

    /// <summary>A change of a document is durable; its outcome is not in the audit trail yet.</summary>
    public const string BeforeChangeOutcome = "before_change_outcome";

    /// <summary>An archive's files are written; nothing has read them back.</summary>
    public const string ArchiveWritten = "archive_written";

    /// <summary>The files are verified; the payments are still in the database.</summary>
    public const string ArchiveVerified = "archive_verified";

    /// <summary>The payments are detached from the database; their partitions are not dropped yet.</summary>
    public const string ArchiveDetached = "archive_detached";

    /// <summary>The partitions are dropped; rows of other tables are still to leave.</summary>
    public const string ArchiveDropped = "archive_dropped";

    /// <summary>Some of those rows have left.</summary>
    public const string ArchiveCleaning = "archive_cleaning";

    /// <summary>Reads what is to happen at the points of this process.</summary>
    /// <exception cref="FormatException"><c>Faults:Points</c> cannot be read.</exception>
    [Conditional("FAULT_POINTS")]
    public static void Arm(IConfiguration configuration)
    {
#if FAULT_POINTS
        var seed = int.TryParse(configuration["Faults:Seed"], CultureInfo.InvariantCulture, out var given) ? given : 1;
        s_while = configuration["Faults:While"];
        s_armed = [.. FaultPointSettings.Parse(configuration["Faults:Points"] ?? "").Select(setting =>
            new ArmedPoint(setting, seed))];
#endif
    }

    /// <summary>The process has come to a point, and may go no further.</summary>
    [Conditional("FAULT_POINTS")]
    public static void Reach(string point)
    {
#if FAULT_POINTS
        foreach (var armed in s_armed)
        {
            if (armed.Setting.Point == point && armed.Fires() && (s_while is null || File.Exists(s_while)))
            {
                Happen(armed.Setting);
            }
        }
#endif
    }

#if FAULT_POINTS
    /// <summary>Whether anything is to happen anywhere.</summary>
    internal static bool IsArmed => !s_armed.IsEmpty;

    private static ImmutableArray<ArmedPoint> s_armed = [];
    private static string? s_while;

    private static void Happen(FaultPointSetting setting)
    {
        // Not by the log, which buffers: a test that armed the point counts these lines.
        Console.Error.WriteLine(
            $"fault point: {setting.Point} "
                + $"{(setting.Pause is { } time ? $"pause {time}" : setting.Fails ? "fail" : "crash")}");
        if (setting.Pause is { } pause)
        {
            using var never = new ManualResetEventSlim();
            never.Wait(pause);
        }
        else if (setting.Fails)
        {
            Environment.FailFast($"fault point: {setting.Point}");
        }
        else
        {
            using var self = Process.GetCurrentProcess();
            self.Kill();
            // The signal takes effect before this ends.
            using var never = new ManualResetEventSlim();
            never.Wait(Timeout.Infinite);
        }
    }
#endif
}
