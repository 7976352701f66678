using System.Security.Cryptography;
using Npgsql;
using PaymentCluster.Grains.Abstractions.Vault;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Vault;

/// <summary>The change of the vault's keys.</summary>
public interface IVaultRotation
{
    /// <summary>Whether this installation has a vault.</summary>
    bool IsOpen { get; }

    /// <summary>What is in the vault, and what is left to do.</summary>
    Task<VaultStatus> StatusAsync();

    /// <summary>Gives each merchant a new data key. Concurrent calls create one.</summary>
    Task BeginAsync();

    /// <summary>One step; false if nothing was left to do.</summary>
    /// <exception cref="VaultUnreadableException">Something cannot be opened: its master key is gone, or it was
    /// changed.</exception>
    Task<bool> StepAsync();
}

/// <summary>Changes keys while cards are saved and paid with. Two things are brought up to date, in steps that each
/// leave the vault whole: keys that another master key wraps are rewrapped, and cards under a data key with a successor
/// are resealed. The remaining work is counted from the rows, so that a rotation can stop anywhere; two concurrent ones
/// duplicate some work and do no harm. A data key that seals nothing any more is destroyed.</summary>
internal sealed class VaultRotation(VaultDatabase database, CardVault vault, VaultCipher cipher) : IVaultRotation
{
    private const int Batch = 100;

    /// <inheritdoc/>
    public bool IsOpen => database.IsOpen;

    /// <inheritdoc/>
    public async Task<VaultStatus> StatusAsync() => (await database.QueryAsync(
        VaultSql.Status,
        row => new VaultStatus
        {
            Cards = row.GetInt64(0),
            OutdatedCards = row.GetInt64(1),
            Keys = row.GetInt64(2),
            OutdatedKeys = row.GetInt64(3),
            MasterKey = cipher.MasterKey,
        },
        Parameters.Of(cipher.MasterKey)))[0];

    /// <inheritdoc/>
    public async Task BeginAsync()
    {
        var merchants = await database.QueryAsync(
            VaultSql.MerchantsWithCards, row => (row.GetString(0), row.GetInt32(1)));
        foreach (var (merchant, generation) in merchants)
        {
            await vault.AddKeyAsync(merchant, VaultKeyPurpose.Data, generation + 1);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> StepAsync()
    {
        var keys = await database.QueryAsync(
            VaultSql.OutdatedKeys,
            row => CardVault.ReadKey(row, row.GetString(0), (VaultKeyPurpose)row.GetInt16(1), first: 2),
            Parameters.Of(cipher.MasterKey), Parameters.Of(Batch));
        foreach (var key in keys)
        {
            var rewrapped = cipher.Rewrap(key);
            await database.ExecuteAsync(
                VaultSql.Rewrap,
                Parameters.Of(key.Merchant),
                Parameters.Of(key.Id),
                Parameters.Of(key.MasterKey),
                Parameters.Of(rewrapped.MasterKey),
                CardVault.Bytes(rewrapped.Wrapped));
        }

        var cards = await database.QueryAsync(
            VaultSql.OutdatedCards,
            row => (
                Token: row.GetString(1),
                Sealed: row.GetFieldValue<byte[]>(2),
                Key: CardVault.ReadKey(row, row.GetString(0), VaultKeyPurpose.Data, first: 3)),
            Parameters.Of(Batch));
        foreach (var (token, box, key) in cards)
        {
            await ResealAsync(token, box, key);
        }

        if (keys.Count + cards.Count > 0)
        {
            return true;
        }

        try
        {
            await database.ExecuteAsync(VaultSql.DropUnused);
            return false;
        }
        catch (PostgresException used) when (used.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            // A card was being saved under it at this moment: there is more to do.
            return true;
        }
    }

    private async Task ResealAsync(string token, byte[] box, VaultKey key)
    {
        var content = cipher.Open(key, token, box);
        try
        {
            var next = await vault.KeyAsync(key.Merchant, VaultKeyPurpose.Data);
            await database.ExecuteAsync(
                VaultSql.Reseal,
                Parameters.Of(key.Merchant), Parameters.Of(token), Parameters.Of(next.Id),
                CardVault.Bytes(cipher.Seal(next, token, content)), Parameters.Of(key.Id), CardVault.Bytes(box));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }
}
