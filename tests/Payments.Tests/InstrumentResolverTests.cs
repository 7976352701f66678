using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Grains.Payments.Process;
using PaymentCluster.Grains.Vault;

namespace PaymentCluster.Payments.Tests;

/// <summary>From the instrument that a command names to the one that a provider is given.</summary>
public sealed class InstrumentResolverTests
{
    private static readonly PaymentKey Key =
        PaymentKey.Of("shop", PaymentId.Parse("pay_01m7wtn50sfz5txb0tmw4px1yr"));

    private static readonly Customer Asha = new() { Id = "asha" };

    private readonly InstrumentResolver _resolver =
        new(new SavedInstruments(), NullLogger<InstrumentResolver>.Instance);

    private static Secret Code => new("123");

    private static Row[] Rows { get; } =
    [
        new(new Instrument.UpiIntent(), new() { Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Intent }, "intent"),
        new(new Instrument.UpiQr(), new() { Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Qr }, "qr"),
        new(new Instrument.UpiId { Vpa = "a@b" }, Collect("a@b"), "collect a@b"),
        new(new Instrument.SavedUpiId { Id = "upi_1" }, Collect("saved@b") with { Saved = "upi_1" }, "collect saved@b"),
        new(
            Given.TypedCard,
            Given.CardMethod,
            "card 4111111111111111 123, not saved",
            typeof(InstrumentSecret.TypedCard)),
        new(
            Given.TypedCard with { ConsentText = "v1" },
            Given.CardMethod,
            "card 4111111111111111 123, saved for razorpay:asha",
            typeof(InstrumentSecret.TypedCard)),
        new(
            new Instrument.SavedCard { Token = "vaulted", SecurityCode = Code },
            Given.CardMethod with { Saved = "vaulted" },
            "card 4111111111111111 123, not saved",
            typeof(InstrumentSecret.VaultCard)),
        new(
            new Instrument.SavedCard { Token = "kept", SecurityCode = Code },
            Given.CardMethod with { Saved = "kept" },
            "token of razorpay, visa, 123, for razorpay:asha",
            typeof(InstrumentSecret.ProviderCard),
            "razorpay"),
        new(
            new Instrument.SavedCard { Token = "kept" },
            Given.CardMethod with { Saved = "kept" },
            "token of razorpay, visa, no code, for razorpay:asha",
            typeof(InstrumentSecret.ProviderCard),
            "razorpay"),
        new(new Instrument.Wallet { Code = "purse" }, Wallet("purse"), "wallet purse"),
        new(new Instrument.LinkedWallet { Code = "purse" }, Wallet("purse"), "wallet purse"),
        new(
            new Instrument.LinkedWallet { Code = "paytm" },
            Wallet("paytm") with { Saved = "wallet:paytm" },
            "wallet paytm by its token",
            Only: "razorpay",
            Link: "link_1"),
        new(
            new Instrument.Netbanking { Bank = "HDFC" },
            new() { Kind = PaymentMethodKind.Netbanking, Bank = "HDFC" },
            "bank HDFC"),
    ];

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, Rows.Length)];

    [Theory]
    [MemberData(nameof(Indices))]
    public async Task Each_instrument_is_resolved_stored_and_charged_as_what_it_is(int index)
    {
        var row = Rows[index];
        var usable = Assert.IsType<ResolvedInstrument.Usable>(
            await _resolver.ResolveAsync(Key, row.Instrument, Asha));
        Assert.Equal(new StoredInstrument(row.Method, row.Link), usable.Stored);
        Assert.Equal((row.Secret, row.Only), (usable.Secret?.GetType(), usable.OnlyProvider));

        var command = Given.StartCommand(row.Instrument) with { Customer = Asha };
        var context = Given.TermsAt(Given.Start) with { Instrument = usable.Stored };
        var state = Given.Fold(null, PaymentDecider.Decide(null, command, context), Given.Start).State;
        Assert.Equal((row.Method, row.Link), (state.Attempts[0].Method, state.Attempts[0].Link));

        var (charged, notSent) = await _resolver.OpenAsync(Key, state, state.Attempts[0], usable.Secret);
        Assert.Null(notSent);
        Assert.Equal(row.Charged, Describe(charged!));
        Assert.DoesNotMatch("41111|123|token of|paytm-token", $"{row.Instrument} {usable} {charged}");
    }

    [Fact]
    public void No_instrument_is_left_out()
    {
        Assert.Equal(Cases(typeof(Instrument)), Cases(Rows.Select(row => row.Instrument.GetType())));
        Assert.Equal(
            Cases(typeof(InstrumentSecret)), Cases(Rows.Select(row => row.Secret).OfType<Type>()));
    }

    [Fact]
    public void The_secret_half_has_no_serializer() => Assert.All(
        typeof(InstrumentSecret).GetNestedTypes().Append(typeof(InstrumentSecret)).Append(typeof(ChargeInstrument)),
        type => Assert.False(type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false)));

    [Fact]
    public async Task A_command_that_names_no_instrument_is_resolved_to_none() =>
        Assert.Null(await _resolver.ResolveAsync(Key, null, Asha));

    public static TheoryData<Customer?> Unproven =>
        [null, new Customer(), new Customer { Id = "asha", Unproven = true }];

    [Theory]
    [MemberData(nameof(Unproven))]
    public async Task What_is_saved_is_refused_to_a_payer_who_is_not_proven(Customer? payer)
    {
        foreach (var instrument in (Instrument[])
        [
            new Instrument.SavedCard { Token = "kept", SecurityCode = Code },
            new Instrument.SavedUpiId { Id = "upi_1" },
            Given.TypedCard with { ConsentText = "v1" },
        ])
        {
            Assert.Equal(
                (ErrorCode.InstrumentNotFound, "customer_id"), await RefusedAsync(instrument, payer));
        }

        var wallet = await _resolver.ResolveAsync(Key, new Instrument.LinkedWallet { Code = "paytm" }, payer);
        Assert.Equal(new ResolvedInstrument.Usable(new StoredInstrument(Wallet("paytm"))), wallet);
    }

    [Fact]
    public async Task A_saved_card_that_cannot_be_charged_is_refused_with_the_reason()
    {
        Assert.Equal(
            (ErrorCode.MissingField, "card.cvv"),
            await RefusedAsync(new Instrument.SavedCard { Token = "vaulted" }, Asha));
        Assert.Equal(
            (ErrorCode.InstrumentNotFound, "found"),
            await RefusedAsync(new Instrument.SavedCard { Token = "gone", SecurityCode = Code }, Asha));
    }

    private static PaymentMethod Collect(string vpa) =>
        new() { Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Collect, Vpa = vpa };

    private static PaymentMethod Wallet(string code) => new() { Kind = PaymentMethodKind.Wallet, Wallet = code };

    private static IEnumerable<string> Cases(Type union) => Cases(union.GetNestedTypes());

    private static IEnumerable<string> Cases(IEnumerable<Type> types) =>
        types.Select(type => type.Name).Distinct().Order(StringComparer.Ordinal);

    private static string Describe(ChargeInstrument instrument) => instrument switch
    {
        ChargeInstrument.UpiIntent => "intent",
        ChargeInstrument.UpiQr => "qr",
        ChargeInstrument.UpiCollect upi => $"collect {upi.Vpa}",
        ChargeInstrument.TypedCard { Card: var card, Saving: var saving } =>
            $"card {card.Number.Reveal()} {card.SecurityCode.Reveal()}, "
            + (saving is null ? "not saved" : $"saved for {saving.ProviderCustomer}"),
        ChargeInstrument.SavedCard card =>
            $"{card.Token.Reveal()}, {card.Network}, {card.SecurityCode?.Reveal() ?? "no code"}, "
            + $"for {card.ProviderCustomer}",
        ChargeInstrument.Wallet wallet => $"wallet {wallet.Code}",
        ChargeInstrument.LinkedWallet { Code: var code } wallet when wallet.Token.Reveal() == $"{code}-token" =>
            $"wallet {code} by its token",
        ChargeInstrument.Netbanking netbanking => $"bank {netbanking.Bank}",
        _ => instrument.GetType().Name,
    };

    private async Task<(ErrorCode, string?)> RefusedAsync(Instrument instrument, Customer? payer)
    {
        var refused = Assert.IsType<ResolvedInstrument.Refused>(
            await _resolver.ResolveAsync(Key, instrument, payer));
        return (refused.Refusal.Code, refused.Refusal.Field);
    }

    private sealed record Row(
        Instrument Instrument,
        PaymentMethod Method,
        string Charged,
        Type? Secret = null,
        string? Only = null,
        string? Link = null);

    /// <summary>What one customer saved: a card in the vault, one at a provider, a UPI ID and a wallet.</summary>
    private sealed class SavedInstruments : IPaymentInstruments
    {
        public Task<Reply<FoundInstrument>> FindAsync(string merchant, string customer, InstrumentChoice choice) =>
            Task.FromResult(choice switch
            {
                { CardToken: "vaulted" } => Found(new()
                {
                    Method = Given.CardMethod with { Saved = "vaulted" }, InVault = true,
                }),
                { CardToken: "kept" } => Found(new()
                {
                    Method = Given.CardMethod with { Saved = "kept" }, Provider = "razorpay",
                }),
                { UpiId: "upi_1" } => Found(new() { Method = Collect("saved@b") with { Saved = "upi_1" } }),
                { Wallet: "paytm" } => Found(new()
                {
                    Method = Wallet("paytm") with { Saved = "wallet:paytm" }, Provider = "razorpay", Link = "link_1",
                }),
                _ => Reply<FoundInstrument>.Refused(Refusal.Of(ErrorCode.InstrumentNotFound, "None.", "found")),
            });

        public Task<Reply<CustomerView>> AgreeToCardAsync(
            string merchant, string customer, AgreeToCard agreement) =>
            Task.FromResult(Reply<CustomerView>.Of(new CustomerView { Id = customer, CreatedAt = Given.Start }));

        public Task<ImmutableArray<string>> PreferredProvidersAsync(string merchant, string customer) =>
            Task.FromResult(ImmutableArray<string>.Empty);

        public Task<Reply<OpenedInstrument>> OpenAsync(string merchant, string customer, InstrumentChoice choice) =>
            Task.FromResult(Reply<OpenedInstrument>.Of(choice switch
            {
                { CardToken: "vaulted" } => new() { VaultToken = "vault_1" },
                { CardToken: "kept" } => new()
                {
                    ProviderToken = new Secret("token of razorpay"), ProviderCustomer = $"razorpay:{customer}",
                },
                _ => new() { ProviderToken = new Secret("paytm-token"), Link = "link_1" },
            }));

        public Task<string?> OpenAccountAsync(string merchant, string customer, string provider) =>
            Task.FromResult<string?>($"{provider}:{customer}");

        public Task<VaultCard?> OpenCardAsync(string merchant, string token) =>
            Task.FromResult<VaultCard?>(new VaultCard
            {
                Number = Given.Card.Number, ExpiryMonth = 12, ExpiryYear = 2030, HolderName = "A B",
            });

        private static Reply<FoundInstrument> Found(FoundInstrument found) => Reply<FoundInstrument>.Of(found);
    }
}
