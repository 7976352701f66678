using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Serialization;
using PaymentCluster.Testing;

namespace PaymentCluster.Semantics.Tests;

/// <summary>What Orleans' compiler, analyser or cluster says, the local flavour says at run time.</summary>
[Collection(SharedSiloCollection.Name)]
public sealed class LocalFlavourTests(SharedSilo silo)
{
    [Fact]
    public async Task A_serialized_type_with_a_field_without_an_id_fails()
    {
        var grain = silo.Grains.GetGrain<ICrossingGrain>(Probe.NewKey());
        foreach (var value in new object[] { new WithoutId(), new WithDoubledId(), new HoldsUnsendable() })
        {
            var exception = await Assert.ThrowsAsync<CodecNotFoundException>(() => grain.SendObject(value));
            Assert.Contains(
                value is HoldsUnsendable ? nameof(Unsendable) : value.GetType().Name,
                exception.Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_silo_that_has_not_started_takes_no_calls()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(_ => { });
        using var host = builder.Build();
        var grain = host.Services.GetRequiredService<IGrainFactory>().GetGrain<ITurnGrain>("key/early");
        await Assert.ThrowsAsync<SiloUnavailableException>(() => grain.Number());
    }

    [Fact]
    public async Task A_silo_that_stops_lets_running_calls_end_and_takes_no_new_ones()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(_ => { });
        using var host = builder.Build();
        await host.StartAsync();
        var key = Probe.NewKey();
        var grains = host.Services.GetRequiredService<IGrainFactory>();
        var grain = grains.GetGrain<ITurnGrain>(key);
        var running = grain.Hold("running");
        await Probe.Of(key).SeesAsync("running entered");
        var stopping = host.StopAsync();
        await Eventually.HoldsAsync(
            () => RefusesAsync(grains.GetGrain<ITurnGrain>(Probe.NewKey())), "the silo activates no new grains");
        var waiting = grain.Number();
        Probe.Of(key).Open("running");
        await running;
        await stopping;
        await Assert.ThrowsAsync<SiloUnavailableException>(() => waiting);
        await Assert.ThrowsAsync<SiloUnavailableException>(() => grain.Number());

        static async Task<bool> RefusesAsync(ITurnGrain grain)
        {
            try
            {
                await grain.Number();
                return false;
            }
            catch (SiloUnavailableException)
            {
                return true;
            }
        }
    }

    [GenerateSerializer]
    private sealed class WithoutId
    {
        public string Text { get; set; } = "";
    }

    [GenerateSerializer]
    private sealed class WithDoubledId
    {
        [Id(0)]
        public string Text { get; set; } = "";

        [Id(0)]
        public string Other { get; set; } = "";
    }

    [GenerateSerializer, Immutable]
    private sealed record HoldsUnsendable
    {
        [Id(0)]
        public Unsendable? Held { get; init; }
    }
}
