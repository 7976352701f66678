using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Audit;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Merchants;

/// <summary>What all merchants of a silo share.</summary>
/// <param name="connectors">The connectors.</param>
/// <param name="cipher">Encrypts credentials.</param>
/// <param name="directory">The silo's cache of merchants.</param>
/// <param name="random">Where keys come from.</param>
/// <param name="options">How long replaced credentials are kept.</param>
/// <param name="trail">The audit trail.</param>
/// <param name="clock">The clock that all silos agree on: another one may end what this one began.</param>
/// <param name="logger">Logs changes of merchants, keys and credentials.</param>
public sealed class MerchantServices(
    IEnumerable<IConnector> connectors,
    CredentialCipher cipher,
    MerchantDirectory directory,
    ISecretSource random,
    IOptions<MerchantsOptions> options,
    IAuditTrail trail,
    IPaymentClock clock,
    ILogger<MerchantServices> logger)
{
    internal CredentialCipher Cipher => cipher;

    internal MerchantDirectory Directory => directory;

    internal IAuditTrail Trail => trail;

    internal ISecretSource Random => random;

    internal ILogger Logger => logger;

    internal DateTimeOffset Now => clock.Now;

    internal IConnector? ConnectorOf(string provider) =>
        connectors.FirstOrDefault(connector => connector.Provider == provider);

    internal MerchantContext ContextOf(string merchant) => new()
    {
        Merchant = merchant,
        Now = Now,
        Providers = [.. connectors.Select(connector => connector.Provider)],
        CredentialOverlap = options.Value.CredentialOverlap,
        EarlierAccountRetention = options.Value.EarlierAccountRetention,
    };
}
