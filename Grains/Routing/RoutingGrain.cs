using Orleans.Concurrency;
using PaymentCluster.Connectors;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Routing;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Grains.Routing;

/// <inheritdoc cref="IRoutingGrain"/>
/// <param name="directory">Knows merchants.</param>
/// <param name="connectors">The providers there are.</param>
/// <param name="router">Decides.</param>
/// <param name="past">Past payments.</param>
[StatelessWorker, Reentrant]
public sealed class RoutingGrain(
    MerchantDirectory directory, ConnectorCatalogue connectors, PaymentRouter router, IPastPayments past)
    : Grain, IRoutingGrain
{
    /// <inheritdoc/>
    public async Task<Reply<RoutingEvaluation>> Evaluate(EvaluateRouting query)
    {
        var (merchant, refusal) = await FindAsync(query.Plan);
        if (merchant is null)
        {
            return Reply<RoutingEvaluation>.Refused(refusal!);
        }

        if (query.Payment.Method.Flow == UpiFlow.Collect && !merchant.UpiCollectAllowed)
        {
            return Reply<RoutingEvaluation>.Refused(PaymentRouter.CollectNotAllowed);
        }

        var decision = router.Decide(merchant.Providers, query.Plan ?? merchant.Routing, query.Payment);
        return Reply<RoutingEvaluation>.Of(
            new RoutingEvaluation { Provider = decision.Provider, Notes = decision.Notes });
    }

    /// <inheritdoc/>
    public async Task<Reply<RoutingReplay>> Replay(ReplayRouting query)
    {
        var (merchant, refusal) = await FindAsync(query.Plan);
        if (merchant is null)
        {
            return Reply<RoutingReplay>.Refused(refusal!);
        }

        var plan = query.Plan ?? merchant.Routing;
        var limit = Math.Clamp(query.Limit, 1, ReplayRouting.MaxLimit);
        var payments = await past.ReadAsync(merchant.Merchant, query.From, query.To, limit + 1);
        return Reply<RoutingReplay>.Of(RoutingReplayer.Replay(
            payments, limit, plan, payment => router.DecideAtRest(merchant.Providers, plan, payment)));
    }

    private async Task<(MerchantProfile? Merchant, Refusal? Refusal)> FindAsync(RoutingPlan? plan)
    {
        if (plan is not null && RoutingPlanCheck.Check(plan, [.. connectors.Providers]) is { } mistake)
        {
            return (null, mistake with { Field = $"routing.{mistake.Field}" });
        }

        return await directory.GetAsync(this.GetPrimaryKeyString()) is { } merchant
            ? (merchant, null)
            : (null, Refusal.Of(ErrorCode.MerchantNotFound, "There is no such merchant."));
    }
}
