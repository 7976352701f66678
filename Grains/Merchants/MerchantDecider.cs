using System.Collections.Immutable;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Routing;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Routing;

namespace PaymentCluster.Grains.Merchants;

/// <summary>The rules of a merchant's settings.</summary>
internal static class MerchantDecider
{
    /// <summary>How many API keys of one merchant may work at a time.</summary>
    public const int MaxWorkingKeys = 20;

    /// <summary>How many API keys are listed; beyond it the longest revoked ones leave the list.</summary>
    public const int MaxListedKeys = 100;

    private const int MaxCredentialLength = 8192;

    /// <summary>Why a merchant cannot be put so; null if it can.</summary>
    public static Refusal? Check(string merchant, PutMerchant command)
    {
        if (!MerchantId.IsValid(merchant))
        {
            return Refusal.Of(ErrorCode.InvalidField, MerchantId.Rule, "merchant");
        }

        if (command.CheckoutOrigins.FirstOrDefault(origin => !MerchantForm.IsOrigin(origin)) is { } wrong)
        {
            return Refusal.Of(
                ErrorCode.InvalidField,
                $"'{wrong}' is not an origin such as https://shop.example; http is for localhost alone.",
                "checkout_origins");
        }

        return MerchantForm.IsName(command.Name)
            ? null
            : Refusal.Of(
                ErrorCode.InvalidField,
                "A name has 1 to 100 characters, is not blank and has no control characters.",
                "name");
    }

    /// <summary>The origins that are stored: the same array where nothing changed, so that a document that is put again
    /// as it is equals itself.</summary>
    public static ImmutableArray<string> Origins(MerchantDocument before, PutMerchant command) =>
        command.CheckoutOrigins.AsSpan().SequenceEqual(before.CheckoutOrigins.AsSpan())
            ? before.CheckoutOrigins
            : command.CheckoutOrigins;

    /// <summary>Why a merchant cannot have another API key; null if it can.</summary>
    public static Refusal? CheckNewKey(MerchantDocument merchant, ApiKeyScope scope)
    {
        if (!Enum.IsDefined(scope))
        {
            return Refusal.Of(ErrorCode.InvalidField, "A key's scope is secret or publishable.", "scope");
        }

        return merchant.Keys.Count(key => key.RevokedAt is null) < MaxWorkingKeys
            ? null
            : Refusal.Of(
                ErrorCode.LimitReached, $"The merchant has {MaxWorkingKeys} API keys that work; revoke one first.");
    }

    /// <summary>Why these cannot be the credentials at a provider; null if they can.</summary>
    public static Refusal? CheckCredentials(
        string provider, IConnector? connector, ImmutableDictionary<string, Secret> values)
    {
        if (connector is null)
        {
            return Refusal.Of(
                ErrorCode.InvalidField, $"There is no connector for a provider '{provider}'.", "provider");
        }

        var (named, optional) = (connector.Capabilities.Credentials, connector.Capabilities.OptionalCredentials);
        if (optional.Any(values.ContainsKey))
        {
            named = [.. named, .. optional];
        }

        if (named.FirstOrDefault(name => !values.ContainsKey(name)) is { } missing)
        {
            return Refusal.Of(ErrorCode.MissingField, $"{provider} needs the credential '{missing}'.", missing);
        }

        if (values.Keys.Order(StringComparer.Ordinal).FirstOrDefault(name => !named.Contains(name)) is { } unknown)
        {
            return Refusal.Of(ErrorCode.UnknownField, $"{provider} has no credential '{unknown}'.", unknown);
        }

        return named.FirstOrDefault(name => !IsCredential(values[name])) is { } invalid
            ? Refusal.Of(
                ErrorCode.InvalidField,
                $"The credential '{invalid}' has 1 to {MaxCredentialLength} characters and no blanks around them.",
                invalid)
            : null;
    }

    /// <summary>The document with another key; the longest revoked ones make room.</summary>
    public static MerchantDocument AddKey(MerchantDocument merchant, StoredApiKey key)
    {
        var surplus = merchant.Keys.Length + 1 - MaxListedKeys;
        var leaving = merchant.Keys.Where(old => old.RevokedAt is not null).OrderBy(old => old.RevokedAt).Take(surplus).ToHashSet();
        return merchant with { Keys = [.. merchant.Keys.Where(old => !leaving.Contains(old)), key] };
    }

    /// <summary>The document with one key changed.</summary>
    public static MerchantDocument ChangeKey(MerchantDocument merchant, string keyId, Func<StoredApiKey, StoredApiKey> change) =>
        merchant with { Keys = [.. merchant.Keys.Select(key => key.Id == keyId ? change(key) : key)] };

    /// <summary>The document with the credentials at one provider set.</summary>
    public static MerchantDocument SetProvider(MerchantDocument merchant, StoredProvider provider) => merchant with
    {
        Providers =
        [
            .. merchant.Providers
                .Where(stored => stored.Provider != provider.Provider)
                .Append(provider)
                .OrderBy(stored => stored.Provider, StringComparer.Ordinal),
        ],
    };

    /// <summary>The document without the credentials at one provider.</summary>
    public static MerchantDocument RemoveProvider(MerchantDocument merchant, string provider) => merchant with
    {
        Providers = [.. merchant.Providers.Where(stored => stored.Provider != provider)],
    };

    /// <summary>Why the routing cannot be set so; null if it can.</summary>
    public static Refusal? CheckRouting(MerchantDocument merchant, PutRouting command, IReadOnlyCollection<string> providers)
    {
        var version = merchant.Routing?.Version ?? 0;
        return command.IfVersion is { } expected && expected != version
            ? Refusal.Of(
                ErrorCode.VersionConflict, $"The routing is at version {version}, not {expected}: read it and decide anew.")
            : RoutingPlanCheck.Check(command.Plan, providers);
    }

    /// <summary>A merchant's routing as it sees it.</summary>
    public static RoutingView View(StoredRouting? routing) => new()
    {
        Version = routing?.Version ?? 0, Plan = routing?.Plan ?? new RoutingPlan(), UpdatedAt = routing?.UpdatedAt,
    };

    /// <summary>The merchant as its operator sees it. A key that nobody ever got is not shown.</summary>
    public static MerchantView View(string id, MerchantDocument merchant) => new()
    {
        Id = id,
        Name = merchant.Name,
        UpiCollectAllowed = merchant.UpiCollectAllowed,
        CheckoutOrigins = merchant.CheckoutOrigins,
        CardVault = merchant.CardVault,
        Keys =
        [
            .. merchant.Keys.Where(key => key.HandedOut).Select(key => new ApiKeyView
            {
                Id = key.Id, Scope = key.Scope, CreatedAt = key.CreatedAt, RevokedAt = key.RevokedAt,
            }),
        ],
        Providers =
        [
            .. merchant.Providers.Select(stored => new ProviderView
            {
                Provider = stored.Provider,
                Credentials = stored.Credentials.Names,
                UpdatedAt = stored.Credentials.UpdatedAt,
                PreviousUntil = stored.Previous?.Until,
            }),
        ],
    };

    private static bool IsCredential(Secret value)
    {
        var text = value.Reveal();
        return text.Length is > 0 and <= MaxCredentialLength
            && !char.IsWhiteSpace(text[0])
            && !char.IsWhiteSpace(text[^1]);
    }
}
