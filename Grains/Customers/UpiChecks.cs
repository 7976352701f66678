using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Customers;

/// <summary>
/// Questions about UPI ids, for whoever holds this. The answer is somebody's name: so that it is no directory, only so
/// many different ids may be asked about in a minute, and what is known is not asked again.
/// </summary>
/// <param name="providers">Merchants' providers.</param>
/// <param name="options">How many, and how long an answer holds.</param>
/// <param name="time">When it is.</param>
internal sealed class UpiChecks(ProviderDesk providers, CustomersOptions options, TimeProvider time)
{
    private const int MaxKnown = 20;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, (UpiIdView View, DateTimeOffset At)> _known = new(StringComparer.Ordinal);
    private readonly Queue<DateTimeOffset> _asked = new();

    /// <summary>Whether a UPI id can be paid from, and whose it is, as one of the merchant's providers says.</summary>
    public async Task<Reply<UpiIdView>> AskAsync(string merchant, string vpa)
    {
        var now = time.GetUtcNow();
        if (_known.TryGetValue(vpa, out var seen) && now - seen.At < options.UpiCheckLifetime)
        {
            return Reply<UpiIdView>.Of(seen.View);
        }

        while (_asked.TryPeek(out var first) && now - first >= Minute)
        {
            _asked.Dequeue();
        }

        if (_asked.Count >= options.UpiChecksPerMinute)
        {
            return Reply<UpiIdView>.Refused(Refusal.Of(
                ErrorCode.RateLimited, $"{options.UpiChecksPerMinute} UPI ids may be asked about in a minute."));
        }

        // Counted before it is asked: those that are asked at once are as many.
        _asked.Enqueue(now);
        var reply = await AskProvidersAsync(merchant, vpa);
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

    /// <summary>Forgets what is known; what was asked still counts.</summary>
    public void Forget() => _known.Clear();

    private async Task<Reply<UpiIdView>> AskProvidersAsync(string merchant, string vpa)
    {
        var refusal = Refusal.Of(ErrorCode.NoProvider, "None of the merchant's providers answers questions about UPI ids.");
        foreach (var seat in await providers.WithAsync<IUpiVerification>(merchant))
        {
            var answer = await seat.Capability.VerifyUpiAsync(vpa, seat.Credentials);
            if (answer is ProviderAnswer<UpiHolder>.Given { Value: var holder })
            {
                return Reply<UpiIdView>.Of(new UpiIdView { Vpa = vpa, Valid = holder.Exists, Name = holder.Name });
            }

            refusal = ProviderDesk.RefusalOf(answer, "vpa");
        }

        return Reply<UpiIdView>.Refused(refusal);
    }
}
