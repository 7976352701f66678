using System.Text;
using PaymentCluster.Grains.Customers;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Storage;

namespace PaymentCluster.Merchants.Tests.Merchants;

/// <summary>Documents of a running system, stored in November 2026 before customers had pending operations: they are
/// read with all that they hold, and written again without losing any of it.</summary>
public sealed class StoredDocumentTests
{
    private static readonly DocumentJsonSerializer Serializer = new();

    [Fact]
    public void A_customer_with_everything_is_read_and_written_again()
    {
        var document = Read<CustomerDocument>("customer-complete");
        Assert.Equal(("Asha R", 11), (document.Name, document.Version));
        Assert.Equal(["card_1", "card_5Mw4MmYF_CjX_GZtGKfYhw"], document.Cards.Select(card => card.Token));
        Assert.Equal(("testpay", "ref_1"), (document.Cards[1].Provider, document.Cards[1].Reference));
        Assert.Equal(["paytm", "mobikwik", "agreepay"], document.Wallets.Select(wallet => wallet.Wallet));
        Assert.NotNull(document.Wallets[0].Token);
        Assert.Equal("https://agree.example/page_1", document.Wallets[2].Page!.Url);
        Assert.Equal(
            [
                new PendingDeletion { VaultToken = "card_2" },
                new PendingDeletion { CardReference = "ref_2", Provider = "testpay", ProviderCustomer = "cst_asha" },
            ],
            document.PendingDeletions.AsEnumerable());
        Assert.True(document.PendingOperations.IsEmpty);
        AssertWrittenAgain("customer-complete", document, ""","operations":[],"requests":[]}""");
    }

    [Theory]
    [InlineData("customer-erased", null)]
    [InlineData("customer-returned", "Asha again")]
    public void What_an_erasure_left_to_delete_is_read_and_written_again(string file, string? name)
    {
        var document = Read<CustomerDocument>(file);
        Assert.Equal(name, document.Name);
        Assert.Equal(
            ["@vault", "testpay", "@vault", "testpay", "testpay", "testpay", "agreepay"],
            document.PendingDeletions.Select(CustomerOperation.KeeperOf));
        Assert.Equal(PendingDeletion.All, document.PendingDeletions[3].CardReference);
        AssertWrittenAgain(file, document, ""","operations":[],"requests":[]}""");
    }

    [Fact]
    public void A_merchant_is_read_and_written_again()
    {
        var document = Read<MerchantDocument>("merchant");
        Assert.Equal(["agreepay", "testpay"], document.Providers.Select(stored => stored.Provider));
        Assert.NotNull(document.Providers[1].Previous);
        Assert.Equal([true, false], document.Keys.Select(key => key.RevokedAt is not null));
        Assert.Equal<IEnumerable<string>>(["agreepay"], document.Routing!.Plan.Off);
        AssertWrittenAgain(
            "merchant",
            document,
            ""","origins":[],"order_tokens":null,"last_change":null,"requests":[]}""",
            younger: ""","earlier_accounts":[]""");
    }

    [Theory]
    [InlineData("api-key-working", false)]
    [InlineData("api-key-revoked", true)]
    public void A_key_is_read_and_written_again(string file, bool isRevoked)
    {
        var document = Read<ApiKeyDocument>(file);
        Assert.Equal("shop", document.Grant!.Merchant);
        Assert.Equal(isRevoked, document.RevokedAt is not null);
        AssertWrittenAgain(file, document, "}");
    }

    // As it was stored, beside members that are younger: at its end, and inside.
    private static void AssertWrittenAgain<T>(string file, T document, string end, string younger = "\0")
    {
        var written = Encoding.UTF8.GetString(Serializer.Serialize(document));
        Assert.Equal(Stored(file)[..^1] + end, written.Replace(younger, "", StringComparison.Ordinal));
    }

    private static T Read<T>(string file) =>
        Serializer.Deserialize<T>(new BinaryData(Encoding.UTF8.GetBytes(Stored(file))))!;

    private static string Stored(string file) =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", $"{file}.json")).TrimEnd();
}
