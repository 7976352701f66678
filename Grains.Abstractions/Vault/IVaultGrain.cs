using Orleans.Concurrency;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Abstractions.Vault;

/// <summary>The vault's keys, for the operator. Its key is <see cref="Key"/>; card numbers do not pass here.</summary>
[Alias("vault")]
public interface IVaultGrain : IGrainWithStringKey
{
    /// <summary>The one grain's key.</summary>
    const string Key = "vault";

    /// <summary>What is in the vault, and how much of it is under an older key.</summary>
    [Alias("status"), OpenToGateways, AlwaysInterleave]
    Task<Reply<VaultStatus>> Status();

    /// <summary>Continues the rotation of keys for some seconds, and says what is left. It may be interrupted at any
    /// point and called again: progress is in the rows.</summary>
    /// <param name="newKeys">Whether to begin one: each merchant gets a new data key first.</param>
    [Alias("rotate"), OpenToGateways]
    Task<Reply<VaultStatus>> Rotate(bool newKeys);
}

/// <summary>The state of the vault.</summary>
[GenerateSerializer, Immutable, Alias("vault-status")]
public sealed record VaultStatus
{
    /// <summary>How many cards it keeps.</summary>
    [Id(0)]
    public required long Cards { get; init; }

    /// <summary>How many of them are encrypted under a data key that has a successor.</summary>
    [Id(1)]
    public required long OutdatedCards { get; init; }

    /// <summary>How many keys it keeps.</summary>
    [Id(2)]
    public required long Keys { get; init; }

    /// <summary>How many of them are wrapped by another master key than the current one.</summary>
    [Id(3)]
    public required long OutdatedKeys { get; init; }

    /// <summary>The name of the master key that wraps now.</summary>
    [Id(4)]
    public required string MasterKey { get; init; }
}
