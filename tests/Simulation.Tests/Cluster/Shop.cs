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
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Cluster;

/// <summary>The one merchant, and what else is the same in every run. In some runs it moves to another account at each
/// provider, and keeps the credentials of the one before.</summary>
internal sealed class Shop(World world) : IMerchantProfiles
{
    /// <summary>The credential that names an account.</summary>
    public const string Account = "account";

    /// <summary>Its id.</summary>
    public const string Id = "shop";

    private static readonly MasterKeys Keys = MasterKeys.TryLoad(
        new VaultOptions { MasterKey = new VaultKeySource { Text = new Secret(Convert.ToBase64String(new byte[32])) } },
        out var keys,
        out var problem)
        ? keys
        : throw new InvalidOperationException(problem);

    private static readonly CredentialCipher Cipher = new(Keys, new SystemSecretSource(), TimeProvider.System);
    private static readonly MerchantProfile AtFirst = MakeProfile("first");
    private static readonly MerchantProfile Moved = MakeProfile("second", "first");

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
    public ValueTask<MerchantProfile?> GetAsync(string merchant) => ValueTask.FromResult(
        merchant != Id ? null : world.Now >= World.Start + world.AccountChangesAfter ? Moved : AtFirst);

    private static MerchantProfile MakeProfile(string account, string? earlier = null)
    {
        var providers = (string[])["alpha", "beta"];
        return new MerchantProfile(
            Id,
            new MerchantSettings
            {
                Name = Id,
                UpiCollectAllowed = false,
                Providers = providers.ToImmutableDictionary(
                    provider => provider, provider => Seal(provider, account), StringComparer.Ordinal),
                Accounts = providers.ToImmutableDictionary(
                    provider => provider, provider => AccountsOf(provider, earlier), StringComparer.Ordinal),
            },
            Cipher);
    }

    private static ProviderAccounts AccountsOf(string provider, string? earlier) => new()
    {
        First = "first",
        Earlier = earlier is null
            ? []
            :
            [
                new EarlierAccount
                {
                    Credentials = Seal(provider, earlier),
                    ReplacedAt = World.Start,
                    Until = DateTimeOffset.MaxValue,
                },
            ],
    };

    private static SealedCredentials Seal(string provider, string account) =>
        Cipher.Seal(Id, provider, ImmutableDictionary<string, Secret>.Empty.Add(Account, new Secret(account))) with
        {
            Account = account,
        };

    private sealed class Meters : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options.Name);

        public void Dispose()
        {
            // The meters live as long as the process.
        }
    }
}
