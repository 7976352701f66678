using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using PaymentCluster.Connectors;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Payments.Process;
using PaymentCluster.Grains.Routing;

namespace PaymentCluster.Grains.Providers;

/// <inheritdoc cref="IProvidersGrain"/>
/// <param name="connectors">The connectors, which check credentials.</param>
/// <param name="scores">Success rates, per provider.</param>
/// <param name="work">Counts open payments.</param>
/// <param name="queries">How far behind status queries are.</param>
/// <param name="directory">This silo's cache of merchants.</param>
/// <param name="requests">Says where webhooks are sent to.</param>
/// <param name="time">The clock of the check's timeout.</param>
/// <param name="logger">Logs checks of credentials.</param>
[StatelessWorker, Reentrant]
public sealed partial class ProvidersGrain(
    ConnectorCatalogue connectors,
    ProviderScores scores,
    IOpenPaymentsQuery work,
    IStatusQueryLags queries,
    MerchantDirectory directory,
    ProviderRequests requests,
    TimeProvider time,
    ILogger<ProvidersGrain> logger) : Grain, IProvidersGrain
{
    // Well below the response timeout of grain calls.
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(12);

    private string Merchant => this.GetPrimaryKeyString();

    private IMerchantGrain Document => GrainFactory.Grain<IMerchantGrain>(Merchant);

    /// <inheritdoc/>
    public async Task<ImmutableArray<ProviderStatus>?> List()
    {
        if (await Document.Get() is not { } merchant)
        {
            return null;
        }

        var lags = queries.OfAsync(Merchant, [.. merchant.Providers.Select(provider => provider.Provider)]);
        var unknown = await work.UnknownAsync(Merchant);
        return [.. merchant.Providers.Zip(await lags, (provider, lag) => StatusOf(provider, unknown, lag))];
    }

    /// <inheritdoc/>
    public async Task<Reply<CredentialsSet>> PutCredentials(
        string provider, ImmutableDictionary<string, Secret> values, bool? isSameAccount = null)
    {
        connectors.TryGet(provider, out var connector);
        if (MerchantDecider.CheckCredentials(provider, connector, values) is { } refusal)
        {
            return Reply<CredentialsSet>.Refused(refusal);
        }

        if (await Document.Get() is null)
        {
            return Reply<CredentialsSet>.Refused(
                Refusal.Of(ErrorCode.MerchantNotFound, "There is no such merchant.", "merchant"));
        }

        var check = await CheckAsync(connector!, new ProviderCredentials(Merchant, values));
        LogChecked(logger, Merchant, provider, check);
        if (check == CredentialsCheck.Refused)
        {
            return Reply<CredentialsSet>.Refused(Refusal.Of(
                ErrorCode.CredentialsRefused, $"{provider} rejected these credentials. Nothing was changed."));
        }

        var reply = await Document.PutCredentials(provider, values, isSameAccount);
        directory.Invalidate(Merchant);
        return reply.Refusal is { } refused
            ? Reply<CredentialsSet>.Refused(refused)
            : Reply<CredentialsSet>.Of(
                new CredentialsSet { Merchant = reply.Value!, IsAccepted = check == CredentialsCheck.Accepted });
    }

    /// <inheritdoc/>
    public async Task<Reply<MerchantView>> DeleteCredentials(string provider)
    {
        // A payment that starts during this count can be left without credentials. Nothing is lost: it is queried when
        // there are credentials again, and the refusal says how to stop new payments first.
        if (await work.CountAsync(Merchant, provider) is > 0 and var open)
        {
            return Reply<MerchantView>.Refused(Refusal.Of(
                ErrorCode.ProviderInUse,
                $"{(open < OpenPaymentsQuery.MaxCounted ? "" : "At least ")}{open} payments at {provider} "
                    + "are still open or monitored."));
        }

        var reply = await Document.DeleteCredentials(provider);
        directory.Invalidate(Merchant);
        return reply;
    }

    private async Task<CredentialsCheck> CheckAsync(IConnector connector, ProviderCredentials credentials)
    {
        try
        {
            return await connector.CheckAsync(credentials).WaitAsync(CheckTimeout, time);
        }
        catch (TimeoutException)
        {
            return CredentialsCheck.NotChecked;
        }
    }

    private ProviderStatus StatusOf(ProviderView provider, ImmutableDictionary<string, int> unknown, TimeSpan lag)
    {
        connectors.TryGet(provider.Provider, out var connector);
        return new ProviderStatus
        {
            Provider = provider,
            Breaker = connector?.Health?.Breaker ?? BreakerState.Closed,
            Latency = connector?.Health?.Latency() ?? default,
            OpenUnknowns = unknown.GetValueOrDefault(provider.Provider),
            StatusQueryLag = lag,
            WebhookUrl = requests.WebhookUrl(Merchant, provider.Provider).AbsoluteUri,
            Methods =
            [
                .. (connector?.Capabilities.Methods ?? []).Order().Select(method =>
                {
                    var score = scores.Of(provider.Provider, method);
                    return new MethodStanding
                    {
                        Method = method,
                        Outcomes = score.Outcomes,
                        Faults = score.Faults,
                        Score = score.Score,
                        IsDown = score.IsDown,
                    };
                }),
            ],
        };
    }

    [LoggerMessage(
        LogEvents.ProviderCredentialsChecked,
        LogLevel.Information,
        "The credentials of {Merchant} at {Provider} were checked: {Check}")]
    private static partial void LogChecked(ILogger logger, string merchant, string provider, CredentialsCheck check);
}
