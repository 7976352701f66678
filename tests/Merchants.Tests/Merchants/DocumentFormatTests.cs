using System.Collections.Immutable;
using System.Text;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Routing;
using PaymentCluster.Grains.Idempotency;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Storage;

namespace PaymentCluster.Merchants.Tests.Merchants;

/// <summary>Documents are stored: what these tests read must be read for ever.</summary>
public sealed class DocumentFormatTests
{
    // As it was written before merchants had routing or a vault, and before credentials had predecessors.
    private const string FirstMerchant =
        """{"name":"Acme","upi_collect_allowed":true,"created_at":"2026-11-20T10:00:00+00:00","keys":[{"id":"key_1","hash":"aa","scope":1,"created_at":"2026-11-20T10:00:00+00:00","handed_out":true,"revoked_at":"2026-11-21T10:00:00+00:00"}],"providers":[{"provider":"testpay","credentials":{"key_id":"k1","sealed":"AAAA","names":["key_id"],"updated_at":"2026-11-20T10:00:00+00:00"}}]}""";

    private const string Merchant =
        """{"name":"Acme","upi_collect_allowed":true,"created_at":"2026-11-20T10:00:00+00:00","keys":[{"id":"key_1","hash":"aa","scope":1,"created_at":"2026-11-20T10:00:00+00:00","handed_out":true,"revoked_at":"2026-11-21T10:00:00+00:00"}],"providers":[{"provider":"testpay","credentials":{"key_id":"k1","sealed":"AAAA","names":["key_id"],"updated_at":"2026-11-20T10:00:00+00:00"},"previous":{"credentials":{"key_id":"k1","sealed":"BBBB","names":["key_id"],"updated_at":"2026-11-20T10:00:00+00:00"},"until":"2026-11-21T10:00:00+00:00"},"earlier_accounts":[]}],"routing":{"version":3,"updated_at":"2026-11-20T10:00:00+00:00","plan":{"rules":[{"name":"big","when":{"methods":[2],"upi_flows":[1],"currencies":["INR"],"amount_from_minor":1,"amount_to_minor":2,"card_networks":["visa"],"card_bins":["411111"],"segments":["gold"]},"use":{"strategy":2,"providers":[{"provider":"testpay","weight":7}],"explore_percent":5}}],"default_order":["testpay"],"off":["otherpay"]}},"checkout_origins":["https://shop.example"],"card_vault":true,"customers_prefer":true,"origins":["https://pay.shop.example"],"order_tokens":{"generation":2,"previous_until":"2026-11-21T10:00:00+00:00"},"last_change":null,"requests":[{"key":"k1","fingerprint":"f1","at":"2026-11-20T10:00:00+00:00","subject":"key_1"},{"key":"k2","fingerprint":"f2","at":"2026-11-20T10:00:00+00:00"}]}""";

    private const string Key =
        """{"grant":{"merchant":"acme","key_id":"key_1","scope":2},"revoked_at":null}""";

    private const string KeyWithLimits =
        """{"grant":{"merchant":"acme","key_id":"key_1","scope":2,"limits":{"expires_at":"2026-11-20T10:00:00+00:00","networks":["203.0.113.0/24"]}},"revoked_at":null,"last_used_at":"2026-11-20T10:00:00+00:00"}""";

    private const string ListedKeyWithLimits =
        """{"id":"key_1","hash":"aa","scope":1,"created_at":"2026-11-20T10:00:00+00:00","handed_out":true,"revoked_at":null,"limits":{"expires_at":"2026-11-20T10:00:00+00:00","networks":["203.0.113.0/24"]},"replaced_by":"key_2","is_limit_pending":true}""";

    private static readonly DateTimeOffset At = new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);
    private static readonly DocumentJsonSerializer Serializer = new();

    [Fact]
    public void A_merchant_is_written_so()
    {
        var document = new MerchantDocument
        {
            Name = "Acme",
            UpiCollectAllowed = true,
            CreatedAt = At,
            Keys =
            [
                new StoredApiKey
                {
                    Id = "key_1",
                    Hash = "aa",
                    Scope = ApiKeyScope.Secret,
                    CreatedAt = At,
                    HandedOut = true,
                    RevokedAt = At.AddDays(1),
                },
            ],
            Providers =
            [
                new StoredProvider
                {
                    Provider = "testpay",
                    Credentials = new SealedCredentials
                    {
                        KeyId = "k1", Sealed = "AAAA", Names = ["key_id"], UpdatedAt = At,
                    },
                    Previous = new PreviousCredentials
                    {
                        Credentials = new SealedCredentials
                        {
                            KeyId = "k1", Sealed = "BBBB", Names = ["key_id"], UpdatedAt = At,
                        },
                        Until = At.AddDays(1),
                    },
                },
            ],
            Routing = new StoredRouting { Version = 3, UpdatedAt = At, Plan = Plan },
            CheckoutOrigins = ["https://shop.example"],
            CardVault = true,
            CustomersPrefer = true,
            Origins = ["https://pay.shop.example"],
            OrderTokens = new OrderTokenKeys { Generation = 2, PreviousUntil = At.AddDays(1) },
            Requests =
            [
                new StoredRequest { Key = "k1", Fingerprint = "f1", At = At, Subject = "key_1" },
                new StoredRequest { Key = "k2", Fingerprint = "f2", At = At },
            ],
        };
        Assert.Equal(Merchant, Write(document));
        Assert.Equivalent(document, Read<MerchantDocument>(Merchant), strict: true);
        var first = document with
        {
            Providers = [document.Providers[0] with { Previous = null }],
            Routing = null,
            CheckoutOrigins = [],
            CardVault = false,
            CustomersPrefer = false,
            Origins = [],
            OrderTokens = null,
            Requests = [],
        };
        Assert.Equivalent(first, Read<MerchantDocument>(FirstMerchant), strict: true);
    }

    [Fact]
    public void A_key_is_written_so()
    {
        var document = new ApiKeyDocument
        {
            Grant = new ApiKeyGrant { Merchant = "acme", KeyId = "key_1", Scope = ApiKeyScope.Publishable },
        };
        Assert.Equal(Key, Write(document));
        Assert.Equal(document, Read<ApiKeyDocument>(Key));
    }

    [Fact]
    public void A_key_with_limits_is_written_so()
    {
        var limits = new ApiKeyLimits { ExpiresAt = At, Networks = ["203.0.113.0/24"] };
        var document = new ApiKeyDocument
        {
            Grant = new ApiKeyGrant
            {
                Merchant = "acme", KeyId = "key_1", Scope = ApiKeyScope.Publishable, Limits = limits,
            },
            LastUsedAt = At,
        };
        Assert.Equal(KeyWithLimits, Write(document));
        Assert.Equal(document, Read<ApiKeyDocument>(KeyWithLimits));

        var listed = new StoredApiKey
        {
            Id = "key_1",
            Hash = "aa",
            Scope = ApiKeyScope.Secret,
            CreatedAt = At,
            HandedOut = true,
            Limits = limits,
            ReplacedBy = "key_2",
            IsLimitPending = true,
        };
        Assert.Equal(ListedKeyWithLimits, Write(listed));
        Assert.Equal(listed, Read<StoredApiKey>(ListedKeyWithLimits));
    }

    [Fact]
    public void A_document_without_lists_reads_as_one_with_empty_ones()
    {
        var document = Read<MerchantDocument>("""{"name":"Acme"}""");
        Assert.Equal(ImmutableArray<StoredApiKey>.Empty, document.Keys);
        Assert.Equal(ImmutableArray<StoredProvider>.Empty, document.Providers);
    }

    [Fact]
    public void Members_that_later_versions_add_are_passed_over() =>
        Assert.Equal("Acme", Read<MerchantDocument>("""{"name":"Acme","colour":"blue"}""").Name);

    private static RoutingPlan Plan => new()
    {
        Rules =
        [
            new RoutingRule
            {
                Name = "big",
                When = new()
                {
                    Methods = [PaymentMethodKind.Card],
                    UpiFlows = [UpiFlow.Intent],
                    Currencies = ["INR"],
                    AmountFromMinor = 1,
                    AmountToMinor = 2,
                    CardNetworks = ["visa"],
                    CardBins = ["411111"],
                    Segments = ["gold"],
                },
                Use = new()
                {
                    Strategy = RoutingStrategy.Split, Providers = [new() { Provider = "testpay", Weight = 7 }],
                },
            },
        ],
        DefaultOrder = ["testpay"],
        Off = ["otherpay"],
    };

    private static string Write<T>(T document) => Encoding.UTF8.GetString(Serializer.Serialize(document));

    private static T Read<T>(string text) => Serializer.Deserialize<T>(new BinaryData(Encoding.UTF8.GetBytes(text)))!;
}
