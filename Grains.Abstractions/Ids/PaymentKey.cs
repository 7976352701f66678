namespace PaymentCluster.Grains.Abstractions.Ids;

/// <summary>
/// The key of a payment's grain, <c>{merchant}/{payment}</c>: with another merchant's id it names a payment that does
/// not exist.
/// </summary>
[GenerateSerializer, Immutable, Alias("payment-key")]
public readonly record struct PaymentKey
{
    /// <summary>The merchant's id.</summary>
    [Id(0)]
    public required string Merchant { get; init; }

    /// <summary>The payment's id.</summary>
    [Id(1)]
    public required PaymentId Payment { get; init; }

    /// <summary>The key of a merchant's payment.</summary>
    public static PaymentKey Of(string merchant, PaymentId payment) => new() { Merchant = merchant, Payment = payment };

    /// <summary>Reads a grain's key.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static PaymentKey Parse(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash > 0
            ? Of(key[..slash], PaymentId.Parse(key.AsSpan(slash + 1)))
            : throw new FormatException($"'{key}' is not a payment's key.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Merchant}/{Payment}";
}
