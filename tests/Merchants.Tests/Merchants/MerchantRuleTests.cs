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

    private static readonly string[] Origins =
        ["https://shop.example", "http://localhost:8080", "https://xn--11b7ah1gn.xn--h2brj9c"];

    private static readonly MerchantContext Context = new()
    {
        Merchant = "acme",
        Now = Now,
        Providers = ["testpay"],
        CredentialOverlap = TimeSpan.FromHours(24),
        EarlierAccountRetention = TimeSpan.FromDays(540),
    };

    private static MerchantDocument Acme => MerchantDecider.Decide(null, Command, Context).Document!;

    [Fact]
    public void A_merchant_that_is_put_again_as_it_is_stays_the_same_document()
    {
        var before = MerchantDecider.Decide(
            null,
            Command with { CheckoutOrigins = ["https://shop.example"], Origins = ["https://shop.example"] },
            Context).Document;
        Assert.Equal(before, MerchantDecider.Decide(
            before,
            Command with { CheckoutOrigins = ["https://shop.example"], Origins = ["https://shop.example"] },
            Context).Document);
    }

    [Fact]
    public void An_order_token_key_is_replaced_by_the_next_and_counts_for_the_overlap()
    {
        var first = new OrderTokenKeys();
        Assert.Equal<IEnumerable<int>>([1, 2], first.Accepted(Now));
        var kept = MerchantDecider.Decide(
            Acme, new RotateOrderTokenKey(TimeSpan.FromHours(1)), Context).Document!;
        Assert.Equal<IEnumerable<int>>([2, 3, 1], kept.OrderTokens!.Accepted(Now.AddMinutes(59)));
        Assert.Equal<IEnumerable<int>>([2, 3], kept.OrderTokens.Accepted(Now.AddMinutes(60)));
        var leaked = MerchantDecider.Decide(kept, new RotateOrderTokenKey(TimeSpan.Zero), Context).Document!;
        Assert.Equal<IEnumerable<int>>([3, 4], leaked.OrderTokens!.Accepted(Now));
        Assert.Equal(
            ErrorCode.MerchantNotFound,
            MerchantDecider.Decide(null, new RotateOrderTokenKey(TimeSpan.Zero), Context).Refusal!.Code);
    }

    [Theory]
    [InlineData("https://shop.example/thanks?a=b", true)]
    [InlineData("https://SHOP.example:443/", true)]
    [InlineData("https://दुकान.भारत/", true)]
    [InlineData("https://xn--h1alffa9f.example/", false)]
    [InlineData("https://shop.example:8443/", false)]
    [InlineData("http://shop.example/", false)]
    [InlineData("https://shop.example.evil.example/", false)]
    [InlineData("https://evil.example/https://shop.example", false)]
    [InlineData("http://localhost:8080/x", true)]
    [InlineData("http://localhost/x", false)]
    [InlineData("shop.example", false)]
    public void A_URL_is_on_an_origin_of_the_same_scheme_host_and_port(string url, bool isOn) =>
        Assert.Equal(isOn, Origins.Any(origin => MerchantForm.IsOn(url, origin)));

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
        var first = MerchantDecider.Decide(Acme, Set("a"), Context).Document!;
        Assert.Null(first.Providers[0].Previous);
        Assert.Equal(first, MerchantDecider.Decide(first, Set("a") with { Sealed = null }, Context).Document);
        var second = MerchantDecider.Decide(first, Set("b"), Context).Document!;
        var previous = second.Providers[0].Previous!;
        Assert.Equal(("a", Now.AddHours(24)), (previous.Credentials.Sealed, previous.Until));
        Assert.Empty(MerchantDecider.Decide(second, new DeleteCredentials("testpay"), Context).Document!.Providers);
    }

    [Fact]
    public void Credentials_of_another_account_leave_the_one_before_to_its_payments()
    {
        var first = Change(Acme, Set("a"));
        Assert.Empty(first.Providers[0].EarlierAccounts);
        var second = Change(first, Set("b", account: "B"));
        var stored = second.Providers[0];
        Assert.Equal(("B", "A"), (stored.Credentials.Account, stored.FirstAccount));
        var earlier = Assert.Single(stored.EarlierAccounts);
        Assert.Equal(("A", "a"), (earlier.Credentials.Account, earlier.Credentials.Sealed));
        Assert.Equal((Now, Now.AddDays(540)), (earlier.ReplacedAt, earlier.Until));

        // The account before takes new payments again: it is no earlier one any more.
        var third = Change(second, Set("a2") with { Known = "A" });
        Assert.Equal("A", third.Providers[0].Credentials.Account);
        Assert.Equal("B", Assert.Single(third.Providers[0].EarlierAccounts).Credentials.Account);
        Assert.Equal("A", third.Providers[0].FirstAccount);
    }

    [Fact]
    public void Where_a_name_rotates_the_merchant_says_whose_it_is()
    {
        var first = Change(Acme, Set("a"));
        var other = Set("b", account: "B") with { NameRotates = true };
        Assert.Equal(("same_account", ErrorCode.MissingField), Refused(first, other));
        Assert.Equal("A", Change(first, other with { IsSameAccount = true }).Providers[0].Credentials.Account);
        Assert.Empty(Change(first, other with { IsSameAccount = true }).Providers[0].EarlierAccounts);
        var moved = Change(first, other with { IsSameAccount = false });
        Assert.Equal("B", moved.Providers[0].Credentials.Account);

        // What is known is not stated otherwise.
        var back = other with { Named = "A", Known = "A", IsSameAccount = true };
        Assert.Equal(("same_account", ErrorCode.InvalidField), Refused(moved, back));
        Assert.Equal(
            ("same_account", ErrorCode.InvalidField),
            Refused(first, Set("b", account: "B") with { IsSameAccount = true }));
    }

    [Fact]
    public void A_merchant_has_a_bounded_number_of_earlier_accounts()
    {
        var full = Enumerable.Range(0, MerchantDecider.MaxEarlierAccounts + 1)
            .Aggregate(Acme, (merchant, number) => Change(merchant, Set($"{number}", account: $"A{number}")));
        Assert.Equal(MerchantDecider.MaxEarlierAccounts, full.Providers[0].EarlierAccounts.Length);
        Assert.Equal((null, ErrorCode.LimitReached), Refused(full, Set("x", account: "X")));
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
            MerchantDecider.Decide(null, Set("a"), Context),
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

    private static MerchantDocument Change(MerchantDocument merchant, SetCredentials command) =>
        MerchantDecider.Decide(merchant, command, Context).Document!;

    private static (string? Field, ErrorCode? Code) Refused(MerchantDocument merchant, SetCredentials command)
    {
        var decision = MerchantDecider.Decide(merchant, command, Context);
        Assert.Same(merchant, decision.Document);
        return (decision.Refusal?.Field, decision.Refusal?.Code);
    }

    // Credentials that name the account.
    private static SetCredentials Set(string content, string account = "A") => new()
    {
        Provider = "testpay", Sealed = Sealed(content), Named = account, Known = null,
    };

    private static SealedCredentials Sealed(string content) =>
        new() { KeyId = "k1", Sealed = content, Names = ["key_id"], UpdatedAt = Now };
}
