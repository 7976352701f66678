using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Grains.Vault;

/// <summary>
/// Numbers of cards that may be kept: those that were not issued in India, where the customer agreed and the merchant
/// chose it. A token is random, means something to its merchant alone, and is opened where a provider is called. The
/// security code never comes here: PCI DSS 3.3.1 forbids keeping it even encrypted.
/// </summary>
public interface ICardVault
{
    /// <summary>Whether this installation has a vault.</summary>
    bool IsOpen { get; }

    /// <summary>Saves a card.</summary>
    /// <param name="merchant">The merchant.</param>
    /// <param name="customer">The merchant's customer.</param>
    /// <param name="token">The token that a new card gets; random, and never used before.</param>
    /// <param name="card">The card.</param>
    /// <returns>The card's token: another than the given one if the customer has the card already.</returns>
    Task<string> SaveAsync(string merchant, string customer, string token, VaultCard card);

    /// <summary>A card; null if the merchant has none under this token.</summary>
    /// <exception cref="VaultUnreadableException">It cannot be opened.</exception>
    Task<VaultCard?> OpenAsync(string merchant, string token);

    /// <summary>Deletes a card. One that is not there counts as deleted.</summary>
    Task DeleteAsync(string merchant, string token);

    /// <summary>Deletes all cards of a customer.</summary>
    Task DeleteCustomerAsync(string merchant, string customer);
}

/// <summary>What the vault keeps of a card. It prints nothing of the number.</summary>
public sealed class VaultCard
{
    /// <summary>The card's number.</summary>
    public required CardNumber Number { get; init; }

    /// <summary>The month of expiry, 1 to 12.</summary>
    public required int ExpiryMonth { get; init; }

    /// <summary>The year of expiry, four digits.</summary>
    public required int ExpiryYear { get; init; }

    /// <summary>The holder's name as on the card.</summary>
    public required string HolderName { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"card {Number}";
}

/// <inheritdoc cref="ICardVault"/>
internal sealed class CardVault(VaultDatabase database, VaultCipher cipher, ISecretSource random) : ICardVault
{
    // A rotation that ends between reading a key and writing under it is met again with the next key.
    private const int MaxTries = 5;
    private const int IdBytes = 16;

    /// <inheritdoc/>
    public bool IsOpen => database.IsOpen;

    /// <inheritdoc/>
    public async Task<string> SaveAsync(string merchant, string customer, string token, VaultCard card)
    {
        var fingerprint = cipher.Fingerprint(
            await KeyAsync(merchant, VaultKeyPurpose.Fingerprint), card.Number.Reveal());
        var content = Write(card);
        try
        {
            for (var tries = 1; ; tries++)
            {
                try
                {
                    if (await TrySaveAsync(merchant, customer, token, fingerprint, content) is { } saved)
                    {
                        return saved;
                    }
                }
                catch (PostgresException gone) when (gone.SqlState == PostgresErrorCodes.ForeignKeyViolation
                    && tries < MaxTries)
                {
                    // The key retired in between.
                }
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    /// <inheritdoc/>
    public async Task<VaultCard?> OpenAsync(string merchant, string token)
    {
        var rows = await database.QueryAsync(
            VaultSql.Read,
            row => (Sealed: row.GetFieldValue<byte[]>(0), Key: ReadKey(row, merchant, VaultKeyPurpose.Data, 1)),
            Parameters.Of(merchant), Parameters.Of(token));
        if (rows is not [var (box, key)])
        {
            return null;
        }

        var content = cipher.Open(key, token, box);
        try
        {
            return Read(content) ?? throw new VaultUnreadableException(merchant, "a card's content has another form");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string merchant, string token) =>
        database.ExecuteAsync(VaultSql.Delete, Parameters.Of(merchant), Parameters.Of(token));

    /// <inheritdoc/>
    public Task DeleteCustomerAsync(string merchant, string customer) =>
        database.ExecuteAsync(VaultSql.DeleteCustomer, Parameters.Of(merchant), Parameters.Of(customer));

    /// <summary>A merchant's key for a purpose, created on first use; of concurrent callers, one creates it and the
    /// others read it.</summary>
    internal async Task<VaultKey> KeyAsync(string merchant, VaultKeyPurpose purpose)
    {
        while (true)
        {
            var rows = await database.QueryAsync(
                VaultSql.CurrentKey,
                row => ReadKey(row, merchant, purpose, 0),
                Parameters.Of(merchant), Parameters.Of((int)purpose));
            if (rows is [var key])
            {
                return key;
            }

            await AddKeyAsync(merchant, purpose, generation: 1);
        }
    }

    /// <summary>Adds a key of a generation, if there is none of it.</summary>
    internal Task<int> AddKeyAsync(string merchant, VaultKeyPurpose purpose, int generation)
    {
        var key = cipher.NewKey(merchant, NewId("key_"), purpose, generation);
        return database.ExecuteAsync(
            VaultSql.AddKey,
            Parameters.Of(merchant), Parameters.Of(key.Id), Parameters.Of((int)purpose), Parameters.Of(generation),
            Parameters.Of(key.MasterKey), Bytes(key.Wrapped));
    }

    internal static VaultKey ReadKey(NpgsqlDataReader row, string merchant, VaultKeyPurpose purpose, int first) => new()
    {
        Merchant = merchant,
        Id = row.GetString(first),
        Purpose = purpose,
        Generation = row.GetInt32(first + 1),
        MasterKey = row.GetString(first + 2),
        Wrapped = row.GetFieldValue<byte[]>(first + 3),
    };

    internal static NpgsqlParameter Bytes(byte[] value) =>
        new NpgsqlParameter<byte[]> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bytea };

    // Null: a concurrent call saved or removed it.
    private async Task<string?> TrySaveAsync(
        string merchant, string customer, string token, byte[] fingerprint, byte[] content)
    {
        var found = await database.QueryAsync(
            VaultSql.Find,
            row => row.GetString(0),
            Parameters.Of(merchant), Parameters.Of(customer), Bytes(fingerprint));
        var key = await KeyAsync(merchant, VaultKeyPurpose.Data);
        if (found is [var there])
        {
            // The number is the same; the expiry of a renewed card is not.
            return await database.ExecuteAsync(
                VaultSql.Replace,
                Parameters.Of(merchant),
                Parameters.Of(there),
                Parameters.Of(key.Id),
                Bytes(cipher.Seal(key, there, content))) == 1
                ? there
                : null;
        }

        return await database.ExecuteAsync(
            VaultSql.Add,
            Parameters.Of(merchant), Parameters.Of(token), Parameters.Of(customer), Parameters.Of(key.Id),
            Bytes(fingerprint), Bytes(cipher.Seal(key, token, content))) == 1
            ? token
            : null;
    }

    private string NewId(string prefix)
    {
        Span<byte> bytes = stackalloc byte[IdBytes];
        random.Fill(bytes);
        return prefix + Base64Url.EncodeToString(bytes);
    }

    // A stored format: number, month, year and holder, in this order.
    private static byte[] Write(VaultCard card)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            json.WriteStringValue(card.Number.Reveal());
            json.WriteNumberValue(card.ExpiryMonth);
            json.WriteNumberValue(card.ExpiryYear);
            json.WriteStringValue(card.HolderName);
            json.WriteEndArray();
        }

        var content = buffer.ToArray();
        CryptographicOperations.ZeroMemory(buffer.GetBuffer());
        return content;
    }

    private static VaultCard? Read(byte[] content)
    {
        using var json = JsonDocument.Parse(content);
        var root = json.RootElement;
        return CardNumber.TryParse(root[0].GetString(), out var number)
            ? new VaultCard
            {
                Number = number,
                ExpiryMonth = root[1].GetInt32(),
                ExpiryYear = root[2].GetInt32(),
                HolderName = root[3].GetString() ?? "",
            }
            : null;
    }
}
