using System.Collections.Immutable;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Merchants;

/// <summary>Encrypts one merchant's credentials for its document.</summary>
/// <param name="merchant">The merchant's id.</param>
/// <param name="cipher">The cipher.</param>
internal sealed class MerchantCredentials(string merchant, CredentialCipher cipher)
{
    /// <summary>What a request to set credentials comes to, compared with what is stored.</summary>
    /// <param name="document">The merchant.</param>
    /// <param name="connector">The provider.</param>
    /// <param name="values">The credentials.</param>
    /// <param name="isSameAccount">Whether the merchant says that they open the stored ones' account.</param>
    public SetCredentials Compare(
        MerchantDocument? document,
        IConnector connector,
        ImmutableDictionary<string, Secret> values,
        bool? isSameAccount)
    {
        var trimmed = values.ToImmutableDictionary(
            pair => pair.Key, pair => MerchantDecider.Trim(pair.Value), StringComparer.Ordinal);
        var stored = document?.Providers.FirstOrDefault(one => one.Provider == connector.Provider);
        return new SetCredentials
        {
            Provider = connector.Provider,
            Sealed = stored is not null && IsSame(stored, trimmed)
                ? null
                : cipher.Seal(merchant, connector.Provider, trimmed),
            Named = AccountNamed(connector, trimmed),
            Known = stored?.AllCredentials.FirstOrDefault(one => NamesSameAccount(connector, one, trimmed))?.Account,
            NameRotates = connector.Capabilities.AccountCredentialRotates,
            IsSameAccount = isSameAccount,
        };
    }

    /// <summary>Whether stored credentials are to be encrypted under the current master key, do not say which account
    /// they open, or hold others whose time is over.</summary>
    public bool IsOutdated(StoredProvider stored, IConnector? connector, DateTimeOffset now) =>
        (stored.Credentials.Account is null && connector is not null)
        || stored.AllCredentials.Any(cipher.IsOutdated)
        || stored.EarlierAccounts.Any(earlier => now >= earlier.Until)
        || (stored.Previous is { } previous && (now >= previous.Until || cipher.IsOutdated(previous.Credentials)));

    /// <summary>Stored credentials as they are to be now.</summary>
    /// <exception cref="CredentialsUnreadableException">They cannot be decrypted.</exception>
    public StoredProvider Renew(StoredProvider stored, IConnector? connector, DateTimeOffset now)
    {
        var account = stored.Credentials.Account
            ?? (connector is null
                ? null
                : AccountNamed(connector, cipher.Open(merchant, stored.Provider, stored.Credentials)));
        return stored with
        {
            Credentials = Renew(stored.Provider, stored.Credentials) with { Account = account },
            FirstAccount = stored.FirstAccount ?? account,
            EarlierAccounts =
            [
                .. stored.EarlierAccounts.Where(earlier => now < earlier.Until).Select(earlier => earlier with
                {
                    Credentials = Renew(stored.Provider, earlier.Credentials),
                }),
            ],
            Previous = stored.Previous is { } previous && now < previous.Until
                ? previous with { Credentials = Renew(stored.Provider, previous.Credentials) }
                : null,
        };
    }

    private static string AccountNamed(IConnector connector, ImmutableDictionary<string, Secret> values) =>
        ProviderAccount.FingerprintOf(
            connector.Provider,
            connector.Capabilities.AccountCredential is { } name ? values[name].Reveal() : "");

    private bool NamesSameAccount(
        IConnector connector, SealedCredentials stored, ImmutableDictionary<string, Secret> values)
    {
        try
        {
            return AccountNamed(connector, cipher.Open(merchant, connector.Provider, stored))
                == AccountNamed(connector, values);
        }
        catch (CredentialsUnreadableException)
        {
            return false;
        }
    }

    private SealedCredentials Renew(string provider, SealedCredentials credentials) =>
        cipher.IsOutdated(credentials) ? cipher.Reseal(merchant, provider, credentials) : credentials;

    private bool IsSame(StoredProvider stored, ImmutableDictionary<string, Secret> values)
    {
        try
        {
            var known = cipher.Open(merchant, stored.Provider, stored.Credentials);
            return known.Count == values.Count
                && values.All(pair => known.TryGetValue(pair.Key, out var value) && value.Equals(pair.Value));
        }
        catch (CredentialsUnreadableException)
        {
            return false;
        }
    }
}
