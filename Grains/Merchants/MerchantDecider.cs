using System.Collections.Immutable;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Routing;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Merchants;

/// <summary>The rules of a merchant's settings: document and command become the next document, or a refusal.</summary>
internal static class MerchantDecider
{
    /// <summary>How many API keys of one merchant may work at a time.</summary>
    public const int MaxWorkingKeys = 20;

    /// <summary>How many API keys are listed; beyond it the longest revoked ones leave the list.</summary>
    public const int MaxListedKeys = 100;

    private const int MaxCredentialLength = 8192;

    private static readonly Refusal UnknownMerchant =
        Refusal.Of(ErrorCode.MerchantNotFound, "There is no such merchant.", "merchant");

    /// <summary>Creates the merchant, or changes its name and switches.</summary>
    public static MerchantDecision Decide(MerchantDocument? merchant, PutMerchant command, MerchantContext context)
    {
        if (Check(context.Merchant, command) is { } refusal)
        {
            return MerchantDecision.Refuse(merchant, refusal);
        }

        var before = merchant ?? new MerchantDocument { CreatedAt = context.Now };
        return MerchantDecision.Store(before with
        {
            Name = command.Name,
            UpiCollectAllowed = command.UpiCollectAllowed,
            // The same array where nothing changed, so that the document equals itself.
            CheckoutOrigins = command.CheckoutOrigins.AsSpan().SequenceEqual(before.CheckoutOrigins.AsSpan())
                ? before.CheckoutOrigins
                : command.CheckoutOrigins,
            CardVault = command.CardVault,
        });
    }

    /// <summary>Lists a new API key, before it opens anything. The longest revoked ones leave the list.</summary>
    public static MerchantDecision Decide(MerchantDocument? merchant, AddApiKey command, MerchantContext context)
    {
        if (merchant is null)
        {
            return MerchantDecision.Refuse(merchant, UnknownMerchant);
        }

        if (!Enum.IsDefined(command.Scope))
        {
            return MerchantDecision.Refuse(
                merchant, Refusal.Of(ErrorCode.InvalidField, "A key's scope is secret or publishable.", "scope"));
        }

        if (merchant.Keys.Count(key => key.RevokedAt is null) >= MaxWorkingKeys)
        {
            return MerchantDecision.Refuse(merchant, Refusal.Of(
                ErrorCode.LimitReached, $"The merchant has {MaxWorkingKeys} API keys that work; revoke one first."));
        }

        var key = new StoredApiKey
        {
            Id = command.Id, Hash = command.Hash, Scope = command.Scope, CreatedAt = context.Now,
        };
        var surplus = merchant.Keys.Where(old => old.RevokedAt is not null).OrderBy(old => old.RevokedAt)
            .Take(merchant.Keys.Length + 1 - MaxListedKeys).ToHashSet();
        return MerchantDecision.Store(merchant with
        {
            Keys = [.. merchant.Keys.Where(old => !surplus.Contains(old)), key],
        });
    }

    /// <summary>Marks an API key as handed out: it works, and its holder may have it.</summary>
    public static MerchantDecision Decide(MerchantDocument? merchant, HandOutApiKey command, MerchantContext context) =>
        Change(merchant, command.Id, key => key with { HandedOut = true });

    /// <summary>Whether an API key may be revoked; it is at its own document first.</summary>
    public static MerchantDecision Decide(MerchantDocument? merchant, RevokeApiKey command, MerchantContext context) =>
        merchant is null ? MerchantDecision.Refuse(merchant, UnknownMerchant)
            : merchant.Keys.Any(key => key.Id == command.Id && key.HandedOut) ? MerchantDecision.Store(merchant)
            : MerchantDecision.Refuse(
                merchant, Refusal.Of(ErrorCode.ApiKeyNotFound, "The merchant has no such API key.", "key"));

    /// <summary>Marks an API key as revoked, once its own document says so.</summary>
    public static MerchantDecision Decide(MerchantDocument? merchant, ApiKeyRevoked command, MerchantContext context) =>
        Change(merchant, command.Id, key => key with { RevokedAt = key.RevokedAt ?? context.Now });

    /// <summary>Sets the credentials at a provider. Those that they replace still verify webhooks for a while; the same
    /// again replace nothing.</summary>
    public static MerchantDecision Decide(MerchantDocument? merchant, SetCredentials command, MerchantContext context)
    {
        if (merchant is null)
        {
            return MerchantDecision.Refuse(merchant, UnknownMerchant);
        }

        if (command.Sealed is not { } credentials)
        {
            return MerchantDecision.Store(merchant);
        }

        var before = merchant.Providers.FirstOrDefault(stored => stored.Provider == command.Provider);
        return MerchantDecision.Store(SetProvider(merchant, new StoredProvider
        {
            Provider = command.Provider,
            Credentials = credentials,
            Previous = before is null ? null : new PreviousCredentials
            {
                Credentials = before.Credentials, Until = context.Now + context.CredentialOverlap,
            },
        }));
    }

    /// <summary>Deletes the credentials at a provider.</summary>
    public static MerchantDecision Decide(
        MerchantDocument? merchant, DeleteCredentials command, MerchantContext context) =>
        merchant is null ? MerchantDecision.Refuse(merchant, UnknownMerchant)
            : merchant.Providers.Any(stored => stored.Provider == command.Provider)
                ? MerchantDecision.Store(merchant with
                {
                    Providers = [.. merchant.Providers.Where(stored => stored.Provider != command.Provider)],
                })
                : MerchantDecision.Store(merchant);

    /// <summary>Takes over credentials that were encrypted under the current master key, and drops replaced ones whose
    /// time is over.</summary>
    public static MerchantDecision Decide(
        MerchantDocument? merchant, RenewCredentials command, MerchantContext context) =>
        MerchantDecision.Store(merchant is null ? null : SetProvider(merchant, command.Renewed));

    /// <summary>Sets how payments find their provider.</summary>
    public static MerchantDecision Decide(MerchantDocument? merchant, PutRouting command, MerchantContext context)
    {
        if (merchant is null)
        {
            return MerchantDecision.Refuse(merchant, UnknownMerchant);
        }

        var version = merchant.Routing?.Version ?? 0;
        var refusal = command.IfVersion is { } expected && expected != version
            ? Refusal.Of(
                ErrorCode.VersionConflict,
                $"The routing is at version {version}, not {expected}: read it again and repeat the change.")
            : RoutingPlanCheck.Check(command.Plan, context.Providers);
        return refusal is not null
            ? MerchantDecision.Refuse(merchant, refusal)
            : MerchantDecision.Store(merchant with
            {
                Routing = new StoredRouting { Version = version + 1, UpdatedAt = context.Now, Plan = command.Plan },
            });
    }

    /// <summary>Notes that some customer prefers a provider.</summary>
    public static MerchantDecision Decide(
        MerchantDocument? merchant, NotePreferences command, MerchantContext context) =>
        MerchantDecision.Store(merchant is null ? null : merchant with { CustomersPrefer = true });

    /// <summary>The keys that were created and never handed out. No caller has them, and they are revoked.</summary>
    public static IEnumerable<StoredApiKey> AbandonedKeys(MerchantDocument merchant) =>
        merchant.Keys.Where(key => !key.HandedOut && key.RevokedAt is null);

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

        return named.FirstOrDefault(name => !IsCredential(Trim(values[name]))) is { } invalid
            ? Refusal.Of(
                ErrorCode.InvalidField,
                $"'{invalid}' must have 1 to {MaxCredentialLength} characters, without blanks around them.",
                invalid)
            : null;
    }

    /// <summary>A credential as it is stored: a PEM without the line ends that tools write after it.</summary>
    public static Secret Trim(Secret value)
    {
        var text = value.Reveal();
        return text.StartsWith("-----BEGIN ", StringComparison.Ordinal) ? new Secret(text.TrimEnd()) : value;
    }

    private static Refusal? Check(string merchant, PutMerchant command)
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

    private static MerchantDecision Change(
        MerchantDocument? merchant, string keyId, Func<StoredApiKey, StoredApiKey> change) =>
        MerchantDecision.Store(merchant is null ? null : merchant with
        {
            Keys = [.. merchant.Keys.Select(key => key.Id == keyId ? change(key) : key)],
        });

    private static MerchantDocument SetProvider(MerchantDocument merchant, StoredProvider provider) => merchant with
    {
        Providers =
        [
            .. merchant.Providers
                .Where(stored => stored.Provider != provider.Provider)
                .Append(provider)
                .OrderBy(stored => stored.Provider, StringComparer.Ordinal),
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
