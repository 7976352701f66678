namespace PaymentCluster.Grains.Abstractions.Secrets;

/// <summary>
/// A secret text: an API key, a provider's credential. It prints as <c>***</c>, has no JSON form, and is read only by
/// the code that hands it to its one addressee.
/// </summary>
[GenerateSerializer, Immutable, Alias("secret")]
public sealed class Secret : IEquatable<Secret>
{
    [Id(0)]
    private readonly string _value;

    /// <summary>Wraps a secret.</summary>
    public Secret(string value) => _value = value;

    /// <summary>The secret itself. Never log, store or return it.</summary>
    public string Reveal() => _value;

    /// <inheritdoc/>
    public bool Equals(Secret? other) => other is not null
        && System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(
            System.Text.Encoding.UTF8.GetBytes(_value), System.Text.Encoding.UTF8.GetBytes(other._value));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Secret);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => "***";
}
