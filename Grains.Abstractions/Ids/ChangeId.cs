namespace PaymentCluster.Grains.Abstractions.Ids;

/// <summary>The id of a change in the audit trail, <c>chg_</c> and a UUIDv7 in base32. It gives access to
/// nothing.</summary>
[GenerateSerializer, Immutable, Alias("change-id")]
public readonly record struct ChangeId
{
    private const string Prefix = "chg_";

    /// <summary>The UUIDv7.</summary>
    [Id(0)]
    public required Guid Value { get; init; }

    /// <summary>A new id.</summary>
    public static ChangeId New(TimeProvider time) => new() { Value = Guid.CreateVersion7(time.GetUtcNow()) };

    /// <inheritdoc/>
    public override string ToString() => string.Create(Prefix.Length + Base32.Length, Value, static (span, value) =>
    {
        Prefix.CopyTo(span);
        Base32.Write(value, span[Prefix.Length..]);
    });
}
