using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Clients;

/// <summary>What is to be paid, and how: the content of the requests, which is the same whoever sends them.</summary>
internal sealed class SimulatedOrder
{
    private static readonly Money Amount = Money.Of(50_000, Currency.Inr);
    private static readonly CardDetails Card = new()
    {
        Number = CardNumber.TryParse("4111111111111111", out var number) ? number : throw new FormatException("Not a card."),
        ExpiryMonth = 12,
        ExpiryYear = 2030,
        SecurityCode = new Secret("123"),
        HolderName = "A B",
    };

    private static readonly PaymentMethod Upi = new() { Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Intent };
    private static readonly PaymentMethod ByCard = new() { Kind = PaymentMethodKind.Card, CardLast4 = "1111", CardNetwork = "visa" };

    private readonly bool _isConfirmedLater;
    private readonly CaptureMode _capture;
    private readonly TimeSpan? _expiresIn;

    /// <summary>An order of some kind.</summary>
    public SimulatedOrder(Choices choices, string id)
    {
        Id = id;
        Method = choices.Pick(Upi, ByCard);
        _capture = choices.Pick(CaptureMode.Automatic, CaptureMode.Manual);
        _isConfirmedLater = choices.Happens(100);
        _expiresIn = choices.Pick<TimeSpan?>(null, null, null, TimeSpan.FromMinutes(1), TimeSpan.FromHours(5));
    }

    /// <summary>The merchant's name for it.</summary>
    public string Id { get; }

    /// <summary>What it is paid with.</summary>
    public PaymentMethod Method { get; }

    /// <summary>Asks for the payment; with the method at once, or without.</summary>
    public StartPayment Start(RequestKey? request, bool isFirst) => new()
    {
        OrderId = Id,
        Amount = Amount,
        Method = _isConfirmedLater && isFirst ? null : Method,
        Card = Method == ByCard ? Card : null,
        Capture = _capture,
        Customer = new Customer { Id = "customer" },
        Metadata = ImmutableDictionary<string, string>.Empty,
        ExpiresIn = _expiresIn,
        Request = request,
        IsNew = true,
    };

    /// <summary>Names the method.</summary>
    public ConfirmPayment Confirm(RequestKey? request) => new()
    {
        Method = Method, Card = Method == ByCard ? Card : null, Request = request,
    };
}
