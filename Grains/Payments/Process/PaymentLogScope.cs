using System.Collections;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>What every line carries that is logged under an effect. It is made into text only when there is such a
/// line, which is rare.</summary>
internal sealed class PaymentLogScope(PaymentKey key) : IReadOnlyList<KeyValuePair<string, object?>>
{
    public int Count => 2;

    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("Merchant", key.Merchant),
        1 => new("PaymentId", key.Payment.ToString()),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        yield return this[0];
        yield return this[1];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => key.ToString();
}
