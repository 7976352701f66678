namespace PaymentCluster.Grains.Abstractions.Ids;

/// <summary>
/// A refund's id, and the provider's idempotency key for it: <c>rfd_</c>, the payment's 26 characters, <c>_</c> and the
/// refund's number.
/// </summary>
[GenerateSerializer, Immutable, Alias("refund-id")]
public readonly record struct RefundId
{
    /// <summary>The most refunds that a payment may have.</summary>
    public const int MaxNumber = 999;

    /// <summary>The payment.</summary>
    [Id(0)]
    public required PaymentId Payment { get; init; }

    /// <summary>The refund, from 1.</summary>
    [Id(1)]
    public required int Number { get; init; }

    /// <summary>Reads an id in its one spelling.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out RefundId id)
    {
        var valid = DerivedId.TryParse("rfd_", text, out var payment, out var number) && number <= MaxNumber;
        id = valid ? new RefundId { Payment = payment, Number = number } : default;
        return valid;
    }

    /// <inheritdoc/>
    public override string ToString() => DerivedId.ToString("rfd_", Payment, Number);
}
