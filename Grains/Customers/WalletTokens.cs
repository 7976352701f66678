using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Grains.Customers;

/// <summary>Encrypts the tokens of linked wallets, bound to merchant, customer, provider and wallet: another customer's
/// does not open.</summary>
/// <param name="cipher">The cipher.</param>
/// <param name="logger">Logs what cannot be decrypted.</param>
internal sealed partial class WalletTokens(CredentialCipher cipher, ILogger logger)
{
    private const string TokenName = "token";

    /// <summary>Encrypts a wallet's token.</summary>
    public SealedCredentials Seal(CustomerKey key, StoredWallet wallet, Secret token) => cipher.Seal(
        key.Merchant, BindingOf(key, wallet), ImmutableDictionary<string, Secret>.Empty.Add(TokenName, token));

    /// <summary>Decrypts a wallet's token; null if it has none, or its master key is missing.</summary>
    public Secret? Open(CustomerKey key, StoredWallet wallet)
    {
        try
        {
            return wallet.Token is { } token
                ? cipher.Open(key.Merchant, BindingOf(key, wallet), token)[TokenName]
                : null;
        }
        catch (CredentialsUnreadableException exception)
        {
            LogUnreadable(logger, exception, key.Merchant, wallet.Provider);
            return null;
        }
    }

    /// <summary>The wallet with its token encrypted under the current master key; null if it is already, or has none,
    /// or it cannot be decrypted.</summary>
    public StoredWallet? Renew(CustomerKey key, StoredWallet wallet)
    {
        if (wallet.Token is not { } token || !cipher.IsOutdated(token))
        {
            return null;
        }

        try
        {
            return wallet with { Token = cipher.Reseal(key.Merchant, BindingOf(key, wallet), token) };
        }
        catch (CredentialsUnreadableException exception)
        {
            LogUnreadable(logger, exception, key.Merchant, wallet.Provider);
            return null;
        }
    }

    private static string BindingOf(CustomerKey key, StoredWallet wallet) =>
        $"wallet:{wallet.Provider}:{wallet.Wallet}:{key.Customer}";

    [LoggerMessage(
        LogEvents.CustomerTokenUnreadable, LogLevel.Warning,
        "A wallet token of a customer of {Merchant} at {Provider} cannot be decrypted")]
    private static partial void LogUnreadable(ILogger logger, Exception exception, string merchant, string provider);
}
