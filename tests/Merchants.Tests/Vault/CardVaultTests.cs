using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Abstractions.Vault;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Vault;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Merchants.Tests.Vault;

public sealed class CardVaultTests(StoreFixture store) : IClassFixture<StoreFixture>, IAsyncLifetime
{
    private const string Canary = "4111111111111111";

    private static int s_tokens;

    private static readonly VaultKeySource Old = new() { Text = new Secret(TestSilo.Key(1)) };
    private static readonly VaultKeySource New = new() { Text = new Secret(TestSilo.Key(2)) };

    public async Task InitializeAsync() =>
        await store.Database.ExecuteAsync("delete from vault.cards; delete from vault.keys");

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_card_returns_as_it_was_saved_and_its_merchant_alone_can_open_it()
    {
        await using var vault = Open();
        var token = await vault.Cards.SaveAsync("acme", "asha", NewToken(), Card());
        var card = (await vault.Cards.OpenAsync("acme", token))!;
        Assert.Equal(
            (Canary, 12, 2030, "A Customer"),
            (card.Number.Reveal(), card.ExpiryMonth, card.ExpiryYear, card.HolderName));
        Assert.Null(await vault.Cards.OpenAsync("other", token));
        await vault.Cards.DeleteAsync("other", token);
        Assert.NotNull(await vault.Cards.OpenAsync("acme", token));
        await vault.Cards.DeleteAsync("acme", token);
        Assert.Null(await vault.Cards.OpenAsync("acme", token));
    }

    [Fact]
    public async Task The_same_card_has_one_token_per_customer_however_often_it_is_saved_at_once()
    {
        await using var vault = Open();
        var tokens = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ =>
            vault.Cards.SaveAsync("acme", "asha", NewToken(), Card())));
        Assert.Single(tokens.Distinct());
        Assert.NotEqual(tokens[0], await vault.Cards.SaveAsync("acme", "bala", NewToken(), Card()));
        Assert.NotEqual(tokens[0], await vault.Cards.SaveAsync("other", "asha", NewToken(), Card()));
        Assert.Equal(tokens[0], await vault.Cards.SaveAsync("acme", "asha", NewToken(), Card(year: 2031)));
        Assert.Equal(2031, (await vault.Cards.OpenAsync("acme", tokens[0]))!.ExpiryYear);
        await vault.Cards.DeleteCustomerAsync("acme", "asha");
        Assert.Equal(2, (await vault.Rotation.StatusAsync()).Cards);
    }

    [Fact]
    public async Task Rows_that_are_swapped_between_merchants_or_tokens_do_not_open()
    {
        await using var vault = Open();
        var acme = await vault.Cards.SaveAsync("acme", "asha", NewToken(), Card());
        var second = await vault.Cards.SaveAsync("acme", "asha", NewToken(), Card("4012888888881881"));
        var other = await vault.Cards.SaveAsync("other", "asha", NewToken(), Card("5555555555554444"));
        await store.Database.ExecuteAsync(
            $"""
            update vault.cards c set sealed = o.sealed from vault.cards o
            where (c.token, o.token) in (('{acme}', '{second}'), ('{second}', '{acme}'), ('{other}', '{acme}'))
            """);
        await Assert.ThrowsAsync<VaultUnreadableException>(() => vault.Cards.OpenAsync("acme", acme));
        await Assert.ThrowsAsync<VaultUnreadableException>(() => vault.Cards.OpenAsync("acme", second));
        await Assert.ThrowsAsync<VaultUnreadableException>(() => vault.Cards.OpenAsync("other", other));
    }

    [Fact]
    public async Task A_key_that_is_moved_to_another_merchant_does_not_open()
    {
        await using var vault = Open();
        await vault.Cards.SaveAsync("acme", "asha", NewToken(), Card());
        var other = await vault.Cards.SaveAsync("other", "asha", NewToken(), Card());
        await store.Database.ExecuteAsync(
            "update vault.keys k set wrapped = o.wrapped from vault.keys o where k.merchant_id = 'other' "
                + "and o.merchant_id = 'acme' and k.purpose = o.purpose");
        var failure = await Assert.ThrowsAsync<VaultUnreadableException>(() => vault.Cards.OpenAsync("other", other));
        Assert.DoesNotContain(Canary, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_table_holds_a_number_and_no_two_boxes_share_a_nonce()
    {
        await using var vault = Open();
        for (var customer = 0; customer < 20; customer++)
        {
            await vault.Cards.SaveAsync("acme", $"c{customer}", NewToken(), Card());
        }

        var everything = await store.Database.ScalarAsync<byte[]>(
            "select convert_to(string_agg(c::text, ' '), 'UTF8') || string_agg(sealed, '') || string_agg(fingerprint, "
                + "'') from vault.cards c");
        Assert.DoesNotContain(Canary, Encoding.Latin1.GetString(everything), StringComparison.Ordinal);
        Assert.Equal(
            20,
            await store.Database.ScalarAsync<long>("select count(distinct substr(sealed, 1, 12)) from vault.cards"));
        Assert.Equal(1, await store.Database.ScalarAsync<long>("select count(distinct fingerprint) from vault.cards"));
        await vault.Cards.SaveAsync("other", "c0", NewToken(), Card());
        Assert.Equal(2, await store.Database.ScalarAsync<long>("select count(distinct fingerprint) from vault.cards"));
    }

    [Fact]
    public async Task Keys_rotate_while_cards_are_saved_and_opened_and_the_old_ones_are_destroyed()
    {
        string[] tokens;
        await using (var before = Open())
        {
            tokens = [.. await Task.WhenAll(Enumerable.Range(0, 150).Select(number =>
                before.Cards.SaveAsync("acme", $"c{number}", NewToken(), Card())))];
        }

        // The new master key is everywhere before it is the current one.
        await using var vault = Open("k2", New, ("k1", Old));
        var status = await vault.Rotation.StatusAsync();
        Assert.Equal((150, 0, 2, 2), (status.Cards, status.OutdatedCards, status.Keys, status.OutdatedKeys));
        await vault.Rotation.BeginAsync();
        Assert.Equal(150, (await vault.Rotation.StatusAsync()).OutdatedCards);

        using var over = new CancellationTokenSource();
        var traffic = Enumerable.Range(0, 4).Select(worker => TrafficAsync(vault, tokens, worker, over.Token)).ToList();
        var steps = 0;
        // Two concurrent calls, as if an operator had repeated one.
        while ((await Task.WhenAll(vault.Rotation.StepAsync(), vault.Rotation.StepAsync())).Any(more => more))
        {
            Assert.True(++steps < 100, "The rotation does not come to an end.");
        }

        await over.CancelAsync();
        var done = (await Task.WhenAll(traffic)).Sum();
        Assert.True(done > 0, "Nothing was saved or opened meanwhile.");
        status = await vault.Rotation.StatusAsync();
        Assert.Equal((0, 0, 2), (status.OutdatedCards, status.OutdatedKeys, status.Keys));

        // Without the old master key everything still opens.
        await using var after = Open("k2", New);
        foreach (var token in tokens)
        {
            Assert.Equal(Canary, (await after.Cards.OpenAsync("acme", token))!.Number.Reveal());
        }

        Assert.Equal(tokens[7], await after.Cards.SaveAsync("acme", "c7", NewToken(), Card()));
    }

    [Fact]
    public async Task A_rotation_that_was_interrupted_goes_on_where_it_was()
    {
        await using (var vault = Open())
        {
            await Task.WhenAll(Enumerable.Range(0, 120).Select(number =>
                vault.Cards.SaveAsync("acme", $"c{number}", NewToken(), Card())));
            await vault.Rotation.BeginAsync();
            Assert.True(await vault.Rotation.StepAsync());
            Assert.Equal(20, (await vault.Rotation.StatusAsync()).OutdatedCards);
        }

        await using var next = Open();
        Assert.True(await next.Rotation.StepAsync());
        Assert.False(await next.Rotation.StepAsync());
        Assert.Equal(0, (await next.Rotation.StatusAsync()).OutdatedCards);
    }

    [Fact]
    public async Task The_applications_role_sees_nothing_and_the_vaults_role_sees_nothing_else()
    {
        await using var vault = Open();
        await vault.Cards.SaveAsync("acme", "asha", NewToken(), Card());
        foreach (var table in (string[])["cards", "keys"])
        {
            Assert.Equal(
                "42501", await RefusalAsync(store.Database.AppConnectionString, $"select * from vault.{table}"));
            Assert.Equal("42501", await RefusalAsync(store.Database.AppConnectionString, $"delete from vault.{table}"));
        }

        Assert.Equal("42501", await RefusalAsync(store.Database.AppConnectionString, "set role paymentcluster_vault"));
        Assert.Equal("42501", await RefusalAsync(store.Database.VaultConnectionString, "select * from payments"));
        Assert.Equal("42501", await RefusalAsync(store.Database.VaultConnectionString, "select * from orleansstorage"));
        Assert.Equal("42501", await RefusalAsync(store.Database.VaultConnectionString, "truncate vault.cards"));
        Assert.Equal(
            "42501", await RefusalAsync(store.Database.VaultConnectionString, "create table vault.more (id int)"));
    }

    [Fact]
    public async Task The_operators_calls_say_what_is_left_and_nothing_of_cards()
    {
        await using var silo = await TestSilo.StartAsync(store.Database);
        var vault = silo.Services.GetRequiredService<ICardVault>();
        await vault.SaveAsync("acme", "asha", NewToken(), Card());
        var grain = silo.Grains.GetGrain<IVaultGrain>(IVaultGrain.Key);
        Assert.Equal((1, 0), ((await grain.Status()).Value!.Cards, (await grain.Status()).Value!.OutdatedCards));
        var after = (await grain.Rotate(newKeys: true)).Value!;
        Assert.Equal((1, 0, 2), (after.Cards, after.OutdatedCards, after.Keys));

        await using var without = await TestSilo.StartAsync(new DocumentStore());
        Assert.Equal(
            ErrorCode.NotFound, (await without.Grains.GetGrain<IVaultGrain>(IVaultGrain.Key).Status()).Refusal!.Code);
        Assert.False(without.Services.GetRequiredService<ICardVault>().IsOpen);
    }

    private static async Task<int> TrafficAsync(OpenVault vault, string[] tokens, int worker, CancellationToken over)
    {
        var done = 0;
        while (!over.IsCancellationRequested)
        {
            var token = tokens[(done * 7 + worker) % tokens.Length];
            Assert.Equal(Canary, (await vault.Cards.OpenAsync("acme", token))!.Number.Reveal());
            var saved = await vault.Cards.SaveAsync("acme", $"new{worker}-{done % 5}", NewToken(), Card());
            Assert.NotNull(await vault.Cards.OpenAsync("acme", saved));
            done++;
        }

        return done;
    }

    private OpenVault Open(
        string keyId = "k1", VaultKeySource? key = null, params (string Id, VaultKeySource Key)[] previous)
    {
        var options = new VaultOptions { KeyId = keyId, MasterKey = key ?? Old };
        foreach (var (id, source) in previous)
        {
            options.PreviousKeys = options.PreviousKeys.Add(id, source);
        }

        Assert.True(MasterKeys.TryLoad(options, out var masters, out var problem), problem);
        var database = new VaultDatabase(store.Database.VaultConnectionString);
        var cipher = new VaultCipher(masters, new SystemSecretSource());
        var cards = new CardVault(database, cipher, new SystemSecretSource());
        return new OpenVault(database, cards, new VaultRotation(database, cards, cipher));
    }

    private static string NewToken() => $"card_{Interlocked.Increment(ref s_tokens):000000}";

    private static VaultCard Card(string number = Canary, int year = 2030)
    {
        Assert.True(CardNumber.TryParse(number, out var parsed));
        return new VaultCard { Number = parsed, ExpiryMonth = 12, ExpiryYear = year, HolderName = "A Customer" };
    }

    private static async Task<string?> RefusalAsync(string login, string sql)
    {
        await using var connection = new NpgsqlConnection(login + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync())).SqlState;
    }

    private sealed record OpenVault(VaultDatabase Database, CardVault Cards, VaultRotation Rotation) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Database.DisposeAsync();
    }
}
