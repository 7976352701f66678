using System.Collections;
using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Silo;

/// <summary>Puts the merchant and the payment's id on every line that is logged while its grain works, and by the
/// effects that it starts.</summary>
internal sealed class PaymentLogScope(ILogger<PaymentLogScope> logger) : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.Grain is not IPaymentGrain)
        {
            await context.Invoke();
            return;
        }

        using (logger.BeginScope(new Scope(context.TargetId)))
        {
            await context.Invoke();
        }
    }

    // Put into words only when a line is logged, which is hardly ever.
    private sealed class Scope(GrainId grain) : IReadOnlyList<KeyValuePair<string, object?>>
    {
        private PaymentKey? _key;

        public int Count => 2;

        public KeyValuePair<string, object?> this[int index] => index switch
        {
            0 => new("Merchant", Key.Merchant),
            1 => new("PaymentId", Key.Payment.ToString()),
            _ => throw new ArgumentOutOfRangeException(nameof(index)),
        };

        private PaymentKey Key => _key ??= PaymentKey.Parse(grain.Key.ToString()!);

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
        {
            yield return this[0];
            yield return this[1];
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
