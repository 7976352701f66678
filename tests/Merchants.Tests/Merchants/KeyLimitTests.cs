using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Merchants.Tests.Merchants;

/// <summary>Until when and from where API keys work, and when they were used, in the two documents of each.</summary>
public sealed class KeyLimitTests
{
    private readonly DocumentStore _store = new();

    public static TheoryData<int, bool> OfReplacing
    {
        get
        {
            // The merchant, the new key, the merchant, the replaced key, the merchant.
            var moments = new TheoryData<int, bool>();
            for (var write = 1; write <= 5; write++)
            {
                moments.Add(write, false);
                moments.Add(write, true);
            }

            return moments;
        }
    }

    [Fact]
    public async Task A_use_is_noted_once_an_hour_and_never_in_the_way_of_a_key()
    {
        await using var silo = await TestSilo.StartAsync(_store);
        var key = await NewKeyAsync(silo);
        Assert.Null(Assert.Single((await silo.Merchant("acme").Get())!.Keys).LastUsedAt);
        var writes = _store.Writes;
        for (var use = 0; use < 3; use++)
        {
            await UseAsync(silo, key);
        }

        Assert.Equal(writes + 1, _store.Writes);
        var used = Assert.Single((await silo.Merchant("acme").Get())!.Keys).LastUsedAt;
        Assert.Equal(0, used!.Value.Ticks % TimeSpan.TicksPerHour);
        Assert.Equal(used, (await silo.Key(key.Key).LookUp())!.LastUsedAt);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_use_that_cannot_be_noted_is_not_tried_again_in_its_hour_and_the_key_is_still_revoked(
        bool losesResponse)
    {
        await using var silo = await TestSilo.StartAsync(_store);
        var key = await NewKeyAsync(silo);
        (_store.BreaksAt, _store.LosesResponse) = (_store.Writes + 1, losesResponse);
        var writes = _store.Writes;
        await UseAsync(silo, key);
        await UseAsync(silo, key);
        Assert.Equal(writes + 1, _store.Writes);
        Assert.NotNull(await silo.ResolveAsync(key.Key));
        Assert.Null((await silo.Merchant("acme").RevokeKey(key.Id)).Refusal);
        Assert.Null(await silo.ResolveAsync(key.Key));
    }

    [Theory]
    [MemberData(nameof(OfReplacing))]
    public async Task A_replacement_that_breaks_down_leaves_a_key_that_works_and_one_end_for_the_old_one(
        int write, bool losesResponse)
    {
        NewApiKey old;
        await using (var silo = await TestSilo.StartAsync(_store))
        {
            old = await NewKeyAsync(silo);
            (_store.BreaksAt, _store.LosesResponse) = (_store.Writes + write, losesResponse);
            await Assert.ThrowsAnyAsync<Exception>(() => RotateAsync(silo, old, TimeSpan.FromDays(1)));
        }

        await using var next = await TestSilo.StartAsync(_store);
        await next.Merchant("acme").Settings();
        var listed = _store.All<MerchantDocument>("merchant").Single().Keys.Single(key => key.Id == old.Id);
        var own = _store.All<ApiKeyDocument>("api_key").Single(key => key.Grant?.KeyId == old.Id);
        Assert.Equal(write > 3 || (write == 3 && losesResponse), listed.ReplacedBy is not null);
        Assert.Equal(listed.Limits, own.Grant!.Limits);
        Assert.False(listed.IsLimitPending);
        Assert.NotNull(await next.ResolveAsync(old.Key));
        var again = (await RotateAsync(next, old, TimeSpan.FromHours(1))).Value!;
        Assert.NotNull(await next.ResolveAsync(again.Key));
    }

    [Fact]
    public async Task A_replaced_key_ends_after_the_overlap_and_never_later_than_it_would_have()
    {
        await using var silo = await TestSilo.StartAsync(_store);
        await NewKeyAsync(silo);
        var first = (await silo.Merchant("acme").CreateKey(new CreateApiKey
        {
            Scope = ApiKeyScope.Publishable, ExpiresIn = TimeSpan.FromHours(1), Networks = ["203.0.113.0/24"],
        })).Value!;
        var second = (await RotateAsync(silo, first, TimeSpan.FromDays(1))).Value!;
        Assert.Equal(first.ExpiresAt, second.ReplacedExpiresAt);
        Assert.Equal((ApiKeyScope.Publishable, null), (second.Scope, second.ExpiresAt));
        var grant = await silo.ResolveAsync(second.Key);
        Assert.Equal(ApiKeyScope.Publishable, grant!.Scope);
        Assert.Equal(new ApiKeyLimits { Networks = ["203.0.113.0/24"] }, grant.Limits);

        var third = (await RotateAsync(silo, second, TimeSpan.Zero)).Value!;
        var ended = await silo.ResolveAsync(second.Key);
        Assert.Equal(third.ReplacedExpiresAt, ended!.Limits!.ExpiresAt);
        Assert.Equal(ErrorCode.ApiKeyNotFound, (await RotateAsync(silo, second, TimeSpan.Zero)).Refusal?.Code);
        // It is not called revoked: no caller did that.
        var keys = (await silo.Merchant("acme").Get())!.Keys;
        Assert.All(keys, key => Assert.Null(key.RevokedAt));
        Assert.Equal(third.Id, keys.Single(key => key.Id == second.Id).ReplacedBy);
    }

    [Fact]
    public async Task Keys_that_have_expired_do_not_count_against_the_number_that_works()
    {
        await using var silo = await TestSilo.StartAsync(_store);
        var last = await NewKeyAsync(silo);
        for (var i = 0; i < MerchantDecider.MaxListedKeys + 1; i++)
        {
            last = (await RotateAsync(silo, last, TimeSpan.Zero)).Value!;
        }

        var listed = (await silo.Merchant("acme").Get())!.Keys;
        Assert.Equal(MerchantDecider.MaxListedKeys, listed.Length);
        Assert.Equal(last.Id, listed[^1].Id);
        Assert.NotNull(await silo.ResolveAsync(last.Key));
    }

    [Fact]
    public async Task Gateways_that_check_no_limits_get_no_key_that_has_some()
    {
        await using var silo = await TestSilo.StartAsync(_store);
        var free = await NewKeyAsync(silo);
        Task<Reply<NewApiKey>> CreateAsync(CreateApiKey command) => silo.Merchant("acme").CreateKey(command);
        var lasting = (await CreateAsync(new()
        {
            Scope = ApiKeyScope.Secret, ExpiresIn = TimeSpan.FromHours(1),
        })).Value!;
        var bound = (await CreateAsync(new() { Scope = ApiKeyScope.Secret, Networks = ["::/0"] })).Value!;
        await RotateAsync(silo, free, TimeSpan.Zero);
        Assert.NotNull(await silo.Key(lasting.Key).Resolve());
        Assert.Null(await silo.Key(bound.Key).Resolve());
        Assert.Null(await silo.Key(free.Key).Resolve());
    }

    [Theory]
    [InlineData("203.0.113.0/24", "203.0.113.0/24")]
    [InlineData("203.0.113.7/32", "203.0.113.7/32")]
    [InlineData("2001:DB8:0:0::/32", "2001:db8::/32")]
    [InlineData("::ffff:203.0.113.0/120", "203.0.113.0/24")]
    [InlineData("203.0.113.9/24", null)]
    [InlineData("203.0.113.0", null)]
    [InlineData("203.0.113.0/33", null)]
    [InlineData("010.0.0.0/8", null)]
    [InlineData("10/8", null)]
    [InlineData("0x0a.0.0.0/8", null)]
    [InlineData("2001:db8::1/64", null)]
    [InlineData("fe80::%eth0/64", null)]
    [InlineData("[2001:db8::]/32", null)]
    [InlineData("shop.example/24", null)]
    [InlineData("", null)]
    public void Networks_are_stored_in_one_spelling_or_refused_by_their_name(string network, string? stored)
    {
        var refusal = ApiKeyNetworks.Check([network]);
        Assert.Equal(
            stored is null ? (ErrorCode.InvalidField, "networks") : (null, null), (refusal?.Code, refusal?.Field));
        if (stored is not null)
        {
            Assert.Equal<IEnumerable<string>>([stored], ApiKeyNetworks.Normalise([network, stored]));
        }
    }

    // A call that the note is before, and that changes nothing.
    private static async Task UseAsync(TestSilo silo, NewApiKey key)
    {
        var grain = silo.Key(key.Key);
        await grain.NoteUse();
        await grain.Grant((await silo.ResolveAsync(key.Key))!);
    }

    private static Task<Reply<NewApiKey>> RotateAsync(TestSilo silo, NewApiKey key, TimeSpan overlap) =>
        silo.Merchant("acme").RotateKey(new RotateApiKey { KeyId = key.Id, Overlap = overlap });

    private static async Task<NewApiKey> NewKeyAsync(TestSilo silo)
    {
        await silo.Merchant("acme").Put(new PutMerchant { Name = "Acme", UpiCollectAllowed = false });
        return (await silo.Merchant("acme").CreateKey(ApiKeyScope.Secret)).Value!;
    }
}
