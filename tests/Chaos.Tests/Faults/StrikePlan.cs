using PaymentCluster.Chaos.Tests.Hosts;
using PaymentCluster.Chaos.Tests.Load;

namespace PaymentCluster.Chaos.Tests.Faults;

/// <summary>Draws what the nemesis will do. It depends on the options alone.</summary>
internal static class StrikePlan
{
    /// <summary>The dials, at the rates that they have all the time.</summary>
    public static readonly IReadOnlyDictionary<string, double> Everyday = new Dictionary<string, double>(
        StringComparer.Ordinal)
    {
        ["latency_ms"] = 20,
        ["hold_ms"] = 3_000,
        ["late_ms"] = Provider.VisibilityWindow.TotalMilliseconds / 2.5,
        ["webhook_late_ms"] = 1_500,
        ["rate_limited"] = 0.01,
        ["server_error"] = 0.01,
        ["reset"] = 0.02,
        ["timeout_then_charge"] = 0.03,
        ["reset_after"] = 0.02,
        ["charge_then_timeout"] = 0.03,
        ["server_error_after"] = 0.02,
        ["truncated"] = 0.01,
        ["garbage"] = 0.01,
        ["decline"] = 0.04,
        ["amount_mismatch"] = 0.005,
        ["refund_failed"] = 0.03,
        ["webhook_drop"] = 0.2,
        ["webhook_tampered"] = 0.05,
        ["webhook_late"] = 0.1,
        ["webhook_reorder"] = 0.1,
        ["webhook_duplicate"] = 0.1,
    };

    private static readonly string[] Storms =
    [
        "rate_limited", "server_error", "reset", "timeout_then_charge", "reset_after", "charge_then_timeout",
        "server_error_after", "truncated", "garbage", "refund_failed", "webhook_drop", "webhook_late",
        "webhook_reorder", "webhook_duplicate",
    ];

    private static readonly (TimeSpan Least, TimeSpan Most) Brief =
        (TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(3));

    public static List<Strike> Draw(ChaosOptions options, bool hasDisk)
    {
        var draws = Draws.Of(options.Seed, "nemesis");
        (double, Blow)[] weights =
        [
            (4, Blow.Kill), (2, Blow.KillAndSetClock), (3, Blow.Freeze), (3, Blow.CrashStore), (2, Blow.FreezeStore),
            (hasDisk ? 2 : 0, Blow.FillDisk), (1, Blow.TakeConnections), (1, Blow.LockTable), (3, Blow.TurnDials),
            (3, Blow.CutProviders), (1, Blow.RefuseProviders),
            (options.BreaksVisibilityWindow ? 2 : 0, Blow.StallProviders),
            (3, Blow.CutStore), (2, Blow.StallStore),
        ];
        List<Strike> plan = [];
        for (var at = draws.Wait(options.Gap) / 2; at < options.Load; at += draws.Wait(options.Gap))
        {
            plan.Add(DrawOne(options, draws, at, draws.Weigh(weights)));
        }

        return plan;
    }

    private static Strike DrawOne(ChaosOptions options, Draws draws, TimeSpan at, Blow blow)
    {
        var silo = $"silo {draws.Between(1, Deployment.Silos + 1)}";
        var process = draws.Weigh<string>(
            [(3, silo), (1, "gateway"), (blow != Blow.Freeze || options.BreaksVisibilityWindow ? 1 : 0, "simulators")]);
        var brief = draws.Between(Brief.Least, Brief.Most);
        var longer = draws.Between(options.LongestFault / 4, options.LongestFault);
        var frozen = draws.Between(options.LongestFreeze / 6, options.LongestFreeze);
        var strike = new Strike { At = at, Blow = blow, Target = silo, For = brief, Seed = draws.Below(int.MaxValue) };
        return blow switch
        {
            Blow.Kill => strike with { Target = process },
            Blow.KillAndSetClock => strike with
            {
                Clock = draws.Pick(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(-10), TimeSpan.FromHours(-1)),
            },
            Blow.Freeze => strike with { Target = process, For = frozen },
            Blow.CrashStore or Blow.FillDisk => strike with { Target = "store" },
            Blow.FreezeStore => strike with { Target = "store", For = frozen / 2 },
            Blow.TakeConnections or Blow.LockTable => strike with { Target = "store", For = longer },
            Blow.TurnDials => strike with
            {
                Target = draws.Pick<Provider>(Provider.All).Name,
                For = longer,
                Dials = Enumerable.Range(0, 3).Select(_ => draws.Pick<string>(Storms)).Distinct(StringComparer.Ordinal)
                    .ToDictionary(dial => dial, _ => draws.Pick(0.2, 0.4, 0.8), StringComparer.Ordinal),
            },
            Blow.CutProviders or Blow.RefuseProviders or Blow.StallProviders or Blow.CutStore or Blow.StallStore =>
                strike with { For = longer },
        };
    }
}
