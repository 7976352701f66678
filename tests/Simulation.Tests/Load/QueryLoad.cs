using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using PaymentCluster.Connectors;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Simulation.Tests.Load;

/// <summary>A merchant of a load.</summary>
/// <param name="Name">The merchant.</param>
/// <param name="PerSecond">Payments a second.</param>
/// <param name="SlowestCustomer">How long customers take at most; some never pay.</param>
/// <param name="Returning">The share of those who pay that returns to the shop's page, a second later.</param>
internal sealed record LoadedMerchant(
    string Name, double PerSecond, TimeSpan SlowestCustomer, double Returning = 0);

/// <summary>
/// The product's budgets and lists under the payments of several merchants at a provider whose webhooks are all lost:
/// on several silos, in one thread, on a clock of its own. Each payment queries at the times of its schedule, as long
/// as it is open.
/// </summary>
internal sealed class QueryLoad
{
    /// <summary>When a load begins.</summary>
    public static readonly DateTimeOffset Start = new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);

    private const int PageSize = 100;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    // As PaymentSchedule has them.
    private static readonly TimeSpan[] Schedule =
    [
        TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(1),
        TimeSpan.FromMinutes(5),
    ];

    private readonly LoadClock _clock = new(Start);
    private readonly Random _random;
    private readonly LoadedProvider _provider;
    private readonly StatusQueryShares[] _silos;
    private readonly List<LoadedPayment> _payments = [];

    /// <summary>A load at its beginning.</summary>
    /// <param name="seed">Decides when customers pay.</param>
    /// <param name="silos">How many silos.</param>
    /// <param name="perMinute">A merchant's budget.</param>
    /// <param name="hasList">Whether the provider lists payments.</param>
    /// <param name="clockError">How far the provider's clock is ahead.</param>
    public QueryLoad(int seed, int silos, int perMinute, bool hasList, TimeSpan clockError = default)
    {
        _random = new Random(seed);
        _provider = new LoadedProvider(_clock, clockError);
        IConnector connector = hasList ? new Listing(_provider) : _provider;
        var options = Options.Create(new PaymentOptions { StatusQueriesPerMinute = perMinute });
        _silos = [.. Enumerable.Range(0, silos).Select(_ => new StatusQueryShares(
            new ConnectorCatalogue([connector]),
            options,
            new PaymentListReader(
                new Providers(_provider),
                new PaymentClock(_clock),
                _clock,
                _clock,
                NullLogger<PaymentListReader>.Instance),
            _clock,
            new Meters(),
            NullLogger<StatusQueryShares>.Instance))];
        foreach (var silo in _silos)
        {
            silo.Tick(silos);
        }

        _clock.At(Start, TickAll);
    }

    /// <summary>The payments whose customers returned.</summary>
    public HashSet<LoadedPayment> Returned { get; } = [];

    /// <summary>The payments.</summary>
    public IReadOnlyList<LoadedPayment> Payments => _payments;

    /// <summary>Adds a merchant's payments.</summary>
    public void Add(LoadedMerchant merchant, TimeSpan lasts)
    {
        for (var number = 0; number < lasts.TotalSeconds * merchant.PerSecond; number++)
        {
            var madeAt = Start + TimeSpan.FromSeconds(number / merchant.PerSecond);
            var paysAfter = 0.2 + (_random.NextDouble() * merchant.SlowestCustomer.TotalSeconds);
            DateTimeOffset? paidAt = _random.Next(10) == 0 ? null : madeAt + TimeSpan.FromSeconds(paysAfter);
            var payment = new LoadedPayment(merchant.Name, $"order_{merchant.Name}_{number}", madeAt, paidAt);
            var silo = _silos[_random.Next(_silos.Length)];
            _payments.Add(payment);
            _clock.At(madeAt, () =>
            {
                _provider.Add(payment);
                _clock.Run(() => FollowAsync(payment, silo));
            });
            if (paidAt is { } paid && merchant.Returning > 0 && _random.NextDouble() < merchant.Returning)
            {
                Returned.Add(payment);
                _clock.At(paid.AddSeconds(1), () => Return(payment, silo));
            }
        }
    }

    /// <summary>Lets confirmations of earlier captures come due, evenly, and counts those that are had.</summary>
    public Func<int> AddConfirmations(string merchant, double perSecond, TimeSpan lasts)
    {
        var confirmed = 0;
        for (var number = 0; number < lasts.TotalSeconds * perSecond; number++)
        {
            var payment = new LoadedPayment(merchant, $"order_{merchant}_old_{number}", Start, Start);
            _clock.At(Start + TimeSpan.FromSeconds(number / perSecond), () => _clock.Run(async () =>
            {
                var permit = await _silos[0].AcquireAsync(
                    new StatusQuery(new(merchant, _provider.Provider, null), QueryPriority.Confirmation),
                    CancellationToken.None);
                if (permit.IsGranted)
                {
                    await _provider.QueryAsync(payment);
                    confirmed++;
                }
            }));
        }

        return () => confirmed;
    }

    /// <summary>Lets the load go on until a time after its beginning.</summary>
    public void RunFor(TimeSpan time) => _clock.RunUntil(Start + time);

    /// <summary>The most requests of a merchant's in any minute, as the provider counts them.</summary>
    public int MostInAMinute(string merchant)
    {
        var requests = _provider.RequestsOf(merchant);
        var (first, most) = (0, 0);
        for (var last = 0; last < requests.Count; last++)
        {
            while (requests[last] - requests[first] >= TimeSpan.FromMinutes(1))
            {
                first++;
            }

            most = Math.Max(most, last - first + 1);
        }

        return most;
    }

    /// <summary>How long after a payment of the merchant's was made, or paid if that was later, it was known, at most;
    /// null if one is not known.</summary>
    public TimeSpan? LongestUnknown(string merchant)
    {
        var longest = TimeSpan.Zero;
        foreach (var payment in _payments.Where(one => one.Merchant == merchant && one.PaidAt is not null))
        {
            if (payment.KnownAt is not { } knownAt)
            {
                return null;
            }

            longest = knownAt - payment.PaidAt!.Value > longest ? knownAt - payment.PaidAt.Value : longest;
        }

        return longest;
    }

    private void TickAll()
    {
        foreach (var silo in _silos)
        {
            silo.Tick(_silos.Length);
        }

        _clock.At(_clock.GetUtcNow() + Tick, TickAll);
    }

    // What a payment does until it is known: at each time of its schedule one query, unless one waits then.
    private async Task FollowAsync(LoadedPayment payment, StatusQueryShares silo)
    {
        foreach (var pause in Schedule)
        {
            if (payment.MadeAt + pause < _clock.GetUtcNow())
            {
                continue;
            }

            await _clock.Until(payment.MadeAt + pause);
            if (payment.KnownAt is null && payment.Query is null)
            {
                await QueryAsync(payment, silo, QueryPriority.Accepted);
            }
        }
    }

    // As the product does it: one query of a payment at a time, and the one that waits becomes urgent.
    private void Return(LoadedPayment payment, StatusQueryShares silo)
    {
        if (payment.Query is { } query)
        {
            query.Cancel();
        }
        else if (payment.KnownAt is null)
        {
            _clock.Run(() => QueryAsync(payment, silo, QueryPriority.Likely));
        }
    }

    private async Task QueryAsync(LoadedPayment payment, StatusQueryShares silo, QueryPriority priority)
    {
        var charge = new ListableCharge
        {
            ProviderOrder = payment.Order,
            ProviderReference = payment.Reference,
            Amount = LoadedPayment.Amount,
            From = payment.MadeAt,
            To = payment.MadeAt.AddMilliseconds(80),
        };
        using var likely = payment.Query = new CancellationTokenSource();
        var permit = await silo.AcquireAsync(
            new StatusQuery(new(payment.Merchant, _provider.Provider, null), priority, charge)
            {
                Began = payment.MadeAt, Likely = likely.Token,
            },
            CancellationToken.None);
        var outcome = permit.IsGranted ? await _provider.QueryAsync(payment) : permit.Listed?.Outcome;
        payment.Query = null;
        if (outcome is ProviderOutcome.Succeeded)
        {
            payment.KnownAt ??= _clock.GetUtcNow();
        }
    }

    private sealed class Listing(LoadedProvider provider) : IConnector, IListsPayments
    {
        public string Provider => provider.Provider;

        public ConnectorCapabilities Capabilities => provider.Capabilities;

        public int PageSize => QueryLoad.PageSize;

        public Task<ListedPage> ListAsync(PaymentListQuery query, ProviderCredentials credentials) =>
            throw new NotSupportedException();

        public Task<ProviderOutcome> ChargeAsync(ChargeRequest request, ProviderCredentials credentials) =>
            provider.ChargeAsync(request, credentials);

        public Task<ProviderOutcome> QueryChargeAsync(ChargeQuery query, ProviderCredentials credentials) =>
            provider.QueryChargeAsync(query, credentials);

        public Task<ProviderOutcome> CaptureAsync(CaptureRequest request, ProviderCredentials credentials) =>
            provider.CaptureAsync(request, credentials);

        public Task<ProviderOutcome> VoidAsync(VoidAuthorizationRequest request, ProviderCredentials credentials) =>
            provider.VoidAsync(request, credentials);

        public Task<ProviderOutcome> RefundAsync(RefundRequest request, ProviderCredentials credentials) =>
            provider.RefundAsync(request, credentials);

        public Task<ProviderOutcome> QueryRefundAsync(RefundQuery query, ProviderCredentials credentials) =>
            provider.QueryRefundAsync(query, credentials);

        public ValueTask<WebhookReading> ReadWebhookAsync(InboundWebhook webhook, ProviderCredentials credentials) =>
            provider.ReadWebhookAsync(webhook, credentials);

        public Task<CredentialsCheck> CheckAsync(ProviderCredentials credentials) => provider.CheckAsync(credentials);
    }

    private sealed class Providers(LoadedProvider provider) : IPaymentProviders
    {
        public Task<ListedPage> ListAsync(ProviderAccount account, PaymentListQuery query) =>
            provider.ListAsync(account.Merchant, PageSize, query);

        public Task<ProviderOutcome> ChargeAsync(ProviderAccount account, ChargeRequest request) =>
            throw new NotSupportedException();

        public Task<ProviderOutcome> CaptureAsync(ProviderAccount account, CaptureRequest request) =>
            throw new NotSupportedException();

        public Task<ProviderOutcome> VoidAsync(ProviderAccount account, VoidAuthorizationRequest request) =>
            throw new NotSupportedException();

        public Task<ProviderOutcome> RefundAsync(ProviderAccount account, RefundRequest request) =>
            throw new NotSupportedException();

        public Task<ProviderOutcome> QueryChargeAsync(ProviderAccount account, ChargeQuery query) =>
            throw new NotSupportedException();

        public Task<ProviderOutcome> QueryRefundAsync(ProviderAccount account, RefundQuery query) =>
            throw new NotSupportedException();
    }

    private sealed class Meters : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options.Name);

        public void Dispose()
        {
            // The meters live as long as the process.
        }
    }
}
