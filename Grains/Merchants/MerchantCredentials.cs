using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Merchants;

/// <summary>Encrypts one merchant's credentials for its document.</summary>
/// <param name="merchant">The merchant's id.</param>
/// <param name="cipher">The cipher.</param>
internal sealed class MerchantCredentials(string merchant, CredentialCipher cipher)
{
    /// <summary>Credentials at a provider, encrypted; null if they are those that are stored: a repeated request, or an
    /// installation's script, replaces nothing.</summary>
    public SealedCredentials? Seal(
        MerchantDocument? document, string provider, ImmutableDictionary<string, Secret> values)
    {
        var trimmed = values.ToImmutableDictionary(
            pair => pair.Key, pair => MerchantDecider.Trim(pair.Value), StringComparer.Ordinal);
        var stored = document?.Providers.FirstOrDefault(stored => stored.Provider == provider);
        return stored is not null && IsSame(stored, trimmed) ? null : cipher.Seal(merchant, provider, trimmed);
    }

    /// <summary>Whether stored credentials are to be encrypted under the current master key, or hold replaced ones
    /// whose time is over.</summary>
    public bool IsOutdated(StoredProvider stored, DateTimeOffset now) =>
        cipher.IsOutdated(stored.Credentials)
        || (stored.Previous is { } previous && (now >= previous.Until || cipher.IsOutdated(previous.Credentials)));

    /// <summary>Stored credentials, encrypted under the current master key.</summary>
    /// <exception cref="CredentialsUnreadableException">They cannot be decrypted.</exception>
    public StoredProvider Renew(StoredProvider stored, DateTimeOffset now) => stored with
    {
        Credentials = Renew(stored.Provider, stored.Credentials),
        Previous = stored.Previous is { } previous && now < previous.Until
            ? previous with { Credentials = Renew(stored.Provider, previous.Credentials) }
            : null,
    };

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
