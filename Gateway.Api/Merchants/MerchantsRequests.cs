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
        "Further origins whose pages may call the API and show the checkout page in a frame; none if it is left out.",
        "must be an array of at most 10 different origins such as https://shop.example").Or([]);

    private static readonly Field<ImmutableArray<string>> Origins = Field.Texts(
        "origins",
        new TextForm { Max = 255, Rule = "must be an origin such as https://shop.example" },
        10,
        "The origins of the merchant's own sites: their pages may call the API and show the checkout page in a frame, and "
            + "every return_url must be on one of them. If it is left out, a return_url of the merchant's servers may be "
            + "anywhere, and that of an order token on one of checkout_origins.",
        "must be an array of at most 10 different origins such as https://shop.example").Or([]);

    private static readonly Field<bool> CardVault = Field.Flag(
        "card_vault",
        "Whether cards that were not issued in India may be kept in the vault; false if it is left out.").Or(false);

    /// <summary>The body.</summary>
    public static readonly BodyShape Shape = new(
        "PutMerchantRequest", MerchantName, UpiCollectAllowed, Origins, CheckoutOrigins, CardVault);

    /// <summary>The command.</summary>
    public static PutMerchant Read(Body body) => new()
    {
        Name = body.Get(MerchantName),
        UpiCollectAllowed = body.Get(UpiCollectAllowed),
        CheckoutOrigins = body.Get(CheckoutOrigins),
        Origins = body.Get(Origins),
        CardVault = body.Get(CardVault),
    };
}

/// <summary>The body of <c>POST /merchants/{id}/keys</c>.</summary>
internal static class CreateApiKeyRequest
{
    /// <summary>What the key may do.</summary>
    public static readonly RequiredField<ApiKeyScope> Scope =
        Field.Word("scope", MerchantsMapping.Scopes, "What the key may do.") with { Example = "\"secret\"" };

    private static readonly Field<int?> ExpiresIn = ApiKeyLifetime.Field(
        "For how many seconds the key works; until it is revoked if it is left out.");

    private static readonly Field<ImmutableArray<string>> Networks = Field.Texts(
        "networks",
        new TextForm { Max = 49, Rule = "must be a network such as 203.0.113.0/24" },
        20,
        "The networks that the key works from; from everywhere if it is left out.",
        "must be an array of at most 20 different networks such as 203.0.113.0/24").Or([]);

    /// <summary>The body.</summary>
    public static readonly BodyShape Shape = new("CreateApiKeyRequest", Scope, ExpiresIn, Networks);

    /// <summary>The command.</summary>
    public static CreateApiKey Read(Body body) => new()
    {
        Scope = body.Get(Scope),
        ExpiresIn = ApiKeyLifetime.Of(body.Get(ExpiresIn)),
        Networks = body.Get(Networks),
    };
}

/// <summary>The body of <c>POST /merchants/{id}/keys/{keyId}/rotation</c>.</summary>
internal static class RotateApiKeyRequest
{
    private const int MaxOverlap = 30 * 86_400;

    private static readonly Field<int> Overlap = Field.Integer(
        "overlap",
        0,
        MaxOverlap,
        "For how many seconds the replaced key still works; 0 for a key that leaked. 86400 if it is left out.")
        .Or(86_400);

    private static readonly Field<int?> ExpiresIn = ApiKeyLifetime.Field(
        "For how many seconds the new key works; until it is revoked if it is left out.");

    /// <summary>The body.</summary>
    public static readonly BodyShape Shape = new("RotateApiKeyRequest", Overlap, ExpiresIn);

    /// <summary>The command.</summary>
    public static RotateApiKey Read(Body body, string keyId) => new()
    {
        KeyId = keyId,
        Overlap = TimeSpan.FromSeconds(body.Get(Overlap)),
        ExpiresIn = ApiKeyLifetime.Of(body.Get(ExpiresIn)),
    };
}

/// <summary>How long API keys work.</summary>
internal static class ApiKeyLifetime
{
    private const int Min = 60;
    private const int Max = 5 * 366 * 86_400;

    public static Field<int?> Field(string meaning) =>
        Json.Field.Integer("expires_in", Min, Max, meaning).Optional();

    public static TimeSpan? Of(int? seconds) => seconds is { } given ? TimeSpan.FromSeconds(given) : null;
}
