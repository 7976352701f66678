using Microsoft.Extensions.Hosting;

namespace PaymentCluster.Testing.Silos;

/// <summary>One silo for all tests of a class, whose documents are in memory. Each test has merchants of its own,
/// so that what others left behind is no business of its.</summary>
public class SharedSilo : IAsyncLifetime
{
    private static int s_merchants;

    /// <summary>Its documents.</summary>
    internal DocumentStore Store { get; } = new();

    /// <summary>The silo.</summary>
    internal TestSilo Silo { get; private set; } = null!;

    /// <summary>A merchant's id that no other test has.</summary>
    public static string NewMerchant(string name) => $"{name}{Interlocked.Increment(ref s_merchants)}";

    /// <inheritdoc/>
    public virtual async Task InitializeAsync() => Silo = await TestSilo.StartAsync(Store, Configure);

    /// <inheritdoc/>
    public async Task DisposeAsync() => await Silo.DisposeAsync();

    /// <summary>What the silo has beside merchants, customers and webhooks.</summary>
    private protected virtual void Configure(HostApplicationBuilder builder)
    {
    }
}
