using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Npgsql;

namespace PaymentCluster.System.Tests;

/// <summary>Those that keep what customers' documents name: the vault, and the providers. Read directly.</summary>
internal sealed partial class WalletKeepers : IDisposable
{
    private readonly RunningSystem _system;
    private readonly NpgsqlDataSource _database;
    private readonly HttpClient _juspay;

    public WalletKeepers(RunningSystem system)
    {
        _system = system;
        _database = NpgsqlDataSource.Create(system.Database);
        _juspay = system.SimulatorsHttp();
        _juspay.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{ProviderAccounts.JuspayKey}:")));
    }

    /// <summary>The tokens of the cards that the vault keeps of a customer.</summary>
    public async Task<IReadOnlyCollection<string>> CardsAsync(string customer)
    {
        await using var command = _database.CreateCommand(
            "select token from vault.cards where merchant_id = 'shop' and customer_id = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = customer });
        return await TextsAsync(command);
    }

    /// <summary>The wallets that Juspay holds linked for a customer, by their codes.</summary>
    public async Task<IReadOnlyCollection<string>> JuspayWalletsAsync(string customer)
    {
        using var response = await _juspay.GetAsync(new Uri($"/juspay/customers/{customer}/wallets", UriKind.Relative));
        if (!response.IsSuccessStatusCode)
        {
            return [];
        }

        var wallets = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("list");
        return
        [
            .. wallets.EnumerateArray().Where(wallet => $"{wallet.GetProperty("linked")}" is "True" or "true")
                .Select(wallet => wallet.GetProperty("wallet").GetString()!.ToLowerInvariant()),
        ];
    }

    /// <summary>How many tokens Paytm was given back. Its books are open once the simulators are down.</summary>
    public async Task<int> PaytmRevocationsAsync() =>
        Revoked().Matches(await File.ReadAllTextAsync(Path.Combine(_system.SimulatorsFolder, "paytm.ndjson")))
            .Select(match => match.Value).Distinct(StringComparer.Ordinal).Count();

    /// <summary>The cards that some document names and the vault does not keep, as both are at one moment.</summary>
    public async Task<IReadOnlyCollection<string>> NamedAndNotKeptAsync()
    {
        await using var command = _database.CreateCommand(
            """
            select card ->> 'token' from orleansstorage, jsonb_array_elements(convert_from(payloadbinary, 'UTF8')::jsonb -> 'cards') card
            where card ->> 'provider' is null and card ->> 'token' not in (select token from vault.cards)
            """);
        return await TextsAsync(command);
    }

    /// <summary>The documents with pending deletions.</summary>
    public async Task<long> PendingDeletionsAsync()
    {
        await using var command = _database.CreateCommand(
            """
            select count(*) from orleansstorage
            where convert_from(payloadbinary, 'UTF8')::jsonb -> 'departures' <> '[]'::jsonb
            """);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public void Dispose()
    {
        _juspay.Dispose();
        _database.Dispose();
    }

    private static async Task<List<string>> TextsAsync(NpgsqlCommand command)
    {
        await using var rows = await command.ExecuteReaderAsync();
        var texts = new List<string>();
        while (await rows.ReadAsync())
        {
            texts.Add(rows.GetString(0));
        }

        return texts;
    }

    [GeneratedRegex("\"revoked\":\"[^\"]+\"", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Revoked();
}
