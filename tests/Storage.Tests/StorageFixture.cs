namespace PaymentCluster.Storage.Tests;

/// <summary>One database, and two clusters on it that know nothing of each other, for all tests of a class;
/// each test has keys of its own.</summary>
public sealed class StorageFixture : IAsyncLifetime
{
    /// <summary>The database.</summary>
    public Database Database { get; } = new();

    /// <summary>The cluster that most tests use.</summary>
    public StorageCluster Host { get; private set; } = null!;

    /// <summary>A second one.</summary>
    public StorageCluster Rival { get; private set; } = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        await Database.InitializeAsync();
        Host = await StorageCluster.StartAsync(Database);
        Rival = await StorageCluster.StartAsync(Database);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await Rival.DisposeAsync();
        await Database.DisposeAsync();
    }
}
