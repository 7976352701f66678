using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Routing;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Merchants.Tests.Merchants;

/// <summary>The rules of a merchant's settings, each by what is given, what comes, and what is decided.</summary>
public sealed class MerchantRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);
    private static readonly PutMerchant Command = new() { Name = "Acme", UpiCollectAllowed = true };

    private static readonly MerchantContext Context = new()
    {
        Merchant = "acme", Now = Now, Providers = ["testpay"], CredentialOverlap = TimeSpan.FromHours(24),
    };

    private static MerchantDocument Acme => MerchantDecider.Decide(null, Command, Context).Document!;

    [Fact]
    public void A_merchant_that_is_put_again_as_it_is_stays_the_same_document()
    {
        var before = MerchantDecider.Decide(
            null, Command with { CheckoutOrigins = ["https://shop.example"] }, Context).Document;
        Assert.Equal(before, MerchantDecider.Decide(
            before, Command with { CheckoutOrigins = ["https://shop.example"] }, Context).Document);
    }

    [Theory]
    [InlineData("9acme", "Acme", null, "merchant")]
    [InlineData("acme", " ", null, "name")]
    [InlineData("acme", "Acme", "http://shop.example", "checkout_origins")]
    public void What_cannot_be_a_merchant_is_refused(string id, string name, string? origin, string field)
    {
        var command = Command with { Name = name, CheckoutOrigins = origin is null ? [] : [origin] };
        var decision = MerchantDecider.Decide(null, command, Context with { Merchant = id });
        Assert.Equal((ErrorCode.InvalidField, field), (decision.Refusal!.Code, decision.Refusal.Field));
        Assert.Null(decision.Document);
    }

    [Fact]
    public void A_key_is_listed_before_it_is_handed_out_and_is_abandoned_until_then()
    {
        var listed = Add(Acme, 1);
        Assert.Equal("key_1", Assert.Single(MerchantDecider.AbandonedKeys(listed)).Id);
        Assert.Empty(MerchantMapping.View("acme", listed).Keys);
        var given = MerchantDecider.Decide(listed, new HandOutApiKey("key_1"), Context).Document!;
        Assert.Empty(MerchantDecider.AbandonedKeys(given));
        Assert.Single(MerchantMapping.View("acme", given).Keys);
        Assert.Equal(given, MerchantDecider.Decide(given, new RevokeApiKey("key_1"), Context).Document);
        var revoked = MerchantDecider.Decide(given, new ApiKeyRevoked("key_1"), Context).Document!;
        Assert.Equal(Now, revoked.Keys[0].RevokedAt);
        // Revoked once is revoked at that time.
        var again = MerchantDecider.Decide(revoked, new ApiKeyRevoked("key_1"), Context with { Now = Now.AddDays(1) });
        Assert.Equal(Now, again.Document!.Keys[0].RevokedAt);
    }

    [Fact]
    public void So_many_keys_work_and_so_many_are_listed()
    {
        var full = Enumerable.Range(0, MerchantDecider.MaxWorkingKeys).Aggregate(Acme, Add);
        var refused = MerchantDecider.Decide(full, new AddApiKey("key_x", "x", ApiKeyScope.Secret), Context);
        Assert.Equal(ErrorCode.LimitReached, refused.Refusal!.Code);

        var old = Enumerable.Range(0, MerchantDecider.MaxListedKeys).Aggregate(Acme, (merchant, number) =>
            Revoke(Add(merchant, number), number));
        var next = Add(old, 999);
        Assert.Equal(MerchantDecider.MaxListedKeys, next.Keys.Length);
        Assert.DoesNotContain(next.Keys, key => key.Id == "key_0");
        Assert.Contains(next.Keys, key => key.Id == "key_1");
    }

    [Fact]
    public void A_key_that_was_never_handed_out_or_never_was_cannot_be_revoked()
    {
        foreach (var merchant in (MerchantDocument[])[Acme, Add(Acme, 1)])
        {
            var decision = MerchantDecider.Decide(merchant, new RevokeApiKey("key_1"), Context);
            Assert.Equal(ErrorCode.ApiKeyNotFound, decision.Refusal!.Code);
        }
    }

    [Fact]
    public void Replaced_credentials_stay_for_a_while_and_the_same_again_replace_nothing()
    {
        var first = MerchantDecider.Decide(Acme, new SetCredentials("testpay", Sealed("a")), Context).Document!;
        Assert.Null(first.Providers[0].Previous);
        Assert.Equal(first, MerchantDecider.Decide(first, new SetCredentials("testpay", null), Context).Document);
        var second = MerchantDecider.Decide(first, new SetCredentials("testpay", Sealed("b")), Context).Document!;
        var previous = second.Providers[0].Previous!;
        Assert.Equal(("a", Now.AddHours(24)), (previous.Credentials.Sealed, previous.Until));
        Assert.Empty(MerchantDecider.Decide(second, new DeleteCredentials("testpay"), Context).Document!.Providers);
    }

    [Fact]
    public void A_routing_made_on_another_version_is_refused()
    {
        var command = new PutRouting { IfVersion = 0, Plan = new RoutingPlan { DefaultOrder = ["testpay"] } };
        var first = MerchantDecider.Decide(Acme, command, Context).Document!;
        Assert.Equal(1, first.Routing!.Version);
        Assert.Equal(
            ErrorCode.VersionConflict, MerchantDecider.Decide(first, command, Context).Refusal!.Code);
        var unknown = command with { IfVersion = 1, Plan = new RoutingPlan { DefaultOrder = ["nopay"] } };
        Assert.NotNull(MerchantDecider.Decide(first, unknown, Context).Refusal);
    }

    [Fact]
    public void Every_command_to_a_merchant_that_does_not_exist_is_refused_or_changes_nothing()
    {
        MerchantDecision[] decisions =
        [
            MerchantDecider.Decide(null, new AddApiKey("key_1", "h", ApiKeyScope.Secret), Context),
            MerchantDecider.Decide(null, new HandOutApiKey("key_1"), Context),
            MerchantDecider.Decide(null, new RevokeApiKey("key_1"), Context),
            MerchantDecider.Decide(null, new ApiKeyRevoked("key_1"), Context),
            MerchantDecider.Decide(null, new SetCredentials("testpay", Sealed("a")), Context),
            MerchantDecider.Decide(null, new DeleteCredentials("testpay"), Context),
            MerchantDecider.Decide(null, new PutRouting { Plan = new RoutingPlan() }, Context),
            MerchantDecider.Decide(null, new NotePreferences(), Context),
        ];
        Assert.All(decisions, decision => Assert.Null(decision.Document));
        Assert.Equal(5, decisions.Count(decision => decision.Refusal is { Code: ErrorCode.MerchantNotFound }));
    }

    [Theory]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", true)]
    [InlineData("-----BEGIN PRIVATE KEY-----\r\nAAAA\r\n-----END PRIVATE KEY-----\r\n\r\n", true)]
    [InlineData("secret\n", false)]
    [InlineData(" secret", false)]
    [InlineData("", false)]
    public void A_PEM_may_end_in_line_ends_and_other_credentials_may_not(string value, bool isTaken)
    {
        var values = TestSilo.Credentials("s").SetItem("key_secret", new Secret(value));
        var refusal = MerchantDecider.CheckCredentials("testpay", new TestConnector("testpay"), values);
        Assert.Equal(isTaken ? null : "key_secret", refusal?.Field);
        Assert.Equal(isTaken ? value.TrimEnd() : value, MerchantDecider.Trim(new Secret(value)).Reveal());
    }

    private static MerchantDocument Add(MerchantDocument merchant, int number) => MerchantDecider.Decide(
        merchant, new AddApiKey($"key_{number}", $"hash_{number}", ApiKeyScope.Secret), Context).Document!;

    private static MerchantDocument Revoke(MerchantDocument merchant, int number) => MerchantDecider.Decide(
        merchant, new ApiKeyRevoked($"key_{number}"), Context with { Now = Now.AddMinutes(number) }).Document!;

    private static SealedCredentials Sealed(string content) =>
        new() { KeyId = "k1", Sealed = content, Names = ["key_id"], UpdatedAt = Now };
}
