using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Customers;

/// <summary>Verifies UPI IDs. A response contains a person's name: to prevent its use as a directory, the number of
/// different ids per minute is limited, and cached ones are not queried again.</summary>
/// <param name="providers">The merchants' providers.</param>
/// <param name="options">The limits.</param>
/// <param name="time">The clock that caches and limits run by.</param>
internal sealed class UpiChecks(IMerchantProviders providers, CustomersOptions options, TimeProvider time)
{
    private const int MaxKnown = 20;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, (UpiIdView View, DateTimeOffset At)> _known = new(StringComparer.Ordinal);
    private readonly Queue<DateTimeOffset> _queries = new();

    /// <summary>Whether a UPI ID can be paid from, and whose it is, as one of the merchant's providers says.</summary>
    public async Task<Reply<UpiIdView>> VerifyAsync(string merchant, string vpa)
    {
        var now = time.GetUtcNow();
        if (_known.TryGetValue(vpa, out var seen) && now - seen.At < options.UpiCheckLifetime)
        {
            return Reply<UpiIdView>.Of(seen.View);
        }

        while (_queries.TryPeek(out var first) && now - first >= Minute)
        {
            _queries.Dequeue();
        }

        if (_queries.Count >= options.UpiChecksPerMinute)
        {
            return Reply<UpiIdView>.Refused(Refusal.Of(
                ErrorCode.RateLimited, $"At most {options.UpiChecksPerMinute} UPI IDs can be verified per minute."));
        }

        // Counted before the query, so that simultaneous ones count too.
        _queries.Enqueue(now);
        var reply = await QueryAsync(merchant, vpa);
        if (reply.Value is { } view)
        {
            if (_known.Count >= MaxKnown)
            {
                _known.Clear();
            }

            _known[vpa] = (view, time.GetUtcNow());
        }

        return reply;
    }

    /// <summary>Drops what is known; the queries still count.</summary>
    public void Clear() => _known.Clear();

    // One provider after the other: each further one learns the customer's UPI ID only if those before did not respond.
    private async Task<Reply<UpiIdView>> QueryAsync(string merchant, string vpa)
    {
        var refusal = Refusal.Of(ErrorCode.NoProvider, "None of the merchant's providers verifies UPI IDs.");
        var began = time.GetTimestamp();
        foreach (var provider in (await providers.FactsAsync(merchant)).Providers.Where(one => one.VerifiesUpi))
        {
            if (time.GetElapsedTime(began) >= options.ResponseTimeout
                || await providers.FindAsync<IUpiVerification>(merchant, provider.Name) is not { } connected)
            {
                continue;
            }

            switch (await QueryAsync(connected, vpa))
            {
                case ProviderResult<UpiHolder>.Given { Value: var holder }:
                    return Reply<UpiIdView>.Of(new UpiIdView { Vpa = vpa, Valid = holder.Exists, Name = holder.Name });
                case var failed:
                    refusal = ProviderCalls.FailureOf(failed, "vpa").Refusal;
                    break;
            }
        }

        return Reply<UpiIdView>.Refused(refusal);
    }

    // Half of the time for each: one that hangs leaves the next a chance.
    private async Task<ProviderResult<UpiHolder>> QueryAsync(ConnectedProvider<IUpiVerification> connected, string vpa)
    {
        using var limit = new CancellationTokenSource(options.ResponseTimeout / 2, time);
        try
        {
            return await Task.Run(() => connected.Capability.VerifyUpiAsync(vpa, connected.Credentials))
                .WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return new ProviderResult<UpiHolder>.Unavailable("it did not respond in time");
        }
    }
}
