using System.Collections.Immutable;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Paytm;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Paytm;

/// <summary>Linked wallets, at the simulator and at a server that misbehaves.</summary>
public sealed class PaytmWalletTests(SimulatedPaytm paytm) : PaytmSimulation(paytm)
{
    private static readonly PaymentMethod Wallet = new() { Kind = PaymentMethodKind.Wallet, Wallet = "paytm" };

    private static readonly WalletRequest Owner = new()
    {
        Wallet = "paytm", Customer = new Customer { Id = "c-1", Phone = "+919876543210" },
    };

    [Fact]
    public async Task A_wallet_is_linked_by_a_one_time_password_read_paid_from_and_given_up()
    {
        var connector = Connect();
        var reference = Given(await connector.RequestWalletLinkAsync(Owner, Credentials()));
        var linked = Given(
            await connector.ConfirmWalletLinkAsync(Owner, reference, new Secret("888888"), Credentials()));
        Assert.True(linked.Linked);
        var owner = Owner with { Token = linked.Token };

        var read = Given(await connector.ReadWalletAsync(owner, linked.Reference, Credentials()));
        Assert.Equal(
            (true, Money.Of(1_000_000, Currency.Inr), linked.Reference), (read.Linked, read.Balance, read.Reference));
        Assert.IsType<ProviderOutcome.Succeeded>(
            await connector.ChargeAsync(
                Request(Wallet, Attempt) with { Instrument = Linked(linked.Token) }, Rig.Credentials));

        for (var i = 0; i < 2; i++)
        {
            Assert.True(Given(await connector.UnlinkWalletAsync(owner, linked.Reference, Credentials())));
        }

        Assert.False(Given(await connector.ReadWalletAsync(owner, linked.Reference, Credentials())).Linked);
        var declined = Assert.IsType<ProviderOutcome.Declined>(
            await connector.ChargeAsync(
                Request(Wallet, NewAttempt()) with { Instrument = Linked(linked.Token) }, Rig.Credentials));
        Assert.Equal(("wallet_not_linked", FailureParty.Customer), (declined.Failure.Code, declined.Failure.Party));
    }

    [Fact]
    public async Task What_prevents_a_link_is_reported()
    {
        var connector = Connect();
        var stranger = Owner with { Customer = new Customer { Phone = "+15550100" } };
        Assert.Equal(FailureParty.Merchant, Why(await connector.RequestWalletLinkAsync(stranger, Credentials())).Party);
        Assert.Equal(
            FailureCodes.RequestRefused,
            Why(await connector.RequestWalletLinkAsync(Owner with { Wallet = "mobikwik" }, Credentials())).Code);
        Assert.Equal(
            FailureCodes.CredentialsRefused, Why(await connector.RequestWalletLinkAsync(Owner, Rig.Credentials)).Code);
        Assert.Equal(
            FailureCodes.CredentialsRefused,
            Why(await connector.RequestWalletLinkAsync(Owner, Credentials(client: "client-NOBODY"))).Code);

        var reference = Given(await connector.RequestWalletLinkAsync(Owner, Credentials()));
        Assert.Equal(
            "wallet_link_refused",
            Why(await connector.ConfirmWalletLinkAsync(Owner, reference, new Secret("000000"), Credentials())).Code);
        Assert.Equal(
            FailureCodes.CredentialsRefused,
            Why(await connector.ConfirmWalletLinkAsync(
                Owner, reference, new Secret("888888"), Credentials(secret: "wrong"))).Code);
        Assert.Equal(
            FailureCodes.CredentialsRefused,
            Why(await connector.UnlinkWalletAsync(
                Owner with { Token = new Secret("sso-9876543210") }, "w", Credentials(secret: "wrong"))).Code);
    }

    [Fact]
    public async Task Without_a_token_there_is_no_link()
    {
        Assert.False(Given(await Connect().ReadWalletAsync(Owner, "w", Credentials())).Linked);
        Assert.True(Given(await Connect().UnlinkWalletAsync(Owner, "w", Credentials())));
    }

    [Theory]
    [InlineData(200, "<html>"), InlineData(200, "{}")]
    [InlineData(400, "{}"), InlineData(500, "{}"), InlineData(429, "{}")]
    public async Task What_cannot_be_queried_is_unavailable(int status, string body)
    {
        await using var server = await ScriptedServer.StartAsync();
        server.Script = (_, context) => Responses.JsonAsync(context, status, body);
        var connector = Connect(server.Url);
        var owner = Owner with { Token = new Secret("sso-9876543210") };

        Assert.IsType<ProviderResult<string>.Unavailable>(await connector.RequestWalletLinkAsync(Owner, Credentials()));
        Assert.IsType<ProviderResult<ProviderWallet>.Unavailable>(
            await connector.ConfirmWalletLinkAsync(Owner, "s", new Secret("1"), Credentials()));
        Assert.IsType<ProviderResult<ProviderWallet>.Unavailable>(
            await connector.ReadWalletAsync(owner, "w", Credentials()));
        Assert.IsType(
            status == 200 ? typeof(ProviderResult<bool>.Given) : typeof(ProviderResult<bool>.Unavailable),
            await connector.UnlinkWalletAsync(owner, "w", Credentials()));
    }

    private PaytmConnector Connect(Uri? elsewhere = null) => Paytm.Connect(options =>
    {
        options.BaseUrl = elsewhere ?? options.BaseUrl;
        ((PaytmOptions)options).AccountsUrl = options.BaseUrl;
    });

    private static ProviderCredentials Credentials(
        string client = $"client-{PaytmRig.Mid}", string secret = PaytmRig.Key) => new(
            "shop",
            ImmutableDictionary<string, Secret>.Empty
                .Add("mid", new Secret(PaytmRig.Mid)).Add("merchant_key", new Secret(PaytmRig.Key)).Add(
                    "website", new Secret("WEBSTAGING"))
                .Add("client_id", new Secret(client)).Add("client_secret", new Secret(secret)));

    private static T Given<T>(ProviderResult<T> response) => Assert.IsType<ProviderResult<T>.Given>(response).Value;

    private static Failure Why<T>(ProviderResult<T> response) =>
        Assert.IsType<ProviderResult<T>.Refused>(response).Failure;

    private static ChargeInstrument.LinkedWallet Linked(Secret? token) => new("paytm", token!);
}
