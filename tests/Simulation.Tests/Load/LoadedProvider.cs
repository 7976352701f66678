using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentListQuery = PaymentCluster.Connectors.Contract.PaymentListQuery;

namespace PaymentCluster.Simulation.Tests.Load;

/// <summary>A payment at a provider.</summary>
internal sealed record LoadedPayment(string Merchant, string Order, DateTimeOffset MadeAt, DateTimeOffset? PaidAt)
{
    /// <summary>What it is about.</summary>
    public static Money Amount { get; } = Money.Of(100, Currency.Inr);

    /// <summary>When its payment was known to us; null: not yet.</summary>
    public DateTimeOffset? KnownAt { get; set; }

    /// <summary>Signals that its customer returned, while a status query of it waits; null: none is under
    /// way.</summary>
    public CancellationTokenSource? Query { get; set; }

    /// <summary>Its id at the provider.</summary>
    public string Reference => $"pay_{Order}";

    /// <summary>What the provider says of it.</summary>
    public ProviderOutcome OutcomeAt(DateTimeOffset now) => PaidAt <= now
        ? new ProviderOutcome.Succeeded
        {
            Stage = ChargeStage.Captured, Amount = Amount, ProviderOrder = Order, ProviderReference = Reference,
        }
        : new ProviderOutcome.Pending { ProviderOrder = Order, ProviderReference = Reference };
}

/// <summary>A provider with the accounts of several merchants, which sends no webhook. It lists payments by the time of
/// its own clock, the newest first, and a while after they were made; and it counts every request.</summary>
/// <param name="clock">The true time.</param>
/// <param name="clockError">How far its clock is ahead.</param>
internal sealed class LoadedProvider(LoadClock clock, TimeSpan clockError) : IConnector
{
    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(80);
    private static readonly TimeSpan VisibleAfter = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, List<LoadedPayment>> _payments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<DateTimeOffset>> _requests = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Provider => "loaded";

    /// <inheritdoc/>
    public ConnectorCapabilities Capabilities { get; } = new()
    {
        Methods = [PaymentMethodKind.Upi],
        UpiFlows = [UpiFlow.Intent],
        Currencies = ["INR"],
        CapturesByItself = true,
        PartialCapture = false,
        Voids = false,
        PartialRefund = false,
        Credentials = ["key"],
        VisibilityWindow = TimeSpan.FromMinutes(1),
        LateSuccess = TimeSpan.FromDays(3),
    };

    /// <summary>The requests of a merchant's, with their times.</summary>
    public IReadOnlyList<DateTimeOffset> RequestsOf(string merchant) =>
        _requests.TryGetValue(merchant, out var requests) ? requests : [];

    /// <summary>A payment is made.</summary>
    public void Add(LoadedPayment payment)
    {
        if (!_payments.TryGetValue(payment.Merchant, out var payments))
        {
            _payments.Add(payment.Merchant, payments = []);
        }

        payments.Add(payment);
    }

    /// <summary>A status query of one payment.</summary>
    public async Task<ProviderOutcome> QueryAsync(LoadedPayment payment)
    {
        await ArriveAsync(payment.Merchant);
        return payment.OutcomeAt(clock.GetUtcNow());
    }

    /// <summary>A page of a merchant's list.</summary>
    public async Task<ListedPage> ListAsync(string merchant, int pageSize, PaymentListQuery query)
    {
        await ArriveAsync(merchant);
        var now = clock.GetUtcNow();
        var page = _payments[merchant]
            .Where(payment => payment.MadeAt + VisibleAfter <= now)
            .Select(payment => (Payment: payment, Second: (payment.MadeAt + clockError).ToUnixTimeSeconds()))
            .Where(made => made.Second >= query.From.ToUnixTimeSeconds()
                && made.Second <= query.To.ToUnixTimeSeconds())
            .Reverse().Skip(query.Skip).Take(pageSize).ToList();
        return new ListedPage.Read(
            [.. page.Select(made => new ListedPayment(made.Payment.Order, made.Payment.OutcomeAt(now)))],
            page.Count,
            page.Count == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(page[^1].Second));
    }

    /// <inheritdoc/>
    public Task<ProviderOutcome> ChargeAsync(ChargeRequest request, ProviderCredentials credentials) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<ProviderOutcome> QueryChargeAsync(ChargeQuery query, ProviderCredentials credentials) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<ProviderOutcome> CaptureAsync(CaptureRequest request, ProviderCredentials credentials) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<ProviderOutcome> VoidAsync(VoidAuthorizationRequest request, ProviderCredentials credentials) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<ProviderOutcome> RefundAsync(RefundRequest request, ProviderCredentials credentials) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<ProviderOutcome> QueryRefundAsync(RefundQuery query, ProviderCredentials credentials) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public ValueTask<WebhookReading> ReadWebhookAsync(InboundWebhook webhook, ProviderCredentials credentials) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<CredentialsCheck> CheckAsync(ProviderCredentials credentials) => throw new NotSupportedException();

    private async Task ArriveAsync(string merchant)
    {
        if (!_requests.TryGetValue(merchant, out var requests))
        {
            _requests.Add(merchant, requests = []);
        }

        requests.Add(clock.GetUtcNow());
        await clock.Until(clock.GetUtcNow() + RoundTrip);
    }
}
