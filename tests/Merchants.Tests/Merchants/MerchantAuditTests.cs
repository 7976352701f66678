using PaymentCluster.Grains.Abstractions.Audit;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Merchants.Tests.Merchants;

/// <summary>No change of a merchant's goes without its entry in the audit trail, wherever its process dies: intent,
/// document, outcome.</summary>
public sealed class MerchantAuditTests
{
    private static readonly PutMerchant Acme = new() { Name = "Acme", UpiCollectAllowed = false };

    private readonly DocumentStore _store = new();

    private IEnumerable<(string Action, AuditOutcome? Outcome)> Changes =>
        _store.Trail.Changes.Select(one => (one.Change.Action, one.Outcome));

    private string? Subject(int change) => _store.Trail.Changes[change].Change.Subject;

    [Fact]
    public async Task Every_change_has_an_entry_and_nothing_else_has()
    {
        await using var silo = await TestSilo.StartAsync(_store);
        var acme = silo.Merchant("acme");
        await acme.Put(Acme);
        await acme.Put(Acme);
        await acme.Put(Acme with { Name = " " });
        var key = (await acme.CreateKey(ApiKeyScope.Secret)).Value!;
        var next = (await acme.RotateKey(new RotateApiKey { KeyId = key.Id, Overlap = TimeSpan.FromHours(1) })).Value!;
        await acme.RotateKey(new RotateApiKey { KeyId = "key_none", Overlap = TimeSpan.Zero });
        await acme.RevokeKey(key.Id);
        await acme.RevokeKey(key.Id);
        await acme.PutCredentials(TestSilo.Provider, TestSilo.Credentials("s"));
        await acme.PutCredentials(TestSilo.Provider, TestSilo.Credentials("s"));
        await acme.DeleteCredentials(TestSilo.Provider);
        await acme.PutRouting(new() { Plan = new() });
        await acme.RotateOrderTokenKey(TimeSpan.FromMinutes(1));
        Assert.Equal(
            [
                ("merchant_saved", AuditOutcome.Done),
                ("key_created", AuditOutcome.Done),
                ("key_rotated", AuditOutcome.Done),
                ("key_revoked", AuditOutcome.Done),
                ("credentials_saved", AuditOutcome.Done),
                ("credentials_deleted", AuditOutcome.Done),
                ("routing_saved", AuditOutcome.Done),
                ("order_token_key_rotated", AuditOutcome.Done),
            ],
            Changes);
        Assert.Equal((key.Id, next.Id), (Subject(1), Subject(2)));
    }

    [Fact]
    public async Task Without_the_trail_nothing_is_changed_and_payments_still_read_their_merchant()
    {
        await using var silo = await TestSilo.StartAsync(_store);
        await silo.Merchant("acme").Put(Acme);
        var writes = _store.Writes;
        _store.Trail.IsUnavailable = true;
        await Assert.ThrowsAnyAsync<TimeoutException>(() => silo.Merchant("acme").CreateKey(ApiKeyScope.Secret));
        await Assert.ThrowsAnyAsync<TimeoutException>(() => silo.Merchant("acme").Put(Acme with { Name = "Other" }));
        Assert.Equal(writes, _store.Writes);
        Assert.Equal("Acme", (await silo.Merchant("acme").Settings())!.Name);
    }

    [Theory]
    [InlineData(false, AuditOutcome.Interrupted)]
    [InlineData(true, AuditOutcome.Done)]
    public async Task A_crash_between_intent_and_outcome_leaves_it_open_and_the_next_activation_closes_it(
        bool losesResponse, AuditOutcome outcome)
    {
        await using (var silo = await TestSilo.StartAsync(_store))
        {
            await silo.Merchant("acme").Put(Acme);
            (_store.BreaksAt, _store.LosesResponse) = (_store.Writes + 1, losesResponse);
            await Assert.ThrowsAnyAsync<Exception>(() => silo.Merchant("acme").Put(Acme with { Name = "Other" }));
            Assert.Null(_store.Trail.Changes[^1].Outcome);
        }

        await using var next = await TestSilo.StartAsync(_store);
        var settings = await next.Merchant("acme").Settings();
        Assert.Equal(losesResponse ? "Other" : "Acme", settings!.Name);
        Assert.Equal(("merchant_saved", outcome), Changes.Last());
    }

    [Fact]
    public async Task What_is_closed_as_interrupted_cannot_take_effect_any_more()
    {
        await using (var silo = await TestSilo.StartAsync(_store))
        {
            await silo.Merchant("acme").Put(Acme);
            // A process that is frozen between intent and write.
            await _store.Trail.BeginAsync("acme", AuditAction.MerchantSaved, null, null);
        }

        await using var next = await TestSilo.StartAsync(_store);
        var before = _store.Writes;
        await next.Merchant("acme").Settings();
        Assert.Equal(AuditOutcome.Interrupted, _store.Trail.Changes[^1].Outcome);
        Assert.Equal(before + 1, _store.Writes);
    }

    [Fact]
    public async Task An_outcome_that_was_lost_is_linked_by_the_next_command_or_the_keeper()
    {
        await using var silo = await TestSilo.StartAsync(_store);
        await silo.Merchant("acme").Put(Acme);
        _store.Trail.LosesOutcomes = true;
        Assert.Null((await silo.Merchant("acme").Put(Acme with { Name = "Two" })).Refusal);
        Assert.Null(_store.Trail.Changes[^1].Outcome);
        _store.Trail.LosesOutcomes = false;
        await silo.Merchant("acme").CloseChanges();
        Assert.All(Changes, change => Assert.Equal(AuditOutcome.Done, change.Outcome));
    }

    [Fact]
    public async Task A_revocation_that_was_begun_is_completed()
    {
        NewApiKey key;
        await using (var silo = await TestSilo.StartAsync(_store))
        {
            await silo.Merchant("acme").Put(Acme);
            key = (await silo.Merchant("acme").CreateKey(ApiKeyScope.Secret)).Value!;
            _store.BreaksAt = _store.Writes + 1;
            await Assert.ThrowsAnyAsync<Exception>(() => silo.Merchant("acme").RevokeKey(key.Id));
            Assert.NotNull(await silo.ResolveAsync(key.Key));
        }

        await using var next = await TestSilo.StartAsync(_store);
        await next.Merchant("acme").Settings();
        Assert.Null(await next.ResolveAsync(key.Key));
        Assert.Equal(("key_revoked", AuditOutcome.Done), Changes.Last());
    }

    [Fact]
    public async Task A_customer_that_is_erased_has_one_entry()
    {
        await using var silo = await TestSilo.StartAsync(_store);
        await silo.PutMerchantAsync("acme", "s");
        var customer = silo.Customer("acme", "c1");
        Assert.Equal(ErrorCode.CustomerNotFound, (await customer.Erase()).Refusal!.Code);
        await customer.Put(new() { Name = "Asha" });
        Assert.Null((await customer.Erase()).Refusal);
        await customer.Erase();
        var change = Assert.Single(
            _store.Trail.Changes, one => one.Change.Action == AuditNames.Of(AuditAction.CustomerErased));
        Assert.Equal(("c1", AuditOutcome.Done), (change.Change.Subject, change.Outcome));
    }
}
