using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Grains.Payments.Process;
using PaymentCluster.Grains.Routing;
using PaymentCluster.Grains.Webhooks;

namespace PaymentCluster.Simulation.Tests.Cluster;

/// <summary>The one merchant, and what else is the same in every run.</summary>
internal sealed class Shop : IMerchantProfiles
{
    /// <summary>Its id.</summary>
    public const string Id = "shop";

    private static readonly MasterKeys Keys = MasterKeys.TryLoad(
        new VaultOptions { MasterKey = new VaultKeySource { Text = new Secret(Convert.ToBase64String(new byte[32])) } },
        out var keys,
        out var problem)
        ? keys
        : throw new InvalidOperationException(problem);

    private static readonly MerchantProfile Profile = MakeProfile();

    /// <summary>Makes client secrets and return addresses.</summary>
    public static PaymentTokens Tokens { get; } = new(Keys);

    /// <summary>Counts without a reader.</summary>
    public static WebhookMeter Meter { get; } = new(new Meters());

    /// <summary>The sweepers' figures, without a reader.</summary>
    public static SweeperMetrics Sweepers { get; } = new(new Meters(), TimeProvider.System);

    /// <summary>How routes are scored.</summary>
    public static IOptions<RoutingOptions> Routing { get; } = Options.Create(new RoutingOptions());

    /// <summary>How payments are processed.</summary>
    public static IOptions<PaymentOptions> Payments { get; } = Options.Create(new PaymentOptions());

    /// <summary>The same, where no payment that is over stays in memory, and the sweeper is behind whenever two are
    /// due.</summary>
    public static IOptions<PaymentOptions> PaymentsUnderPressure { get; } =
        Options.Create(new PaymentOptions { InMemory = 0, ResumesAtOnce = 2 });

    /// <inheritdoc/>
    public ValueTask<MerchantProfile?> GetAsync(string merchant) =>
        ValueTask.FromResult(merchant == Id ? Profile : null);

    private static MerchantProfile MakeProfile()
    {
        var cipher = new CredentialCipher(Keys, new SystemSecretSource(), TimeProvider.System);
        var credentials = ImmutableDictionary<string, Secret>.Empty.Add("key", new Secret("s"));
        return new MerchantProfile(
            Id,
            new MerchantSettings
            {
                Name = Id,
                UpiCollectAllowed = false,
                Providers = ImmutableDictionary<string, SealedCredentials>.Empty
                    .Add("alpha", cipher.Seal(Id, "alpha", credentials))
                    .Add("beta", cipher.Seal(Id, "beta", credentials)),
            },
            cipher);
    }

    private sealed class Meters : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options.Name);

        public void Dispose()
        {
            // The meters live as long as the process.
        }
    }
}
