using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Routing;
using PaymentCluster.Grains.Idempotency;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Merchants.Tests.Merchants;

/// <summary>A request to a merchant that its client named and sends again changes nothing more, wherever the first
/// response was lost.</summary>
public sealed class RepeatedRequestTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);
    private static readonly MerchantContext Context = new() { Merchant = "acme", Now = Now, Providers = ["testpay"] };
    private static readonly PutMerchant Acme = new() { Name = "Acme", UpiCollectAllowed = false };
    private static readonly RequestKey Request = Named("k1");

    private readonly DocumentStore _store = new();

    public static TheoryData<int, bool> Moments
    {
        get
        {
            // Replacing a key writes the merchant, the new key, the merchant, the replaced key, the merchant.
            var moments = new TheoryData<int, bool>();
            for (var write = 1; write <= 5; write++)
            {
                moments.Add(write, false);
                moments.Add(write, true);
            }

            return moments;
        }
    }

    private MerchantDocument Stored => _store.All<MerchantDocument>("merchant").Single();

    [Fact]
    public void A_request_is_remembered_in_the_document_that_it_changes()
    {
        var put = Put(null, Acme, Request);
        var remembered = Assert.Single(put.Document!.Requests);
        Assert.Equal(new StoredRequest { Key = "k1", Fingerprint = "f", At = Now }, remembered);
        var again = Put(put.Document, Acme with { Name = "Later" }, Request);
        Assert.True(again.Replayed);
        Assert.Same(put.Document, again.Document);
    }

    [Fact]
    public void A_key_that_names_another_request_is_refused()
    {
        var before = Put(null, Acme, Request).Document;
        var other = Put(before, Acme, Request with { Fingerprint = "g" });
        Assert.Equal(ErrorCode.IdempotencyKeyReused, other.Refusal?.Code);
        Assert.Same(before, other.Document);
    }

    [Fact]
    public void A_request_that_changes_nothing_is_remembered_and_is_no_change()
    {
        var before = Put(null, Acme, request: null).Document!;
        var put = Put(before, Acme, Request);
        Assert.Equal("k1", Assert.Single(put.Document!.Requests).Key);
        Assert.False(MerchantDecider.IsChange(before, put.Document));
        Assert.True(MerchantDecider.IsChange(before, put.Document with { Name = "Other" }));
        Assert.True(MerchantDecider.IsChange(null, before));
    }

    [Fact]
    public void A_request_that_is_refused_is_not_remembered()
    {
        var before = Put(null, Acme, request: null).Document!;
        var refused = Put(before, Acme with { Name = " " }, Request);
        Assert.Equal(ErrorCode.InvalidField, refused.Refusal?.Code);
        Assert.Empty(refused.Document!.Requests);
        Assert.Empty(Put(null, Acme with { Name = " " }, Request).Document?.Requests ?? []);
    }

    [Fact]
    public void The_latest_64_requests_of_a_day_are_remembered()
    {
        var merchant = Put(null, Acme, request: null).Document;
        for (var i = 0; i <= RememberedRequests.Max; i++)
        {
            merchant = Put(merchant, Acme, Named($"k{i}")).Document;
        }

        Assert.Equal(RememberedRequests.Max, merchant!.Requests.Length);
        Assert.Null(MerchantDecider.Recall(merchant, Named("k0"), Context));
        Assert.True(MerchantDecider.Recall(merchant, Named("k1"), Context)!.Replayed);
        var almost = Context with { Now = Now + RememberedRequests.Lifetime - TimeSpan.FromTicks(1) };
        Assert.True(MerchantDecider.Recall(merchant, Named("k1"), almost)!.Replayed);
        var later = Context with { Now = Now + RememberedRequests.Lifetime };
        Assert.Null(MerchantDecider.Recall(merchant, Named("k1"), later));
        var next = MerchantDecider.Once(
            merchant, Named("k1"), later, () => MerchantDecider.Decide(merchant, Acme, later)).Document!;
        Assert.Equal(("k1", later.Now), (Assert.Single(next.Requests).Key, next.Requests[0].At));
    }

    [Fact]
    public async Task A_key_is_created_once_and_shown_once()
    {
        await using var silo = await StartAsync();
        var command = new CreateApiKey
        {
            Scope = ApiKeyScope.Publishable, ExpiresIn = TimeSpan.FromHours(1), Request = Request,
        };
        var acme = silo.Merchant("acme");
        var first = await acme.CreateKey(command);
        var again = await acme.CreateKey(command);
        Assert.Equal((false, true), (first.Replayed, again.Replayed));
        Assert.Equal(first.Value! with { Key = null }, again.Value);
        Assert.NotNull(await silo.ResolveAsync(first.Value!.Key));
        Assert.Equal(first.Value!.Id, Assert.Single((await acme.Get())!.Keys).Id);
        Assert.DoesNotContain(first.Value!.Key!.Reveal(), _store.Text(), StringComparison.Ordinal);
        var other = await acme.CreateKey(command with { Request = Request with { Fingerprint = "g" } });
        Assert.Equal(ErrorCode.IdempotencyKeyReused, other.Refusal?.Code);
        Assert.Single(Stored.Keys);
    }

    [Fact]
    public async Task Requests_at_the_same_time_under_one_name_are_one()
    {
        await using var silo = await StartAsync();
        var acme = silo.Merchant("acme");
        var created = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => acme.CreateKey(new CreateApiKey
        {
            Scope = ApiKeyScope.Secret, Request = Request,
        })));
        Assert.Single(created, reply => !reply.Replayed && reply.Value!.Key is not null);
        Assert.Equal(Assert.Single(Stored.Keys).Id, Assert.Single(created.Select(reply => reply.Value!.Id).Distinct()));
        var rotated = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => acme.RotateOrderTokenKey(
            TimeSpan.Zero, Named("k2"))));
        Assert.Single(rotated, reply => !reply.Replayed);
        Assert.All(rotated, reply => Assert.Equal(2, reply.Value!.Generation));
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task A_key_is_replaced_once_wherever_its_silo_dies(int write, bool losesResponse)
    {
        NewApiKey old;
        Task<Reply<NewApiKey>> RotateAsync(TestSilo silo) => silo.Merchant("acme").RotateKey(new RotateApiKey
        {
            KeyId = old.Id, Overlap = TimeSpan.Zero, Request = Request,
        });
        await using (var silo = await StartAsync())
        {
            old = (await silo.Merchant("acme").CreateKey(ApiKeyScope.Secret)).Value!;
            (_store.BreaksAt, _store.LosesResponse) = (_store.Writes + write, losesResponse);
            await Assert.ThrowsAnyAsync<Exception>(() => RotateAsync(silo));
        }

        await using var next = await TestSilo.StartAsync(_store);
        var tookEffect = write > 3 || (write == 3 && losesResponse);
        var again = await RotateAsync(next);
        Assert.Equal((tookEffect, tookEffect), (again.Replayed, again.Value!.Key is null));
        var listed = (await next.Merchant("acme").Get())!.Keys;
        Assert.Equal([old.Id, again.Value.Id], listed.Select(key => key.Id));
        Assert.Equal(listed[0].ExpiresAt, again.Value.ReplacedExpiresAt);
        Assert.Equal(again.Value with { Key = null }, (await RotateAsync(next)).Value);
        if (again.Value.Key is { } key)
        {
            Assert.NotNull(await next.ResolveAsync(key));
        }
    }

    [Fact]
    public async Task A_key_that_left_the_list_is_not_made_again()
    {
        await using var silo = await StartAsync();
        var acme = silo.Merchant("acme");
        var made = (await acme.CreateKey(new CreateApiKey { Scope = ApiKeyScope.Secret, Request = Request })).Value!;
        _store.Change("merchant", "acme", text => text.Replace(made.Id, "key_other", StringComparison.Ordinal)
            .Replace("\"subject\":\"key_other\"", $"\"subject\":\"{made.Id}\"", StringComparison.Ordinal));
        await using var next = await TestSilo.StartAsync(_store);
        var again = await next.Merchant("acme").CreateKey(new CreateApiKey
        {
            Scope = ApiKeyScope.Secret, Request = Request,
        });
        Assert.Equal(ErrorCode.ApiKeyNotFound, again.Refusal?.Code);
        Assert.Contains(made.Id, again.Refusal!.Detail, StringComparison.Ordinal);
        Assert.Single(Stored.Keys);
    }

    [Fact]
    public async Task A_revocation_is_remembered()
    {
        await using var silo = await StartAsync();
        var acme = silo.Merchant("acme");
        var key = (await acme.CreateKey(ApiKeyScope.Secret)).Value!;
        Assert.False((await acme.RevokeKey(key.Id, Request)).Replayed);
        Assert.True((await acme.RevokeKey(key.Id, Request)).Replayed);
        Assert.False((await acme.RevokeKey(key.Id, Named("k2"))).Replayed);
        Assert.True((await acme.RevokeKey(key.Id, Named("k2"))).Replayed);
        var other = await acme.RevokeKey(key.Id, Request with { Fingerprint = "g" });
        Assert.Equal(ErrorCode.IdempotencyKeyReused, other.Refusal?.Code);
    }

    [Fact]
    public async Task A_replay_is_no_change_in_the_trail_and_leaves_later_changes_alone()
    {
        await using var silo = await StartAsync();
        var acme = silo.Merchant("acme");
        var first = new PutRouting { Plan = new RoutingPlan { Off = ["testpay"] }, IfVersion = 0, Request = Request };
        Assert.Equal(1, (await acme.PutRouting(first)).Value!.Version);
        await acme.PutRouting(new PutRouting { Plan = new RoutingPlan(), IfVersion = 1 });
        await acme.Put(Acme with { Request = Named("k2") });
        var changes = _store.Trail.Changes.Length;
        var again = await acme.PutRouting(first);
        Assert.Equal((true, 2, true), (again.Replayed, again.Value!.Version, again.Value.Plan.Off.IsEmpty));
        await acme.Put(Acme with { Name = "Later" });
        Assert.Equal("Later", (await acme.Put(Acme with { Request = Named("k2") })).Value!.Name);
        Assert.Equal(changes + 1, _store.Trail.Changes.Length);
    }

    private static RequestKey Named(string key) => new() { Key = key, Fingerprint = "f" };

    private static MerchantDecision Put(MerchantDocument? merchant, PutMerchant command, RequestKey? request) =>
        MerchantDecider.Once(merchant, request, Context, () => MerchantDecider.Decide(merchant, command, Context));

    private async Task<TestSilo> StartAsync()
    {
        var silo = await TestSilo.StartAsync(_store);
        Assert.Null((await silo.Merchant("acme").Put(Acme)).Refusal);
        return silo;
    }
}
