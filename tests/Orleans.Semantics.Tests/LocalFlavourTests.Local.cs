using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Serialization;

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
            Assert.Contains(value is HoldsUnsendable ? nameof(Unsendable) : value.GetType().Name, exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_host_of_a_client_does_not_start_and_says_why()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleansClient(client => client.UseAdoNetClustering(options => options.Invariant = "Npgsql"));
        using var host = builder.Build();
        var exception = await Assert.ThrowsAsync<OrleansConfigurationException>(() => host.StartAsync());
        Assert.Contains("no cluster", exception.Message, StringComparison.Ordinal);
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
