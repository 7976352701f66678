using System.Collections.Immutable;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Merchants;

namespace PaymentCluster.Gateway.Api.Merchants;

/// <summary>The body of <c>PUT /merchants/{id}</c>, and the command that it means.</summary>
internal static class PutMerchantRequest
{
    private static readonly RequiredField<string> MerchantName =
        Field.Text("name", 100, "The name that customers read.") with { Example = "\"Demo Shop\"" };

    private static readonly Field<bool> UpiCollectAllowed = Field.Flag(
        "upi_collect_allowed",
        "Whether the merchant is exempt from the withdrawal of UPI collect; false if it is left out.").Or(false);

    private static readonly Field<ImmutableArray<string>> CheckoutOrigins = Field.Texts(
        "checkout_origins",
        new TextForm { Max = 255, Rule = "must be an origin such as https://shop.example" },
        10,
        "The origins of the merchant's own pages, which may show the checkout page in a frame; none if it is left out.",
        "must be an array of at most 10 different origins such as https://shop.example").Or([]);

    private static readonly Field<bool> CardVault = Field.Flag(
        "card_vault",
        "Whether cards that were not issued in India may be kept in the vault; false if it is left out.").Or(false);

    /// <summary>The body.</summary>
    public static readonly BodyShape Shape = new(
        "PutMerchantRequest", MerchantName, UpiCollectAllowed, CheckoutOrigins, CardVault);

    /// <summary>The command.</summary>
    public static PutMerchant Read(Body body) => new()
    {
        Name = body.Get(MerchantName),
        UpiCollectAllowed = body.Get(UpiCollectAllowed),
        CheckoutOrigins = body.Get(CheckoutOrigins),
        CardVault = body.Get(CardVault),
    };
}

/// <summary>The body of <c>POST /merchants/{id}/keys</c>.</summary>
internal static class CreateApiKeyRequest
{
    /// <summary>What the key may do.</summary>
    public static readonly RequiredField<ApiKeyScope> Scope =
        Field.Word("scope", MerchantsMapping.Scopes, "What the key may do.") with { Example = "\"secret\"" };

    /// <summary>The body.</summary>
    public static readonly BodyShape Shape = new("CreateApiKeyRequest", Scope);
}
