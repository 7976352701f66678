using System.Collections.Immutable;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Merchants;

// Credentials at providers, and the accounts that they open.
internal static partial class MerchantDecider
{
    /// <summary>How many earlier accounts a merchant has at one provider.</summary>
    public const int MaxEarlierAccounts = 8;

    private const int MaxCredentialLength = 8192;

    /// <summary>Sets the credentials at a provider. Those that they replace still verify webhooks for a while; those of
    /// another account stay in use for the payments that were sent there. The same again replace nothing.</summary>
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
        if (CheckAccount(before, command) is { } refusal)
        {
            return MerchantDecision.Refuse(merchant, refusal);
        }

        var account = AccountOf(before, command);
        var earlier = EarlierAccounts(before, account, context);
        return earlier.Length > MaxEarlierAccounts
            ? MerchantDecision.Refuse(merchant, Refusal.Of(
                ErrorCode.LimitReached,
                $"The merchant has {MaxEarlierAccounts} earlier accounts at {command.Provider}, which is as many as "
                    + "are kept."))
            : MerchantDecision.Store(SetProvider(merchant, new StoredProvider
            {
                Provider = command.Provider,
                Credentials = credentials with { Account = account },
                FirstAccount = before is null ? account : before.FirstAccount,
                EarlierAccounts = earlier,
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

    // A provider that rotates its name of an account does not say whether another name is another account; the wrong
    // guess would query payments where they are not.
    private static Refusal? CheckAccount(StoredProvider? before, SetCredentials command)
    {
        if (before is null)
        {
            return null;
        }

        return (command.Known, command.NameRotates, command.IsSameAccount) switch
        {
            (null, true, null) => Refusal.Of(
                ErrorCode.MissingField,
                $"{command.Provider} does not say whether these credentials open the account of the present ones. Say "
                    + "same_account=true if its key was replaced, same_account=false if it is another account.",
                "same_account"),
            (null, false, true) => Refusal.Of(
                ErrorCode.InvalidField, "These credentials name another account.", "same_account"),
            ({ } known, _, { } isSame) when isSame != (known == before.Credentials.Account) => Refusal.Of(
                ErrorCode.InvalidField,
                isSame
                    ? "These credentials open an earlier account of the merchant's."
                    : "These credentials open the present account.",
                "same_account"),
            _ => null,
        };
    }

    private static string AccountOf(StoredProvider? before, SetCredentials command) =>
        command.Known
            ?? (command is { NameRotates: true, IsSameAccount: true } ? before?.Credentials.Account : null)
            ?? command.Named;

    // The account that takes new payments is none of the earlier ones.
    private static ImmutableArray<EarlierAccount> EarlierAccounts(
        StoredProvider? before, string account, MerchantContext context) => before is null
            ? []
            :
            [
                .. before.Credentials.Account == account
                    ? []
                    : new[]
                    {
                        new EarlierAccount
                        {
                            Credentials = before.Credentials,
                            ReplacedAt = context.Now,
                            Until = context.Now + context.EarlierAccountRetention,
                        },
                    },
                .. before.EarlierAccounts.Where(earlier => earlier.Credentials.Account != account),
            ];

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
