using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Routing;

namespace PaymentCluster.Grains.Merchants;

/// <summary>The rules of a merchant's settings: document and command become the next document, or a refusal.</summary>
internal static partial class MerchantDecider
{
    /// <summary>How many API keys of one merchant may work at a time.</summary>
    public const int MaxWorkingKeys = 20;

    /// <summary>How many API keys are listed; beyond it those that have not worked for longest
    /// leave the list.</summary>
    public const int MaxListedKeys = 100;

    /// <summary>Why a command to a merchant that does not exist is refused.</summary>
    internal static readonly Refusal UnknownMerchant =
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
            CheckoutOrigins = Kept(before.CheckoutOrigins, command.CheckoutOrigins),
            Origins = Kept(before.Origins, command.Origins),
            CardVault = command.CardVault,
        });
    }

    /// <summary>Lists a new API key, before it opens anything. Those that have not worked for longest leave the
    /// list.</summary>
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

        if (ApiKeyNetworks.Check(command.Limits?.Networks ?? []) is { } refusal)
        {
            return MerchantDecision.Refuse(merchant, refusal);
        }

        if (merchant.Keys.Count(key => key.Works(context.Now)) >= MaxWorkingKeys)
        {
            return MerchantDecision.Refuse(merchant, Refusal.Of(
                ErrorCode.LimitReached, $"The merchant has {MaxWorkingKeys} API keys that work; revoke one first."));
        }

        var key = new StoredApiKey
        {
            Id = command.Id,
            Hash = command.Hash,
            Scope = command.Scope,
            CreatedAt = context.Now,
            Limits = command.Limits is { } limits
                ? limits with { Networks = ApiKeyNetworks.Normalise(limits.Networks) }
                : null,
        };
        var surplus = merchant.Keys.Where(old => !old.Works(context.Now) && !old.IsLimitPending)
            .OrderBy(old => old.RevokedAt ?? old.Limits!.ExpiresAt)
            .Take(merchant.Keys.Length + 1 - MaxListedKeys).ToHashSet();
        return MerchantDecision.Store(merchant with
        {
            Keys = [.. merchant.Keys.Where(old => !surplus.Contains(old)), key],
        });
    }

    /// <summary>Whether an API key may be replaced: it works, and its holder has it.</summary>
    public static MerchantDecision Decide(MerchantDocument? merchant, ReplaceApiKey command, MerchantContext context) =>
        merchant is null ? MerchantDecision.Refuse(merchant, UnknownMerchant)
            : merchant.Keys.Any(key => key.Id == command.Id && key.HandedOut && key.Works(context.Now))
                ? MerchantDecision.Store(merchant)
                : MerchantDecision.Refuse(
                    merchant,
                    Refusal.Of(ErrorCode.ApiKeyNotFound, "The merchant has no such API key that works.", "key"));

    /// <summary>Marks an API key as handed out: it works, and its holder may have it. The key that it replaces expires
    /// from now on.</summary>
    public static MerchantDecision Decide(MerchantDocument? merchant, HandOutApiKey command, MerchantContext context)
    {
        var handedOut = Note(
            Change(merchant, command.Id, key => key with { HandedOut = true }), command.Request, command.Id, context);
        var until = context.Now + command.Overlap;
        return command.Replaces is { } replaced
            ? Change(handedOut.Document, replaced, key => key with
            {
                ReplacedBy = command.Id,
                IsLimitPending = true,
                Limits = (key.Limits ?? new ApiKeyLimits()) with
                {
                    ExpiresAt = key.Limits?.ExpiresAt < until ? key.Limits.ExpiresAt : until,
                },
            })
            : handedOut;
    }

    /// <summary>Marks that an API key's own document says until when it works.</summary>
    public static MerchantDecision Decide(MerchantDocument? merchant, ApiKeyLimited command, MerchantContext context) =>
        Change(merchant, command.Id, key => key with { IsLimitPending = false });

    /// <summary>Whether an API key may be revoked; it is at its own document first.</summary>
    public static MerchantDecision Decide(MerchantDocument? merchant, RevokeApiKey command, MerchantContext context) =>
        merchant is null ? MerchantDecision.Refuse(merchant, UnknownMerchant)
            : merchant.Keys.Any(key => key.Id == command.Id && key.HandedOut) ? MerchantDecision.Store(merchant)
            : MerchantDecision.Refuse(
                merchant, Refusal.Of(ErrorCode.ApiKeyNotFound, "The merchant has no such API key.", "key"));

    /// <summary>Marks an API key as revoked, once its own document says so.</summary>
    public static MerchantDecision Decide(MerchantDocument? merchant, ApiKeyRevoked command, MerchantContext context) =>
        Note(
            Change(merchant, command.Id, key => key with { RevokedAt = key.RevokedAt ?? context.Now }),
            command.Request,
            command.Id,
            context);

    /// <summary>Replaces the key of the merchant's order tokens.</summary>
    public static MerchantDecision Decide(
        MerchantDocument? merchant, RotateOrderTokenKey command, MerchantContext context) =>
        merchant is null
            ? MerchantDecision.Refuse(merchant, UnknownMerchant)
            : MerchantDecision.Store(merchant with
            {
                OrderTokens = NextAfter(
                    merchant.OrderTokens ?? new OrderTokenKeys(),
                    command.Overlap > TimeSpan.Zero ? context.Now + command.Overlap : null),
            });

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

    /// <summary>The keys that were replaced, and whose own documents may not say until when they work.</summary>
    public static IEnumerable<StoredApiKey> KeysToLimit(MerchantDocument merchant) =>
        merchant.Keys.Where(key => key.IsLimitPending);

    private static Refusal? Check(string merchant, PutMerchant command)
    {
        if (!MerchantId.IsValid(merchant))
        {
            return Refusal.Of(ErrorCode.InvalidField, MerchantId.Rule, "merchant");
        }

        return CheckOrigins(command.CheckoutOrigins, "checkout_origins")
            ?? CheckOrigins(command.Origins, "origins")
            ?? CheckName(command);
    }

    private static Refusal? CheckOrigins(ImmutableArray<string> origins, string field) =>
        origins.FirstOrDefault(origin => !MerchantForm.IsOrigin(origin)) is { } wrong
            ? Refusal.Of(
                ErrorCode.InvalidField,
                $"'{wrong}' is not an origin such as https://shop.example; http is for localhost alone.",
                field)
            : null;

    private static Refusal? CheckName(PutMerchant command) =>
        MerchantForm.IsName(command.Name)
            ? null
            : Refusal.Of(
                ErrorCode.InvalidField,
                "A name has 1 to 100 characters, is not blank and has no control characters.",
                "name");

    // The same array where nothing changed, so that the document equals itself.
    private static ImmutableArray<string> Kept(ImmutableArray<string> before, ImmutableArray<string> now) =>
        now.AsSpan().SequenceEqual(before.AsSpan()) ? before : now;

    private static OrderTokenKeys NextAfter(OrderTokenKeys keys, DateTimeOffset? previousUntil) =>
        keys with { Generation = keys.Generation + 1, PreviousUntil = previousUntil };

    private static MerchantDecision Change(
        MerchantDocument? merchant, string keyId, Func<StoredApiKey, StoredApiKey> change) =>
        MerchantDecision.Store(merchant is null ? null : merchant with
        {
            Keys = [.. merchant.Keys.Select(key => key.Id == keyId ? change(key) : key)],
        });
}
