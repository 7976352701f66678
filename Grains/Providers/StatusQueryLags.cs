using System.Collections.Immutable;
using Orleans.Runtime.Services;
using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Grains.Providers;

/// <summary>How far behind status queries are in the whole cluster.</summary>
public interface IStatusQueryLags
{
    /// <summary>For how long the merchant's query waits that waits longest on any silo, at each of these providers. A
    /// silo that does not respond within a second is left out.</summary>
    Task<ImmutableArray<TimeSpan>> OfAsync(string merchant, ImmutableArray<string> providers);
}

/// <summary>Reads it from every silo, each time: operators look seldom, and no activation that all calls would pass has
/// to keep it.</summary>
/// <param name="services">The runtime's.</param>
/// <param name="membership">Knows the silos.</param>
/// <param name="local">This silo.</param>
/// <param name="queries">This silo's budgets of status queries.</param>
public sealed class StatusQueryLags(
    IServiceProvider services,
    IClusterMembershipService membership,
    ILocalSiloDetails local,
    StatusQueryShares queries)
    : GrainServiceClient<IStatusQueryLagService>(services), IStatusQueryLags
{
    /// <inheritdoc/>
    public async Task<ImmutableArray<TimeSpan>> OfAsync(string merchant, ImmutableArray<string> providers)
    {
        var others = await Task.WhenAll(membership.CurrentSnapshot.Members.Values
            .Where(member => member.Status == SiloStatus.Active && !member.SiloAddress.Equals(local.SiloAddress))
            .Select(member => OfOtherAsync(member.SiloAddress, merchant, providers)));
        return
        [
            .. providers.Select((provider, index) => others
                .Where(lags => lags.Length == providers.Length)
                .Select(lags => lags[index])
                .Append(queries.LagOf(merchant, provider))
                .Max()),
        ];
    }

    // Empty: it did not respond, or is of a build that cannot.
    private async Task<ImmutableArray<TimeSpan>> OfOtherAsync(
        SiloAddress silo, string merchant, ImmutableArray<string> providers)
    {
        try
        {
            return await GetGrainService(silo).Of(merchant, providers);
        }
        catch (Exception exception) when (exception is TimeoutException or OrleansException)
        {
            return [];
        }
    }
}
