using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Silo;

/// <summary>Puts the payment's id on every line that is logged while its grain works, in what the grain starts as
/// well.</summary>
internal sealed class PaymentLogScope(ILogger<PaymentLogScope> logger) : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.Grain is not IPaymentGrain)
        {
            await context.Invoke();
            return;
        }

        using (logger.BeginScope(new KeyValuePair<string, object?>[] { new("PaymentId", context.TargetId.Key.ToString()) }))
            await context.Invoke();
    }
}
