using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Connectors.Contract;

/// <summary>A charge to send.</summary>
public sealed record ChargeRequest
{
    /// <summary>The attempt; its id is the reference that the provider is given.</summary>
    public required AttemptId Attempt { get; init; }

    /// <summary>What is to be paid.</summary>
    public required Money Amount { get; init; }

    /// <summary>What it is paid with.</summary>
    public required ChargeInstrument Instrument { get; init; }

    /// <summary>Whether the provider captures automatically.</summary>
    public required CaptureMode Capture { get; init; }

    /// <summary>Who pays.</summary>
    public required Customer Customer { get; init; }

    /// <summary>What the customer reads.</summary>
    public string? Description { get; init; }

    /// <summary>Where the provider sends the customer's browser afterwards.</summary>
    public required Uri CallbackUrl { get; init; }

    /// <summary>Until when the customer can pay.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Whether this attempt may have been sent before, with a send that is taken not to have arrived. Then an
    /// order that it left at the provider is reused; while the connector cannot find out, it sends nothing.</summary>
    public required bool Resend { get; init; }

    /// <summary>Until when its bytes may leave this machine.</summary>
    public required SendWindow Window { get; init; }
}

/// <summary>A charge to query.</summary>
public sealed record ChargeQuery
{
    /// <summary>The attempt.</summary>
    public required AttemptId Attempt { get; init; }

    /// <summary>What was to be paid.</summary>
    public required Money Amount { get; init; }

    /// <summary>The provider's id of the order, if it was learnt.</summary>
    public string? ProviderOrder { get; init; }

    /// <summary>The provider's id of the payment, if it was learnt.</summary>
    public string? ProviderReference { get; init; }

    /// <summary>How a linked wallet is charged; null for what is paid otherwise. Where a provider finds such a charge
    /// in no other way, the connector repeats the charge under the attempt's id, within
    /// <see cref="Completion"/>.</summary>
    public LinkedCharge? Linked { get; init; }

    /// <summary>Until when the query may complete a charge whose provider leaves the last step to the merchant; null:
    /// the payment no longer waits for the charge, and the query only reads. A completion that is repeated must have
    /// one effect.</summary>
    public SendWindow? Completion { get; init; }
}

/// <summary>What a charge of a linked wallet needs besides the attempt and its amount.</summary>
/// <param name="Reference">The provider's name of the link.</param>
/// <param name="Capture">Who captures.</param>
public sealed record LinkedCharge(string Reference, CaptureMode Capture);

/// <summary>A capture to send.</summary>
public sealed record CaptureRequest
{
    /// <summary>The attempt.</summary>
    public required AttemptId Attempt { get; init; }

    /// <summary>How much.</summary>
    public required Money Amount { get; init; }

    /// <summary>The provider's id of the order, if it has one.</summary>
    public string? ProviderOrder { get; init; }

    /// <summary>The provider's id of the payment.</summary>
    public required string ProviderReference { get; init; }

    /// <summary>Until when its bytes may leave this machine.</summary>
    public required SendWindow Window { get; init; }
}

/// <summary>An authorisation to release.</summary>
/// <remarks>Its full name, because Orleans has a VoidRequest in a namespace that every file sees.</remarks>
public sealed record VoidAuthorizationRequest
{
    /// <summary>The attempt.</summary>
    public required AttemptId Attempt { get; init; }

    /// <summary>What is authorised.</summary>
    public required Money Amount { get; init; }

    /// <summary>The provider's id of the order, if it has one.</summary>
    public string? ProviderOrder { get; init; }

    /// <summary>The provider's id of the payment.</summary>
    public required string ProviderReference { get; init; }

    /// <summary>Until when its bytes may leave this machine.</summary>
    public required SendWindow Window { get; init; }
}

/// <summary>A refund to send.</summary>
public sealed record RefundRequest
{
    /// <summary>The refund; its id is the idempotency key that the provider is given.</summary>
    public required RefundId Refund { get; init; }

    /// <summary>The attempt that is refunded.</summary>
    public required AttemptId Attempt { get; init; }

    /// <summary>How much.</summary>
    public required Money Amount { get; init; }

    /// <summary>The provider's id of the order, if it has one.</summary>
    public string? ProviderOrder { get; init; }

    /// <summary>The provider's id of the payment.</summary>
    public required string ProviderReference { get; init; }

    /// <summary>Why, as the merchant said.</summary>
    public string? Reason { get; init; }

    /// <summary>Where the provider can say what became of the refund: the address that it alone is given. Null: it is
    /// told none.</summary>
    public Uri? WebhookUrl { get; init; }

    /// <summary>Until when its bytes may leave this machine.</summary>
    public required SendWindow Window { get; init; }
}

/// <summary>A refund to query.</summary>
public sealed record RefundQuery
{
    /// <summary>The refund.</summary>
    public required RefundId Refund { get; init; }

    /// <summary>The attempt that is refunded.</summary>
    public required AttemptId Attempt { get; init; }

    /// <summary>The amount that was to be refunded.</summary>
    public required Money Amount { get; init; }

    /// <summary>The provider's id of the order, if it has one.</summary>
    public string? ProviderOrder { get; init; }

    /// <summary>The provider's id of the payment.</summary>
    public required string ProviderReference { get; init; }

    /// <summary>The provider's id of the refund, if it was learnt.</summary>
    public string? ProviderRefund { get; init; }
}
