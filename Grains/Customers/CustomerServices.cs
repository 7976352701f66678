using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Audit;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Grains.Vault;

namespace PaymentCluster.Grains.Customers;

/// <summary>What all customers of a silo share.</summary>
public sealed partial class CustomerServices
{
    private readonly Func<string, ValueTask<InstrumentOffer>> _offer;
    private readonly IPaymentClock _clock;

    /// <summary>The services of a silo.</summary>
    public CustomerServices(
        MerchantProviders providers,
        ICardVault vault,
        CredentialCipher cipher,
        ISecretSource random,
        IOptions<CustomersOptions> options,
        IOptions<PaymentOptions> payments,
        IAuditTrail trail,
        IPaymentClock clock,
        ILogger<CustomerServices> logger)
        : this(
            providers,
            providers.OfferAsync,
            vault,
            cipher,
            random,
            options.Value,
            payments.Value.PublicUrl,
            trail,
            clock,
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
        IAuditTrail trail,
        IPaymentClock clock,
        ILogger logger)
    {
        (_offer, Providers, Vault, Random) = (offer, providers, vault, random);
        (Options, Trail, _clock, Logger) = (options, trail, clock, logger);
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

    internal IAuditTrail Trail { get; }

    /// <summary>What customers are decided by: another silo may end what this one began.</summary>
    internal DateTimeOffset Now => _clock.Now;

    /// <summary>What waits and caches of this silo run by.</summary>
    internal TimeProvider Time => _clock.Machine;

    internal ILogger Logger { get; }

    internal WalletTokens Tokens { get; }

    internal CustomerRunner Runner { get; }

    internal ValueTask<InstrumentOffer> OfferAsync(string merchant) => _offer(merchant);

    internal void LogErased(string merchant) => LogErased(Logger, merchant);

    internal void LogChangeOpen(Exception exception, string merchant) => LogChangeOpen(Logger, exception, merchant);

    [LoggerMessage(LogEvents.CustomerErased, LogLevel.Information, "A customer of {Merchant} was erased")]
    private static partial void LogErased(ILogger logger, string merchant);

    [LoggerMessage(
        LogEvents.CustomerChangeOpen, LogLevel.Warning,
        "The outcome of an erasure of {Merchant} is not in the audit trail yet")]
    private static partial void LogChangeOpen(ILogger logger, Exception exception, string merchant);
}
