using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Grains.Vault;

namespace PaymentCluster.Grains.Customers;

/// <summary>What all customers of a silo share.</summary>
public sealed partial class CustomerServices
{
    private readonly Func<string, ValueTask<InstrumentOffer>> _offer;

    /// <summary>The services of a silo.</summary>
    public CustomerServices(
        MerchantProviders providers,
        ICardVault vault,
        CredentialCipher cipher,
        ISecretSource random,
        IOptions<CustomersOptions> options,
        IOptions<PaymentOptions> payments,
        TimeProvider time,
        ILogger<CustomerServices> logger)
        : this(
            providers,
            providers.OfferAsync,
            vault,
            cipher,
            random,
            options.Value,
            payments.Value.PublicUrl,
            time,
            logger)
    {
    }

    internal CustomerServices(
        IMerchantProviders providers,
        Func<string, ValueTask<InstrumentOffer>> offer,
        ICardVault vault,
        CredentialCipher cipher,
        ISecretSource random,
        CustomersOptions options,
        Uri publicUrl,
        TimeProvider time,
        ILogger logger)
    {
        (_offer, Providers, Vault, Random) = (offer, providers, vault, random);
        (Options, Time, Logger) = (options, time, logger);
        Tokens = new WalletTokens(cipher, logger);
        Runner = new CustomerRunner(
            new CardCalls(providers, vault, logger),
            new WalletCalls(providers, Tokens, publicUrl),
            new DeletionCalls(providers, vault, Tokens, logger));
    }

    internal IMerchantProviders Providers { get; }

    internal ICardVault Vault { get; }

    internal ISecretSource Random { get; }

    internal CustomersOptions Options { get; }

    internal TimeProvider Time { get; }

    internal ILogger Logger { get; }

    internal WalletTokens Tokens { get; }

    internal CustomerRunner Runner { get; }

    internal ValueTask<InstrumentOffer> OfferAsync(string merchant) => _offer(merchant);

    internal void LogErased(string merchant) => LogErased(Logger, merchant);

    [LoggerMessage(LogEvents.CustomerErased, LogLevel.Information, "A customer of {Merchant} was erased")]
    private static partial void LogErased(ILogger logger, string merchant);
}
