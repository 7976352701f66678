using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Merchants.Tests.Merchants;

/// <summary>A key lives in two documents; whatever breaks between their writes, the promises of
/// <see cref="MerchantGrain"/> hold.</summary>
public sealed class ApiKeyCrashTests(SharedSilo shared) : IClassFixture<SharedSilo>
{
    private static readonly PutMerchant Acme = new() { Name = "Acme", UpiCollectAllowed = false };

    // Creating writes the merchant, the key and the merchant again; revoking the key and the merchant.
    public static TheoryData<int, bool> OfCreating => Moments(3);

    public static TheoryData<int, bool> OfRevoking => Moments(2);

    [Theory]
    [MemberData(nameof(OfCreating))]
    public async Task A_key_that_was_never_returned_is_listed_from_the_start_and_soon_opens_nothing(
        int write, bool losesResponse)
    {
        var store = new DocumentStore();
        await using (var silo = await TestSilo.StartAsync(store))
        {
            await silo.Merchant("acme").Put(Acme);
            (store.BreaksAt, store.LosesResponse) = (store.Writes + write, losesResponse);
            await AssertBreaksDownAsync(() => silo.Merchant("acme").CreateKey(ApiKeyScope.Secret));
        }

        AssertWhatOpensIsListed(store);
        await using var next = await TestSilo.StartAsync(store);
        await next.Merchant("acme").Settings();
        var handedOut = store.All<MerchantDocument>("merchant").Single().Keys.Any(key => key.HandedOut);
        // Only a lost response to the last write leaves a key that counts as handed out; it is listed, and can be
        // revoked.
        Assert.Equal(write == 3 && losesResponse, handedOut);
        Assert.Equal(handedOut, store.All<ApiKeyDocument>("api_key").Any(Opens));
        Assert.Equal(handedOut ? 1 : 0, (await next.Merchant("acme").Get())!.Keys.Length);

        var key = (await next.Merchant("acme").CreateKey(ApiKeyScope.Secret)).Value!;
        Assert.NotNull(await next.ResolveAsync(key.Key));
        AssertWhatOpensIsListed(store);
    }

    [Theory]
    [MemberData(nameof(OfCreating))]
    public async Task The_same_silo_goes_on_after_a_breakdown(int write, bool losesResponse)
    {
        var (store, silo, acme) = (shared.Store, shared.Silo, SharedSilo.NewMerchant("acme"));
        await silo.Merchant(acme).Put(Acme);
        (store.BreaksAt, store.LosesResponse) = (store.Writes + write, losesResponse);
        await AssertBreaksDownAsync(() => silo.Merchant(acme).CreateKey(ApiKeyScope.Secret));
        var key = (await silo.Merchant(acme).CreateKey(ApiKeyScope.Secret)).Value!;
        Assert.NotNull(await silo.ResolveAsync(key.Key));
        AssertWhatOpensIsListed(store);
    }

    [Theory]
    [MemberData(nameof(OfRevoking))]
    public async Task What_is_called_revoked_opens_nothing(int write, bool losesResponse)
    {
        var store = new DocumentStore();
        NewApiKey key;
        await using (var silo = await TestSilo.StartAsync(store))
        {
            await silo.Merchant("acme").Put(Acme);
            key = (await silo.Merchant("acme").CreateKey(ApiKeyScope.Secret)).Value!;
            (store.BreaksAt, store.LosesResponse) = (store.Writes + write, losesResponse);
            await AssertBreaksDownAsync(() => silo.Merchant("acme").RevokeKey(key.Id));
        }

        var listed = store.All<MerchantDocument>("merchant").Single().Keys.Single();
        var opens = store.All<ApiKeyDocument>("api_key").Any(Opens);
        Assert.False(listed.RevokedAt is not null && opens, "The key is called revoked and still opens its merchant.");

        await using var next = await TestSilo.StartAsync(store);
        var reply = await next.Merchant("acme").RevokeKey(key.Id);
        Assert.NotNull(Assert.Single(reply.Value!.Keys).RevokedAt);
        Assert.Null(await next.ResolveAsync(key.Key));
    }

    // Orleans wraps what a store throws.
    private static async Task AssertBreaksDownAsync(Func<Task> command)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(command);
        Assert.Contains("The store broke down", failure.ToString(), StringComparison.Ordinal);
    }

    private static bool Opens(ApiKeyDocument key) => key.Grant is not null && key.RevokedAt is null;

    private static void AssertWhatOpensIsListed(DocumentStore store)
    {
        var listed = store.All<MerchantDocument>("merchant").SelectMany(merchant => merchant.Keys)
            .Select(key => key.Id).ToHashSet();
        Assert.All(store.All<ApiKeyDocument>("api_key").Where(Opens), key => Assert.Contains(key.Grant!.KeyId, listed));
    }

    private static TheoryData<int, bool> Moments(int writes)
    {
        var moments = new TheoryData<int, bool>();
        for (var write = 1; write <= writes; write++)
        {
            moments.Add(write, false);
            moments.Add(write, true);
        }

        return moments;
    }
}
