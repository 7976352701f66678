using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Routing;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Merchants.Tests.Merchants;

public sealed class MerchantGrainTests(SharedSilo shared) : IClassFixture<SharedSilo>
{
    private static readonly PutMerchant Acme = new() { Name = "Acme", UpiCollectAllowed = false };

    private readonly string _acme = SharedSilo.NewMerchant("acme");
    private readonly string _other = SharedSilo.NewMerchant("other");
    private readonly int _writesBefore = shared.Store.Writes;
    private readonly DocumentStore _store = shared.Store;
    private readonly TestSilo _silo = shared.Silo;

    // Tests of a class run one after the other.
    private int Writes => _store.Writes - _writesBefore;

    [Fact]
    public async Task A_merchant_that_was_never_put_is_not_there()
    {
        var merchant = _silo.Merchant("nobody");
        Assert.Null(await merchant.Get());
        Assert.Null(await merchant.Settings());
        Assert.Equal(ErrorCode.MerchantNotFound, (await merchant.CreateKey(ApiKeyScope.Secret)).Refusal?.Code);
        Assert.Equal(ErrorCode.MerchantNotFound, (await merchant.RevokeKey("key_1")).Refusal?.Code);
        Assert.Equal(
            ErrorCode.MerchantNotFound,
            (await merchant.PutCredentials("testpay", TestSilo.Credentials("s"))).Refusal?.Code);
        Assert.Equal(0, Writes);
    }

    [Fact]
    public async Task Put_creates_and_changes()
    {
        var created = await _silo.Merchant(_acme).Put(Acme);
        Assert.Equal("Acme", created.Value?.Name);
        var changed = await _silo.Merchant(_acme).Put(
            new PutMerchant { Name = "Acme & Sons", UpiCollectAllowed = true });
        Assert.Equal("Acme & Sons", changed.Value?.Name);
        Assert.True((await _silo.Merchant(_acme).Settings())!.UpiCollectAllowed);
    }

    [Fact]
    public async Task Putting_the_same_again_writes_nothing()
    {
        await _silo.Merchant(_acme).Put(Acme);
        await _silo.Merchant(_acme).Put(Acme);
        Assert.Equal(1, Writes);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("1acme")]
    [InlineData("Acme")]
    [InlineData("ac/me")]
    [InlineData("ac.me")]
    [InlineData("a23456789012345678901234567890x")]
    public async Task An_id_out_of_form_is_refused_by_its_name(string id)
    {
        var reply = await _silo.Merchant(id).Put(Acme);
        Assert.Equal((ErrorCode.InvalidField, "merchant"), (reply.Refusal!.Code, reply.Refusal.Field));
        Assert.Equal(0, Writes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("a\nb")]
    public async Task A_name_out_of_form_is_refused_by_its_name(string name)
    {
        var reply = await _silo.Merchant(_acme).Put(Acme with { Name = name });
        Assert.Equal((ErrorCode.InvalidField, "name"), (reply.Refusal!.Code, reply.Refusal.Field));
        Assert.Equal(0, Writes);
    }

    [Fact]
    public async Task A_key_opens_its_merchant_and_is_stored_nowhere()
    {
        await _silo.Merchant(_acme).Put(Acme);
        var key = (await _silo.Merchant(_acme).CreateKey(ApiKeyScope.Publishable)).Value!;
        var grant = await _silo.ResolveAsync(key.Key);
        Assert.Equal(new ApiKeyGrant { Merchant = _acme, KeyId = key.Id, Scope = ApiKeyScope.Publishable }, grant);
        Assert.DoesNotContain(key.Key!.Reveal(), _store.Text(), StringComparison.Ordinal);
        Assert.DoesNotContain(key.Key!.Reveal()["pk_test_".Length..], _store.Text(), StringComparison.Ordinal);
        var listed = Assert.Single((await _silo.Merchant(_acme).Get())!.Keys);
        Assert.Equal((key.Id, ApiKeyScope.Publishable, null), (listed.Id, listed.Scope, listed.RevokedAt));
    }

    [Fact]
    public async Task A_guessed_key_opens_nothing_and_leaves_nothing()
    {
        Assert.Null(await _silo.ResolveAsync(new Secret("sk_test_00000000000000000000000000000000")));
        Assert.Equal(0, Writes);
    }

    [Fact]
    public async Task A_revoked_key_opens_nothing_and_stays_listed()
    {
        await _silo.Merchant(_acme).Put(Acme);
        var first = (await _silo.Merchant(_acme).CreateKey(ApiKeyScope.Secret)).Value!;
        var second = (await _silo.Merchant(_acme).CreateKey(ApiKeyScope.Secret)).Value!;
        var reply = await _silo.Merchant(_acme).RevokeKey(first.Id);
        Assert.NotNull(reply.Value!.Keys.Single(key => key.Id == first.Id).RevokedAt);
        Assert.Null(await _silo.ResolveAsync(first.Key));
        Assert.NotNull(await _silo.ResolveAsync(second.Key));

        var revokedAt = reply.Value.Keys.Single(key => key.Id == first.Id).RevokedAt;
        var again = await _silo.Merchant(_acme).RevokeKey(first.Id);
        Assert.Equal(revokedAt, again.Value!.Keys.Single(key => key.Id == first.Id).RevokedAt);
    }

    [Fact]
    public async Task Another_merchants_key_cannot_be_revoked()
    {
        await _silo.Merchant(_acme).Put(Acme);
        await _silo.Merchant(_other).Put(Acme);
        var key = (await _silo.Merchant(_acme).CreateKey(ApiKeyScope.Secret)).Value!;
        Assert.Equal(ErrorCode.ApiKeyNotFound, (await _silo.Merchant(_other).RevokeKey(key.Id)).Refusal?.Code);
        Assert.NotNull(await _silo.ResolveAsync(key.Key));
    }

    [Fact]
    public async Task A_revoked_key_cannot_be_granted_again()
    {
        await _silo.Merchant(_acme).Put(Acme);
        var key = (await _silo.Merchant(_acme).CreateKey(ApiKeyScope.Secret)).Value!;
        var grant = await _silo.ResolveAsync(key.Key);
        await _silo.Merchant(_acme).RevokeKey(key.Id);
        var grain = _silo.Grains.GetGrain<IApiKeyGrain>(ApiKeyFormat.GrainKey(ApiKeyFormat.Hash(key.Key!.Reveal())));
        await Assert.ThrowsAsync<InvalidOperationException>(() => grain.Grant(grant!));
        Assert.Null(await grain.Resolve());
    }

    [Fact]
    public async Task Too_many_working_keys_are_refused_until_one_is_revoked()
    {
        await _silo.Merchant(_acme).Put(Acme);
        NewApiKey? last = null;
        for (var i = 0; i < MerchantDecider.MaxWorkingKeys; i++)
        {
            last = (await _silo.Merchant(_acme).CreateKey(ApiKeyScope.Secret)).Value!;
        }

        Assert.Equal(
            ErrorCode.LimitReached, (await _silo.Merchant(_acme).CreateKey(ApiKeyScope.Secret)).Refusal?.Code);
        await _silo.Merchant(_acme).RevokeKey(last!.Id);
        Assert.Null((await _silo.Merchant(_acme).CreateKey(ApiKeyScope.Secret)).Refusal);
    }

    [Fact]
    public async Task Credentials_are_stored_sealed_and_shown_by_name_alone()
    {
        await _silo.PutMerchantAsync(_acme, "canary-secret");
        var provider = Assert.Single((await _silo.Merchant(_acme).Get())!.Providers);
        Assert.Equal("testpay", provider.Provider);
        Assert.Equal<IEnumerable<string>>(["key_id", "key_secret", "webhook_secret"], provider.Credentials);
        Assert.DoesNotContain("canary-secret", _store.Text(), StringComparison.Ordinal);
        var settings = (await _silo.Merchant(_acme).Settings())!;
        Assert.Equal("k1", settings.Providers["testpay"].KeyId);
    }

    [Fact]
    public async Task Credentials_need_exactly_what_the_connector_names()
    {
        await _silo.Merchant(_acme).Put(Acme);
        var merchant = _silo.Merchant(_acme);
        var all = TestSilo.Credentials("s");
        await AssertRefusedAsync(merchant, "nopay", all, ErrorCode.InvalidField, "provider");
        await AssertRefusedAsync(merchant, "testpay", all.Remove("key_secret"), ErrorCode.MissingField, "key_secret");
        await AssertRefusedAsync(
            merchant, "testpay", all.Add("extra", new Secret("x")), ErrorCode.UnknownField, "extra");
        await AssertRefusedAsync(
            merchant, "testpay", all.SetItem("key_id", new Secret("")), ErrorCode.InvalidField, "key_id");
        await AssertRefusedAsync(
            merchant, "testpay", all.SetItem("key_id", new Secret("x ")), ErrorCode.InvalidField, "key_id");
        Assert.Empty((await merchant.Get())!.Providers);
    }

    [Fact]
    public async Task New_credentials_keep_their_predecessors_for_webhooks_and_the_same_again_change_nothing()
    {
        await _silo.PutMerchantAsync(_acme, "first");
        Assert.Null(Assert.Single((await _silo.Merchant(_acme).Get())!.Providers).PreviousUntil);
        await _silo.Merchant(_acme).PutCredentials("testpay", TestSilo.Credentials("second"));
        var writes = Writes;
        var view = (await _silo.Merchant(_acme).PutCredentials("testpay", TestSilo.Credentials("second"))).Value!;
        Assert.Equal(writes, Writes);
        var provider = Assert.Single(view.Providers);
        Assert.Equal(
            provider.UpdatedAt + TimeSpan.FromHours(24), provider.PreviousUntil!.Value, TimeSpan.FromSeconds(1));

        var profile = await Directory.GetAsync(_acme);
        Assert.Equal("second", profile!.Open("testpay")["webhook_secret"].Reveal());
        Assert.Equal(["second", "first"], WebhookSecrets(profile, provider.UpdatedAt));
        Assert.Equal(["second"], WebhookSecrets(profile, provider.PreviousUntil.Value));
    }

    [Fact]
    public async Task An_earlier_account_is_opened_for_its_own_payments_and_webhooks()
    {
        await _silo.PutMerchantAsync(_acme, "first");
        var first = Assert.Single((await _silo.Merchant(_acme).Get())!.Providers).Account;
        var view = (await _silo.Merchant(_acme).PutCredentials("testpay", TestSilo.OtherAccount("second"))).Value!;
        var provider = Assert.Single(view.Providers);
        Assert.NotEqual(first, provider.Account);
        Assert.Equal(first, Assert.Single(provider.EarlierAccounts).Account);

        var profile = (await Directory.GetAsync(_acme))!;
        Assert.Equal(provider.Account, profile.AccountOf("testpay"));
        Assert.Equal("first", SecretOf(profile, first));
        Assert.Equal("second", SecretOf(profile, provider.Account));
        // Before attempts named their account there was one.
        Assert.Equal("first", SecretOf(profile, null));
        Assert.Null(profile.Open(new ProviderAccount(_acme, "testpay", "another")));
        Assert.Equal(["second", "first"], WebhookSecrets(profile, provider.PreviousUntil!.Value));
    }

    private string? SecretOf(MerchantProfile profile, string? account) =>
        profile.Open(new ProviderAccount(_acme, "testpay", account))?["webhook_secret"].Reveal();

    private static string[] WebhookSecrets(MerchantProfile profile, DateTimeOffset now) =>
    [
        .. profile.WebhookCredentials("testpay", now)
            .Select(one => one.Credentials["webhook_secret"].Reveal()).Distinct(),
    ];

    [Fact]
    public async Task Deleted_credentials_are_gone_with_their_predecessors()
    {
        await _silo.PutMerchantAsync(_acme, "first");
        await _silo.Merchant(_acme).PutCredentials("testpay", TestSilo.Credentials("second"));
        Assert.Empty((await _silo.Merchant(_acme).DeleteCredentials("testpay")).Value!.Providers);
        Assert.Empty((await Directory.GetAsync(_acme))!.Providers);
        Assert.DoesNotContain("sealed", _store.Text(_acme), StringComparison.Ordinal);
        Assert.Null((await _silo.Merchant(_acme).DeleteCredentials("testpay")).Refusal);
    }

    [Fact]
    public async Task Routing_is_kept_counted_and_known_to_payments()
    {
        await _silo.PutMerchantAsync(_acme, "s");
        Assert.Equal(
            (0, null), await _silo.Merchant(_acme).Routing() is { } none ? (none.Version, none.UpdatedAt) : default);
        Assert.Null((await Directory.GetAsync(_acme))!.Routing);
        var plan = new RoutingPlan { DefaultOrder = ["testpay", "otherpay"], Off = ["otherpay"] };
        Assert.Equal(1, (await _silo.Merchant(_acme).PutRouting(new PutRouting { Plan = plan })).Value?.Version);
        Assert.Equal("testpay otherpay", string.Join(' ', (await Directory.GetAsync(_acme))!.Routing!.DefaultOrder));
        var second = await _silo.Merchant(_acme).PutRouting(new PutRouting { Plan = new(), IfVersion = 1 });
        Assert.Equal(2, second.Value?.Version);
        await using var next = await TestSilo.StartAsync(_store);
        Assert.Equal(2, (await next.Merchant(_acme).Routing())?.Version);
    }

    [Fact]
    public async Task Routing_that_was_changed_meanwhile_or_is_wrong_is_not_set()
    {
        await _silo.Merchant(_acme).Put(Acme);
        await _silo.Merchant(_acme).PutRouting(new PutRouting { Plan = new() });
        var writes = Writes;
        var late = await _silo.Merchant(_acme).PutRouting(new PutRouting { Plan = new(), IfVersion = 0 });
        Assert.Equal(ErrorCode.VersionConflict, late.Refusal?.Code);
        var wrong = await _silo.Merchant(_acme).PutRouting(new PutRouting { Plan = new() { Off = ["nopay"] } });
        Assert.Equal((ErrorCode.InvalidField, "off[0]"), (wrong.Refusal?.Code, wrong.Refusal?.Field));
        Assert.Equal(writes, Writes);
        Assert.Equal(
            ErrorCode.MerchantNotFound,
            (await _silo.Merchant("nobody").PutRouting(new PutRouting { Plan = new() })).Refusal?.Code);
        Assert.Null(await _silo.Merchant("nobody").Routing());
    }

    [Fact]
    public async Task Everything_is_there_again_after_a_restart()
    {
        await _silo.PutMerchantAsync(_acme, "s");
        var kept = (await _silo.Merchant(_acme).CreateKey(ApiKeyScope.Secret)).Value!;
        var revoked = (await _silo.Merchant(_acme).CreateKey(ApiKeyScope.Secret)).Value!;
        await _silo.Merchant(_acme).RevokeKey(revoked.Id);
        var before = await _silo.Merchant(_acme).Get();

        await using var next = await TestSilo.StartAsync(_store);
        var after = await next.Merchant(_acme).Get();
        Assert.Equivalent(before, after, strict: true);
        Assert.NotNull(await next.ResolveAsync(kept.Key));
        Assert.Null(await next.ResolveAsync(revoked.Key));
    }

    private MerchantDirectory Directory => _silo.Services.GetRequiredService<MerchantDirectory>();

    private static async Task AssertRefusedAsync(
        IMerchantGrain merchant,
        string provider,
        ImmutableDictionary<string, Secret> values,
        ErrorCode code,
        string field)
    {
        var refusal = (await merchant.PutCredentials(provider, values)).Refusal;
        Assert.Equal((code, field), (refusal!.Code, refusal.Field));
    }
}
