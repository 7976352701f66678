using System.Text.Json.Nodes;
using PaymentCluster.Chaos.Tests.Hosts;
using PaymentCluster.Chaos.Tests.Load;
using PaymentCluster.Testing;

namespace PaymentCluster.Chaos.Tests.Faults;

/// <summary>What can go wrong between processes, and at a provider.</summary>
internal sealed class NetworkFaults(ChaosSystem system)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>A storm at a provider.</summary>
    public async Task TurnDialsAsync(Strike strike, CancellationToken heal)
    {
        var dials = new Dictionary<string, double>(StrikePlan.Everyday, StringComparer.Ordinal);
        foreach (var (dial, rate) in strike.Dials!)
        {
            dials[dial] = rate;
        }

        await SetDialsAsync(strike.Target, dials, strike.Seed, heal);
        await WaitAsync(strike.For, heal);
        await SetDialsAsync(strike.Target, StrikePlan.Everyday, strike.Seed, heal);
    }

    /// <summary>Sets dials, as soon as the simulators are there to take them.</summary>
    public async Task SetDialsAsync(
        string provider, IReadOnlyDictionary<string, double> dials, int seed, CancellationToken heal)
    {
        var body = new JsonObject { ["seed"] = seed };
        foreach (var (dial, value) in dials)
        {
            body[dial] = dial.EndsWith("_ms", StringComparison.Ordinal) ? (int)value : value;
        }

        var isSet = false;
        while (!isSet && !heal.IsCancellationRequested)
        {
            try
            {
                await system.SetDialsAsync(provider, body.DeepClone().AsObject());
                isSet = true;
            }
            catch (Exception exception) when (NetworkFailure.IsSilence(exception))
            {
                await WaitAsync(Pause, heal);
            }
        }
    }

    /// <summary>A network that loses, tears, delays and doubles.</summary>
    public static async Task CutAsync(FaultProxy proxy, Strike strike, CancellationToken heal)
    {
        var draws = Draws.Of(strike.Seed, "network");
        proxy.Draw = () => Draw(draws, heal);
        await WaitAsync(strike.For, heal);
        proxy.Draw = null;
    }

    /// <summary>A server that refuses connections, and whose old ones are lost.</summary>
    public static async Task RefuseAsync(FaultProxy proxy, Strike strike, CancellationToken heal)
    {
        proxy.Closed = true;
        proxy.Reset();
        await WaitAsync(strike.For, heal);
        proxy.Closed = false;
    }

    /// <summary>A network that holds everything up, and delivers it afterwards.</summary>
    public static async Task StallAsync(FaultProxy proxy, Strike strike, CancellationToken heal)
    {
        proxy.Stall();
        await WaitAsync(strike.For, heal);
        proxy.Flow();
    }

    public static void Mend(FaultProxy proxy)
    {
        proxy.Draw = null;
        proxy.Closed = false;
        proxy.Flow();
    }

    public static async Task WaitAsync(TimeSpan time, CancellationToken heal) =>
        await Task.Delay(time > TimeSpan.Zero ? time : TimeSpan.Zero, heal)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static ProxyAct? Draw(Draws draws, CancellationToken heal) => draws.Weigh<ProxyFault>(
        [
            (60, ProxyFault.None), (12, ProxyFault.Delay), (6, ProxyFault.CutRequest), (12, ProxyFault.CutReply),
            (6, ProxyFault.LateRequest), (4, ProxyFault.HalfOpen),
        ]) switch
    {
        ProxyFault.None => null,
        ProxyFault.Delay => new ProxyAct(ProxyFault.Delay)
        {
            Until = WaitAsync(draws.Between(TimeSpan.Zero, Provider.VisibilityWindow / 2), heal),
        },
        ProxyFault.CutRequest => new ProxyAct(ProxyFault.CutRequest) { At = draws.Below(600) },
        ProxyFault.CutReply => new ProxyAct(ProxyFault.CutReply) { At = draws.Chance(0.5) ? 0 : draws.Below(400) },
        ProxyFault.LateRequest => new ProxyAct(ProxyFault.LateRequest)
        {
            Until = WaitAsync(draws.Between(TimeSpan.Zero, Provider.VisibilityWindow / 2), heal),
        },
        ProxyFault.HalfOpen => new ProxyAct(ProxyFault.HalfOpen) { Until = WaitAsync(TimeSpan.FromSeconds(20), heal) },
    };
}
