using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Merchants.Tests.Merchants;

public sealed class MerchantGrainOnPostgreSqlTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task A_merchant_its_keys_and_credentials_survive_the_silo()
    {
        NewApiKey kept, revoked;
        MerchantView? before;
        await using (var silo = await TestSilo.StartAsync(store.Database))
        {
            await silo.PutMerchantAsync("survivor", "canary-secret");
            kept = (await silo.Merchant("survivor").CreateKey(ApiKeyScope.Secret)).Value!;
            revoked = (await silo.Merchant("survivor").CreateKey(ApiKeyScope.Publishable)).Value!;
            before = (await silo.Merchant("survivor").RevokeKey(revoked.Id)).Value;
        }

        await using var next = await TestSilo.StartAsync(store.Database);
        Assert.Equivalent(before, await next.Merchant("survivor").Get(), strict: true);
        Assert.Equal(kept.Id, (await next.ResolveAsync(kept.Key))!.KeyId);
        Assert.Null(await next.ResolveAsync(revoked.Key));
    }

    [Fact]
    public async Task The_database_holds_neither_a_key_nor_a_credential()
    {
        await using var silo = await TestSilo.StartAsync(store.Database);
        await silo.PutMerchantAsync("secretive", "canary-secret");
        var key = (await silo.Merchant("secretive").CreateKey(ApiKeyScope.Secret)).Value!;
        var everything = await store.Database.ScalarAsync<string>(
            "SELECT string_agg(grainidextensionstring || convert_from(payloadbinary, 'UTF8'), "
                + "' ') FROM orleansstorage");
        Assert.Contains("secretive", everything, StringComparison.Ordinal);
        Assert.DoesNotContain("canary-secret", everything, StringComparison.Ordinal);
        Assert.DoesNotContain(key.Key!.Reveal()["sk_test_".Length..], everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_silos_that_change_one_merchant_do_not_lose_a_key()
    {
        await using var one = await TestSilo.StartAsync(store.Database);
        await using var other = await TestSilo.StartAsync(store.Database);
        await one.PutMerchantAsync("shared", "s");
        Assert.NotNull(await other.Merchant("shared").Get());
        var first = (await one.Merchant("shared").CreateKey(ApiKeyScope.Secret)).Value!;

        // The other silo's activation read the merchant before; its write is refused, and the next one starts from what
        // is stored.
        await Assert.ThrowsAsync<Orleans.Storage.InconsistentStateException>(
            () => other.Merchant("shared").CreateKey(ApiKeyScope.Secret));
        var second = (await other.Merchant("shared").CreateKey(ApiKeyScope.Secret)).Value!;
        var listed = (await other.Merchant("shared").Get())!.Keys.Select(key => key.Id);
        Assert.Equal([first.Id, second.Id], listed);
    }
}
