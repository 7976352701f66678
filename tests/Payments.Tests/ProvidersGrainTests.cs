using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PaymentCluster.Connectors;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Providers;
using PaymentCluster.Grains.Routing;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Payments.Tests;

public sealed class ProvidersGrainTests(ProvidersGrainTests.Shared shared)
    : IClassFixture<ProvidersGrainTests.Shared>, IAsyncLifetime
{
    private readonly string _shop = SharedSilo.NewMerchant("shop");
    private readonly Work _work = shared.Work;
    private readonly TestSilo _silo = shared.Silo;

    private IProvidersGrain Providers => _silo.Grains.GetGrain<IProvidersGrain>(_shop);

    private TestConnector Connector =>
        (TestConnector)_silo.Services.GetRequiredService<ConnectorCatalogue>()["testpay"];

    public async Task InitializeAsync()
    {
        (_work.Open, _work.Unknown) = (0, ImmutableDictionary<string, int>.Empty);
        Connector.Check = CredentialsCheck.NotChecked;
        await _silo.PutMerchantAsync(_shop, "first");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Providers_are_listed_with_their_scores_and_what_is_unknown()
    {
        _work.Unknown = ImmutableDictionary<string, int>.Empty.Add("testpay", 4).Add("otherpay", 9);
        var scores = _silo.Services.GetRequiredService<ProviderScores>();
        scores.Count("testpay", PaymentMethodKind.Card, isFault: true);
        scores.Count("testpay", PaymentMethodKind.Card, isFault: false);
        var status = Assert.Single((await Providers.List())!.Value);
        Assert.Equal(
            ("testpay", 4, BreakerState.Closed), (status.Provider.Provider, status.OpenUnknowns, status.Breaker));
        var card = Assert.Single(status.Methods);
        Assert.Equal((PaymentMethodKind.Card, 2, 1, false), (card.Method, card.Outcomes, card.Faults, card.IsDown));
        Assert.Null(await _silo.Grains.GetGrain<IProvidersGrain>("nobody").List());
    }

    [Theory]
    [InlineData(CredentialsCheck.Accepted, true)]
    [InlineData(CredentialsCheck.NotChecked, false)]
    public async Task Credentials_that_are_not_refused_are_kept_and_used_at_once(
        CredentialsCheck check, bool isAccepted)
    {
        Connector.Check = check;
        var reply = await Providers.PutCredentials("testpay", TestSilo.Credentials("second"));
        Assert.Equal(isAccepted, reply.Value?.IsAccepted);
        var profile = await _silo.Services.GetRequiredService<MerchantDirectory>().GetAsync(_shop);
        Assert.Equal("second", profile!.Open("testpay")["webhook_secret"].Reveal());
        Assert.NotNull(Assert.Single(reply.Value!.Merchant.Providers).PreviousUntil);
    }

    [Fact]
    public async Task Refused_credentials_change_nothing()
    {
        Connector.Check = CredentialsCheck.Refused;
        var writes = shared.Store.Writes;
        var reply = await Providers.PutCredentials("testpay", TestSilo.Credentials("second"));
        Assert.Equal(ErrorCode.CredentialsRefused, reply.Refusal?.Code);
        Assert.Equal(writes, shared.Store.Writes);
    }

    [Fact]
    public async Task What_cannot_be_credentials_is_refused_before_the_provider_is_called()
    {
        Connector.Check = CredentialsCheck.Refused;
        var incomplete = TestSilo.Credentials("s").Remove("key_id");
        Assert.Equal(ErrorCode.MissingField, (await Providers.PutCredentials("testpay", incomplete)).Refusal?.Code);
        Assert.Equal("provider", (await Providers.PutCredentials("nopay", incomplete)).Refusal?.Field);
        var unknown = _silo.Grains.GetGrain<IProvidersGrain>("nobody");
        Assert.Equal(
            ErrorCode.MerchantNotFound,
            (await unknown.PutCredentials("testpay", TestSilo.Credentials("s"))).Refusal?.Code);
    }

    [Fact]
    public async Task Credentials_stay_while_anything_is_open_there()
    {
        _work.Open = 3;
        var refusal = (await Providers.DeleteCredentials("testpay")).Refusal;
        Assert.Equal(
            (ErrorCode.ProviderInUse, "3 payments at testpay are still open or monitored."),
            (refusal?.Code, refusal?.Detail));
        Assert.Single((await Providers.List())!.Value);
        _work.Open = 0;
        Assert.Empty((await Providers.DeleteCredentials("testpay")).Value!.Providers);
        Assert.Empty((await Providers.List())!.Value);
    }

    /// <summary>One silo for all of them, whose open payments are the present test's.</summary>
    public sealed class Shared : SharedSilo
    {
        internal Work Work { get; } = new();

        private protected override void Configure(HostApplicationBuilder builder)
        {
            builder.Services.AddSingleton(TimeProvider.System);
            builder.Services.AddSingleton<IPaymentJournal>(new MemoryJournal());
            builder.Services.AddSingleton<ConnectorCatalogue>();
            builder.Services.AddSingleton<IOpenPaymentsQuery>(Work);
            builder.Services.AddPaymentEngine();
        }
    }

    internal sealed class Work : IOpenPaymentsQuery
    {
        public ImmutableDictionary<string, int> Unknown { get; set; } = ImmutableDictionary<string, int>.Empty;

        public int Open { get; set; }

        public Task<ImmutableDictionary<string, int>> UnknownAsync(string merchant) => Task.FromResult(Unknown);

        public Task<int> CountAsync(string merchant, string provider) => Task.FromResult(Open);
    }
}
