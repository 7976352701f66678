namespace PaymentCluster.Storage.Tests;

[Alias("storage-tests-ping")]
public interface IPingGrain : IGrainWithStringKey
{
    [Alias("ping")]
    Task<bool> Ping();
}

/// <summary>Responds from its silo.</summary>
public sealed class PingGrain : Grain, IPingGrain
{
    public Task<bool> Ping() => Task.FromResult(true);
}
