using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Vault;
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Clients;

/// <summary>What is to be paid, and how: the content of the requests, which is the same whoever sends them.</summary>
internal sealed class SimulatedOrder
{
    private static readonly Money Amount = Money.Of(50_000, Currency.Inr);
    private static readonly CardDetails Card = new()
    {
        Number = CardNumber.TryParse("4111111111111111", out var number)
            ? number
            : throw new FormatException("Not a card."),
        ExpiryMonth = 12,
        ExpiryYear = 2030,
        SecurityCode = new Secret("123"),
        HolderName = "A B",
    };

    private static readonly PaymentMethod ByCard = new()
    {
        Kind = PaymentMethodKind.Card, CardLast4 = "1111", CardNetwork = "visa",
    };

    private static readonly Instrument Upi = new(
        new PaymentMethod { Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Intent }, null, null, null);

    private static readonly Instrument TypedCard = new(ByCard, Card, null, null);
    private static readonly Instrument KeptCard = new(ByCard, Card, null, "I agree that this card is kept.");

    private static readonly Instrument CardInVault = new(
        ByCard, null, new InstrumentChoice { CardToken = SavedWallet.VaultCard }, null);

    private static readonly Instrument CardAtProvider = new(
        ByCard, null, new InstrumentChoice { CardToken = SavedWallet.ProviderCard }, null);

    private static readonly Instrument LinkedWallet = new(
        new PaymentMethod { Kind = PaymentMethodKind.Wallet, Wallet = SavedWallet.Wallet },
        null,
        new InstrumentChoice { Wallet = SavedWallet.Wallet },
        null);

    private readonly Instrument _instrument;
    private readonly bool _isConfirmedLater;
    private readonly CaptureMode _capture;
    private readonly TimeSpan? _expiresIn;

    /// <summary>An order of some kind.</summary>
    public SimulatedOrder(Choices choices, string id)
    {
        Id = id;
        _instrument = choices.Pick(Upi, TypedCard, Upi, TypedCard, KeptCard, CardInVault, CardAtProvider, LinkedWallet);
        _capture = choices.Pick(CaptureMode.Automatic, CaptureMode.Manual);
        _isConfirmedLater = choices.Happens(100);
        _expiresIn = choices.Pick<TimeSpan?>(null, null, null, TimeSpan.FromMinutes(1), TimeSpan.FromHours(5));
    }

    /// <summary>The card in the vault.</summary>
    public static VaultCard InVault { get; } = new()
    {
        Number = Card.Number,
        ExpiryMonth = Card.ExpiryMonth,
        ExpiryYear = Card.ExpiryYear,
        HolderName = Card.HolderName,
    };

    /// <summary>The merchant's name for it.</summary>
    public string Id { get; }

    /// <summary>Asks for the payment; with the method at once, or without.</summary>
    public StartPayment Start(string customer, RequestKey? request, bool isFirst)
    {
        var instrument = _isConfirmedLater && isFirst ? null : _instrument;
        return new StartPayment
        {
            OrderId = Id,
            Amount = Amount,
            Method = instrument?.Method,
            Card = instrument?.Card,
            Instrument = instrument?.Choice,
            SecurityCode = instrument?.Choice is null ? null : Card.SecurityCode,
            CardConsent = instrument?.Consent,
            Capture = _capture,
            Customer = new Customer { Id = customer },
            Metadata = ImmutableDictionary<string, string>.Empty,
            ExpiresIn = _expiresIn,
            Request = request,
            IsNew = true,
        };
    }

    /// <summary>Names the method.</summary>
    public ConfirmPayment Confirm(RequestKey? request) => new()
    {
        Method = _instrument.Method,
        Card = _instrument.Card,
        Instrument = _instrument.Choice,
        SecurityCode = _instrument.Choice is null ? null : Card.SecurityCode,
        CardConsent = _instrument.Consent,
        Request = request,
    };

    private sealed record Instrument(
        PaymentMethod Method, CardDetails? Card, InstrumentChoice? Choice, string? Consent);
}
