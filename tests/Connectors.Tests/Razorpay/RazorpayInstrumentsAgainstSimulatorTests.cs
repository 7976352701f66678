using System.Collections.Immutable;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Razorpay;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Razorpay;

/// <summary>What Razorpay keeps for customers, and whose UPI ID it is.</summary>
public sealed class RazorpayInstrumentsAgainstSimulatorTests(SimulatedRazorpay razorpay) : RazorpaySimulation(razorpay)
{
    private const string Phone = "+919876543210";

    private static readonly PaymentMethod Card = new() { Kind = PaymentMethodKind.Card };

    private readonly Customer _asha = New("asha");

    private RazorpayConnector Connector => (RazorpayConnector)Razorpay.Connect();

    [Fact]
    public async Task A_customer_keeps_a_card_pays_with_it_and_deletes_it()
    {
        var asha = await OpenAsync(_asha);
        var attempt = await SaveAsync(_asha, asha);
        var kept = Assert.Single(await CardsAsync(asha));
        Assert.Equal(("visa", "HDFC"), (kept.Network, kept.Issuer));
        var typed = ConnectorRig.TypedCard().Card;
        Assert.Equal(
            (typed.Number.Last4, typed.ExpiryMonth, typed.ExpiryYear), (kept.Last4, kept.ExpiryMonth, kept.ExpiryYear));

        foreach (var code in (string?[])["123", null])
        {
            var again = NewAttempt();
            Assert.IsType<ProviderOutcome.Pending>(await PayAsync(_asha, asha, kept.Token, again, code));
            await CapturedAsync(again);
        }

        for (var i = 0; i < 2; i++)
        {
            Assert.True(Given(await Connector.DeleteCardAsync(asha, kept.Reference, Rig.Credentials)));
        }

        Assert.Empty(await CardsAsync(asha));
        Assert.IsType<ProviderOutcome.Declined>(await PayAsync(_asha, asha, kept.Token, NewAttempt(), code: null));
    }

    [Fact]
    public async Task A_customer_is_opened_once_whatever_is_known_of_them()
    {
        foreach (var customer in new[]
        {
            _asha,
            New("nobody") with { Name = null, Phone = null, Email = null },
            New("odd") with { Name = "आशा", Phone = "123", Email = new string('a', 90) + "@b.example" },
        })
        {
            var opened = await OpenAsync(customer);
            Assert.Equal(opened, await OpenAsync(customer));
            Assert.Equal(opened, await OpenAsync(customer with { Name = "Another Name", Email = "other@b.example" }));
        }

        Assert.IsType<ProviderResult<string>.Refused>(
            await Connector.OpenCustomerAsync(new Customer { Name = "Asha" }, Rig.Credentials));
    }

    [Fact]
    public async Task Two_customers_with_one_phone_and_address_do_not_see_each_others_cards()
    {
        var bala = _asha with { Id = New("bala").Id };
        var (first, second) = (await OpenAsync(_asha), await OpenAsync(bala));
        Assert.NotEqual(first, second);
        await SaveAsync(_asha, first);

        var kept = Assert.Single(await CardsAsync(first));
        Assert.Empty(await CardsAsync(second));
        Assert.IsType<ProviderOutcome.Declined>(await PayAsync(bala, second, kept.Token, NewAttempt(), "123"));
        // It is not there for the other one, and so it counts as deleted; it still is for its own.
        Assert.True(Given(await Connector.DeleteCardAsync(second, kept.Reference, Rig.Credentials)));
        Assert.Single(await CardsAsync(first));
    }

    [Fact]
    public async Task Nothing_is_kept_without_consent_or_without_a_customer()
    {
        var asha = await OpenAsync(_asha);
        foreach (var saving in new[] { null, new CardSaving(null) })
        {
            var attempt = NewAttempt();
            Assert.IsType<ProviderOutcome.Pending>(await Connector.ChargeAsync(
                Request(Card, attempt) with { Customer = _asha, Instrument = ConnectorRig.TypedCard(saving: saving) },
                Rig.Credentials));
            await CapturedAsync(attempt);
        }

        Assert.Empty(await CardsAsync(asha));
    }

    [Fact]
    public async Task What_is_not_known_is_refused()
    {
        const string UnknownCustomer = "cust_00000000000000";
        Assert.IsType<ProviderResult<ImmutableArray<ProviderCard>>.Refused>(
            await Connector.ListCardsAsync(UnknownCustomer, Rig.Credentials));
        // A customer who does not exist has no cards.
        Assert.True(Given(await Connector.DeleteCardAsync(UnknownCustomer, "token_00000000000000", Rig.Credentials)));
    }

    [Theory]
    [InlineData("asha@upi", true, "Simulated Customer")]
    [InlineData("invalid@upi", false, null), InlineData("not a vpa", false, null)]
    public async Task A_upi_id_is_someones_or_no_ones(string vpa, bool exists, string? name) => Assert.Equal(
        new UpiHolder(exists, name), Given(await Connector.VerifyUpiAsync(vpa, Rig.Credentials)));

    [Theory]
    [MemberData(nameof(Before)), MemberData(nameof(After)), InlineData("rate_limited")]
    public async Task A_query_that_went_wrong_is_queried_again_and_makes_no_second_customer(string dial)
    {
        var dialled = $$"""{"{{dial}}":1,"operations":["query"]}""";
        await Razorpay.DialAsync(dialled);
        Assert.IsType<ProviderResult<string>.Unavailable>(await Connector.OpenCustomerAsync(_asha, Rig.Credentials));
        Assert.IsType<ProviderResult<UpiHolder>.Unavailable>(
            await Connector.VerifyUpiAsync("asha@upi", Rig.Credentials));
        await Razorpay.DialAsync("{}");
        var asha = await OpenAsync(_asha);
        await SaveAsync(_asha, asha);
        var kept = Assert.Single(await CardsAsync(asha));

        await Razorpay.DialAsync(dialled);
        Assert.IsType<ProviderResult<ImmutableArray<ProviderCard>>.Unavailable>(
            await Connector.ListCardsAsync(asha, Rig.Credentials));
        Assert.IsType<ProviderResult<bool>.Unavailable>(
            await Connector.DeleteCardAsync(asha, kept.Reference, Rig.Credentials));
        await Razorpay.DialAsync("{}");
        Assert.Equal(asha, await OpenAsync(_asha));
        Assert.True(Given(await Connector.DeleteCardAsync(asha, kept.Reference, Rig.Credentials)));
        Assert.Empty(await CardsAsync(asha));
    }

    [Theory, MemberData(nameof(After))]
    public async Task A_charge_of_a_kept_card_whose_response_was_lost_is_made_once(string dial)
    {
        var asha = await OpenAsync(_asha);
        await SaveAsync(_asha, asha);
        var kept = Assert.Single(await CardsAsync(asha));
        await Razorpay.DialAsync($$"""{"{{dial}}":1,"operations":["payment"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await PayAsync(_asha, asha, kept.Token, Attempt, code: null));
        await Razorpay.DialAsync("{}");
        await OnePaidChargeAsync();
    }

    [Fact]
    public async Task Refused_credentials_leave_all_for_later()
    {
        var wrong = RazorpayRig.CredentialsOf(RazorpayRig.KeyId, "wrong", "w");
        Assert.IsType<ProviderResult<string>.Unavailable>(await Connector.OpenCustomerAsync(_asha, wrong));
        Assert.IsType<ProviderResult<ImmutableArray<ProviderCard>>.Unavailable>(
            await Connector.ListCardsAsync("cust_00000000000000", wrong));
    }

    private static Customer New(string name) => new()
    {
        Id = $"{name}-{NewAttempt().Payment}", Name = "Asha B", Email = "a@b.example", Phone = Phone,
    };

    private static T Given<T>(ProviderResult<T> response) => Assert.IsType<ProviderResult<T>.Given>(response).Value;

    private async Task<string> OpenAsync(Customer customer) =>
        Given(await Connector.OpenCustomerAsync(customer, Rig.Credentials));

    private async Task<ImmutableArray<ProviderCard>> CardsAsync(string customer) =>
        Given(await Connector.ListCardsAsync(customer, Rig.Credentials));

    private async Task<AttemptId> SaveAsync(Customer customer, string account)
    {
        var attempt = NewAttempt();
        Assert.IsType<ProviderOutcome.Pending>(await Connector.ChargeAsync(
            Request(Card, attempt) with
            {
                Customer = customer,
                Instrument = ConnectorRig.TypedCard(saving: new(account)),
            },
            Rig.Credentials));
        await CapturedAsync(attempt);
        return attempt;
    }

    private Task<ProviderOutcome> PayAsync(
        Customer customer, string account, Secret token, AttemptId attempt, string? code) =>
        Connector.ChargeAsync(
            Request(Card, attempt) with
            {
                Customer = customer,
                Instrument = ConnectorRig.SavedCard(token.Reveal(), code, account),
            },
            Rig.Credentials);

    private Task CapturedAsync(AttemptId attempt) => UntilAsync(
        () => Connector.QueryChargeAsync(
            new ChargeQuery { Attempt = attempt, Amount = Request(Card, attempt).Amount }, Rig.Credentials),
        outcome => outcome is ProviderOutcome.Succeeded { Stage: ChargeStage.Captured },
        "the payment is captured");
}
