using System.Text;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Customers;
using PaymentCluster.Grains.Idempotency;
using PaymentCluster.Grains.Storage;

namespace PaymentCluster.Merchants.Tests.Customers;

/// <summary>Documents are stored: what these tests read must be read for ever.</summary>
public sealed class CustomerFormatTests
{
    private const string Customer =
        """{"name":"Asha","email":"asha@shop.example","phone":"\u002B919876543210","created_at":"2026-11-20T10:00:00+00:00","erased_at":null,"version":7,"preferences":{"default_instrument":"card_1","order":["upi_1"],"disabled_methods":[4],"preferred_providers":["juspay"],"upi_app":"phonepe","notify_by_email":false,"notify_by_sms":true},"cards":[{"token":"card_1","last4":"1111","network":"visa","issuer":"HDFC","expiry_month":12,"expiry_year":2030,"label":"Mine","provider":"juspay","reference":"ref","consented_at":"2026-11-20T10:00:00+00:00","consent_text":"v1"}],"upi_ids":[{"id":"upi_1","vpa":"asha@bank","saved_at":"2026-11-20T10:00:00+00:00"}],"wallets":[{"wallet":"paytm","provider":"paytm","reference":"w1","linked_at":"2026-11-20T10:00:00+00:00","token":{"key_id":"k1","sealed":"AAAA","names":["token"],"updated_at":"2026-11-20T10:00:00+00:00"},"page":null},{"wallet":"amazonpay","provider":"amazonpay","reference":"s1","linked_at":null,"token":null,"page":{"url":"https://pay.example/s1","nonce":"n1","asked_at":"2026-11-20T10:00:00+00:00","return_url":"https://shop.example/"}}],"accounts":[{"provider":"juspay","id":"cst_1"}],"consents":[{"last4":"1111","expiry_month":12,"expiry_year":2030,"at":"2026-11-20T10:00:00+00:00","text":"v1"}],"departures":[{"vault_token":null,"card_reference":"old","wallet":null,"provider":"juspay","provider_customer":"cst_1"}],"operations":[{"id":"op_1","kind":1,"vault_token":"card_9","provider":null,"started_at":"2026-11-20T10:00:00+00:00"}],"requests":[{"key":"k1","fingerprint":"f1","at":"2026-11-20T10:00:00+00:00","subject":"upi_1"}]}""";

    private static readonly DateTimeOffset At = new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);
    private static readonly DocumentJsonSerializer Serializer = new();

    private static CustomerDocument Document => new()
    {
        Name = "Asha",
        Email = "asha@shop.example",
        Phone = "+919876543210",
        CreatedAt = At,
        Version = 7,
        Preferences = new WalletPreferences
        {
            DefaultInstrument = "card_1",
            Order = ["upi_1"],
            DisabledMethods = [PaymentMethodKind.Netbanking],
            PreferredProviders = ["juspay"],
            UpiApp = "phonepe",
            NotifyByEmail = false,
            NotifyBySms = true,
        },
        Cards =
        [
            new StoredCard
            {
                Token = "card_1",
                Last4 = "1111",
                Network = "visa",
                Issuer = "HDFC",
                ExpiryMonth = 12,
                ExpiryYear = 2030,
                Label = "Mine",
                Provider = "juspay",
                Reference = "ref",
                ConsentedAt = At,
                ConsentText = "v1",
            },
        ],
        UpiIds = [new StoredUpiId { Id = "upi_1", Vpa = "asha@bank", SavedAt = At }],
        Wallets =
        [
            new StoredWallet
            {
                Wallet = "paytm",
                Provider = "paytm",
                Reference = "w1",
                LinkedAt = At,
                Token = new SealedCredentials { KeyId = "k1", Sealed = "AAAA", Names = ["token"], UpdatedAt = At },
            },
            new StoredWallet
            {
                Wallet = "amazonpay",
                Provider = "amazonpay",
                Reference = "s1",
                Page = new StoredConsentPage
                {
                    Url = "https://pay.example/s1", Nonce = "n1", RequestedAt = At, ReturnUrl = "https://shop.example/",
                },
            },
        ],
        Accounts = [new StoredAccount { Provider = "juspay", Id = "cst_1" }],
        Consents = [new StoredConsent { Last4 = "1111", ExpiryMonth = 12, ExpiryYear = 2030, At = At, Text = "v1" }],
        PendingDeletions =
        [
            new PendingDeletion { CardReference = "old", Provider = "juspay", ProviderCustomer = "cst_1" },
        ],
        PendingOperations =
        [
            new PendingOperation
            {
                Id = "op_1", Kind = PendingOperationKind.SaveCard, VaultToken = "card_9", StartedAt = At,
            },
        ],
        Requests = [new StoredRequest { Key = "k1", Fingerprint = "f1", At = At, Subject = "upi_1" }],
    };

    [Fact]
    public void A_customer_is_written_so()
    {
        Assert.Equal(Customer, Encoding.UTF8.GetString(Serializer.Serialize(Document)));
        Assert.Equivalent(Document, Read(Customer), strict: true);
    }

    [Fact]
    public void A_document_without_lists_reads_as_one_with_empty_ones()
    {
        var document = Read("""{"name":"Asha","later":1}""");
        Assert.Equal("Asha", document.Name);
        Assert.True(document.Cards.IsEmpty && document.UpiIds.IsEmpty && document.Wallets.IsEmpty);
        Assert.True(document.PendingDeletions.IsEmpty && document.PendingOperations.IsEmpty);
        Assert.True(document.Requests.IsEmpty);
        Assert.True(document.Preferences.NotifyByEmail);
        Assert.True(document.Preferences.Order.IsEmpty);
    }

    private static CustomerDocument Read(string text) =>
        Serializer.Deserialize<CustomerDocument>(new BinaryData(Encoding.UTF8.GetBytes(text)))!;
}
