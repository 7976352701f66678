using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Vault;
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Clients;

/// <summary>What is to be paid, and how: the content of the requests, which is the same for every sender.</summary>
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

    private static readonly Instrument Upi = new Instrument.UpiIntent();
    private static readonly Instrument TypedCard = new Instrument.TypedCard { Card = Card };

    private static readonly Instrument KeptCard = new Instrument.TypedCard
    {
        Card = Card, ConsentText = "I agree that this card is kept.",
    };

    private static readonly Instrument CardInVault = new Instrument.SavedCard
    {
        Token = SavedWallet.VaultCard, SecurityCode = Card.SecurityCode,
    };

    private static readonly Instrument CardAtProvider = new Instrument.SavedCard
    {
        Token = SavedWallet.ProviderCard, SecurityCode = Card.SecurityCode,
    };

    private static readonly Instrument LinkedWallet = new Instrument.LinkedWallet { Code = SavedWallet.Wallet };

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

    /// <summary>Creates the payment, with its method or without.</summary>
    public StartPayment Start(string customer, RequestKey? request, bool isFirst) => new()
    {
        OrderId = Id,
        Amount = Amount,
        Instrument = _isConfirmedLater && isFirst ? null : _instrument,
        Capture = _capture,
        Customer = new Customer { Id = customer },
        Metadata = ImmutableDictionary<string, string>.Empty,
        ExpiresIn = _expiresIn,
        Request = request,
        IsNew = true,
    };

    /// <summary>Names the method.</summary>
    public ConfirmPayment Confirm(RequestKey? request) => new() { Instrument = _instrument, Request = request };
}
