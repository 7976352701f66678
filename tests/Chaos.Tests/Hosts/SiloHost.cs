using PaymentCluster.Testing;
using PaymentCluster.Testing.Systems;

namespace PaymentCluster.Chaos.Tests.Hosts;

/// <summary>A process that hosts grains, with the two networks that it depends on.</summary>
internal sealed class SiloHost : IAsyncDisposable
{
    public required Supervised Process { get; init; }

    /// <summary>To the store.</summary>
    public required FaultProxy Store { get; init; }

    /// <summary>To the providers.</summary>
    public required FaultProxy Providers { get; init; }

    /// <summary>By how much its clock is off from its next start on.</summary>
    public TimeSpan ClockOffset { get; set; }

    /// <summary>Gives its networks back.</summary>
    public async ValueTask DisposeAsync()
    {
        Process.Dispose();
        await Store.DisposeAsync();
        await Providers.DisposeAsync();
    }
}
