using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Grains.Abstractions.Merchants;

namespace PaymentCluster.Gateway.Api.Merchants;

/// <summary>The bodies of the merchant calls.</summary>
internal static class MerchantsRequests
{
    /// <summary><c>PUT /merchants/{id}</c>.</summary>
    public static readonly BodyShape Put = new(
        "PutMerchantRequest",
        Field.Text("name", 100, "The name that customers read.") with { Required = true, Example = "\"Demo Shop\"" },
        Field.Flag(
            "upi_collect_allowed",
            "Whether the merchant is exempt from the withdrawal of UPI collect; false if it is left out."),
        Field.Texts(
            "checkout_origins",
            10,
            255,
            "The origins of the merchant's own pages, which may show the checkout page in a frame; none if it is left out.",
            null,
            "must be an array of at most 10 different origins such as https://shop.example"),
        Field.Flag(
            "card_vault",
            "Whether cards that were not issued in India may be kept in the vault; false if it is left out."));

    /// <summary><c>POST /merchants/{id}/keys</c>.</summary>
    public static readonly BodyShape CreateKey = new(
        "CreateApiKeyRequest",
        Field.Choice("scope", "What the key may do.", [.. PaymentNames.All<ApiKeyScope>(MerchantsMapping.NameOf)])
            with { Required = true, Example = "\"secret\"" });
}
