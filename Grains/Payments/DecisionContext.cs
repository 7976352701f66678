using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Routing;

namespace PaymentCluster.Grains.Payments;

/// <summary>What a decision may not find out itself: the time, the limits that are configured, and where routing
/// leads.</summary>
public sealed record DecisionContext
{
    /// <summary>Now.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>How long a request may take to leave this machine.</summary>
    public required TimeSpan SendWindow { get; init; }

    /// <summary>How far the clocks of two machines may be apart.</summary>
    public required TimeSpan ClockError { get; init; }

    /// <summary>How long a customer has to pay, unless the merchant says otherwise.</summary>
    public required TimeSpan ExpiresIn { get; init; }

    /// <summary>Where an attempt would go; null if nowhere, or if the command starts none.</summary>
    public Route? Route { get; init; }

    /// <summary>Whether the card of the attempt that is reported on is in memory, so that another provider can charge
    /// it. Nothing but a card needs that.</summary>
    public bool CardInMemory { get; init; }

    /// <summary>What the command's instrument was resolved to; null where it says all that is stored itself.</summary>
    public StoredInstrument? Instrument { get; init; }

    /// <summary>Why it would go nowhere.</summary>
    public Refusal? NoRoute { get; init; }

    /// <summary>Why a new payment's customer may not be sent back to where it says; null if they may.</summary>
    public Refusal? NoReturn { get; init; }

    /// <summary>A provider's payment that another attempt of the merchant's has booked; null if none is
    /// known.</summary>
    public string? TakenReference { get; init; }

    /// <summary>The limits of a send to a provider that needs this long before its "not found" is final.</summary>
    public SendTerms SendNow(TimeSpan visibilityWindow) => new()
    {
        Before = Now + SendWindow,
        NotFoundFinalAt = Now + SendWindow + ClockError + visibilityWindow,
    };

    /// <summary>The limits of sending again what was sent under these.</summary>
    public SendTerms SendAgain(SendTerms earlier) => new()
    {
        Before = Now + SendWindow,
        NotFoundFinalAt = Now + SendWindow + (earlier.NotFoundFinalAt - earlier.Before),
    };
}

/// <summary>The half of an instrument that an attempt stores.</summary>
/// <param name="Method">The method.</param>
/// <param name="Link">The provider's name of the linked wallet; null for anything else.</param>
/// <param name="Subjects">What the guard counts its attempt by; null if nothing.</param>
public sealed record StoredInstrument(PaymentMethod Method, string? Link = null, AttemptSubjects? Subjects = null);

/// <summary>The provider that an attempt goes to, and what the rules need to know of it.</summary>
public sealed record Route
{
    /// <summary>The provider.</summary>
    public required string Provider { get; init; }

    /// <summary>The merchant's account there; null while it is not known.</summary>
    public string? Account { get; init; }

    /// <summary>Whether it captures automatically what it authorised.</summary>
    public required bool CapturesByItself { get; init; }

    /// <summary>Whether it can release what it authorised.</summary>
    public bool CanVoid { get; init; }

    /// <summary>Whether it can capture less than it authorised.</summary>
    public bool CanCapturePart { get; init; }

    /// <summary>How long it recognises an attempt that is sent again; null: always.</summary>
    public TimeSpan? IdempotencyWindow { get; init; }

    /// <summary>Why it was chosen and others were passed over; null where there was nothing to choose.</summary>
    public ImmutableArray<RouteNote>? Notes { get; init; }

    /// <summary>How long after the last possible send its "not found" is not yet final.</summary>
    public required TimeSpan VisibilityWindow { get; init; }

    /// <summary>How long after it was given up an attempt can still turn into a success.</summary>
    public required TimeSpan LateSuccess { get; init; }
}
