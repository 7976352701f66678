using PaymentCluster.Grains.Abstractions.Limits;
using Polly;

namespace PaymentCluster.Connectors.Http;

/// <summary>
/// Limits how many calls to one provider are under way at once (a bulkhead), in fair shares of its merchants, payment
/// operations before queries: a call that gets no permit within the queue's timeout is not made.
/// </summary>
/// <param name="limit">Holds the permits and the queue.</param>
/// <param name="provider">Whose calls they are, for metrics.</param>
internal sealed class ConcurrencyLimitStrategy(FairConcurrencyLimit limit, string provider)
    : ResilienceStrategy<ProviderReply>
{
    protected override async ValueTask<Outcome<ProviderReply>> ExecuteCore<TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<ProviderReply>>> callback,
        ResilienceContext context,
        TState state)
    {
        var call = context.Properties.GetValue(CallPipeline.Call, null!);
        using var permit = await AcquireAsync(call);
        if (permit is null)
        {
            ConnectorTelemetry.Rejected(provider, call);
            return Outcome.FromException<ProviderReply>(new ConcurrencyLimitException());
        }

        ConnectorTelemetry.UnderWay(provider, 1);
        try
        {
            return await callback(context, state);
        }
        finally
        {
            ConnectorTelemetry.UnderWay(provider, -1);
        }
    }

    private async ValueTask<IDisposable?> AcquireAsync(ProviderCall call)
    {
        ConnectorTelemetry.Waiting(provider, 1);
        try
        {
            return await limit.AcquireAsync(call.Merchant, isUrgent: !call.IsQuery);
        }
        finally
        {
            ConnectorTelemetry.Waiting(provider, -1);
        }
    }
}

/// <summary>As many calls as may be are under way, and the merchant's share of the queue is full or was too
/// slow.</summary>
internal sealed class ConcurrencyLimitException() : Exception("The concurrency limit is reached.");
