namespace PaymentCluster.Grains.Abstractions.Ids;

/// <summary>A payment's id, <c>pay_</c> and a UUIDv7 in base32. Time-ordered on purpose: random keys cost a quarter of
/// the store's speed. Alone it gives access to nothing; every lookup is by merchant and id.</summary>
[GenerateSerializer, Immutable, Alias("payment-id")]
public readonly record struct PaymentId
{
    private const string Prefix = "pay_";

    /// <summary>The UUIDv7.</summary>
    [Id(0)]
    public required Guid Value { get; init; }

    /// <summary>A new id, ordered after those of earlier milliseconds.</summary>
    public static PaymentId New(TimeProvider time) => new() { Value = Guid.CreateVersion7(time.GetUtcNow()) };

    /// <summary>Reads an id in its one spelling.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out PaymentId id)
    {
        var valid = text.StartsWith(Prefix, StringComparison.Ordinal) & Base32.TryRead(
            text[Math.Min(Prefix.Length, text.Length)..], out var value);
        id = valid ? new PaymentId { Value = value } : default;
        return valid;
    }

    /// <summary>Reads an id.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static PaymentId Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is not a payment id.");

    /// <inheritdoc/>
    public override string ToString() => string.Create(Prefix.Length + Base32.Length, Value, static (span, value) =>
    {
        Prefix.CopyTo(span);
        Base32.Write(value, span[Prefix.Length..]);
    });
}
