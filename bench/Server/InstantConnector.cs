using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Bench.Server;

/// <summary>A provider inside the process that says yes to everything, at once or after a while: what is left of a
/// payment's cost is the engine's own.</summary>
internal sealed class InstantConnector(InstantOptions options, TimeProvider time) : IConnector
{
    public const string Name = "instant";

    // Two percent and the tax on them, so that a payment has both of its transfers.
    private const long FeeDivisor = 42;

    private long _calls;

    public string Provider => Name;

    public ConnectorCapabilities Capabilities { get; } = new()
    {
        Methods = [.. Enum.GetValues<PaymentMethodKind>()],
        UpiFlows = [.. Enum.GetValues<UpiFlow>()],
        Currencies = ["INR"],
        CapturesByItself = true,
        PartialCapture = true,
        Voids = true,
        PartialRefund = true,
        Credentials = ["key"],
        VisibilityWindow = TimeSpan.FromSeconds(5),
        LateSuccess = TimeSpan.FromMinutes(5),
    };

    public Task<ProviderOutcome> ChargeAsync(ChargeRequest request, ProviderCredentials credentials) =>
        RespondAsync(Success(request.Amount, request.Attempt.ToString()));

    public Task<ProviderOutcome> QueryChargeAsync(ChargeQuery query, ProviderCredentials credentials) =>
        RespondAsync(Success(query.Amount, query.Attempt.ToString()));

    public Task<ProviderOutcome> CaptureAsync(CaptureRequest request, ProviderCredentials credentials) =>
        RespondAsync(Success(request.Amount, request.Attempt.ToString()));

    public Task<ProviderOutcome> RefundAsync(RefundRequest request, ProviderCredentials credentials) =>
        RespondAsync(Success(request.Amount, request.Refund.ToString(), null));

    public Task<ProviderOutcome> QueryRefundAsync(RefundQuery query, ProviderCredentials credentials) =>
        RespondAsync(Success(query.Amount, query.Refund.ToString(), null));

    public Task<ProviderOutcome> VoidAsync(VoidAuthorizationRequest request, ProviderCredentials credentials) =>
        RespondAsync(Success(request.Amount, request.Attempt.ToString(), null));

    public ValueTask<WebhookReading> ReadWebhookAsync(InboundWebhook webhook, ProviderCredentials credentials) =>
        ValueTask.FromResult<WebhookReading>(new WebhookReading.Forged());

    public Task<CredentialsCheck> CheckAsync(ProviderCredentials credentials) =>
        Task.FromResult(CredentialsCheck.NotChecked);

    /// <summary>The outcome of a charge.</summary>
    internal static ProviderOutcome Success(Money amount, string reference) => Success(amount, reference, Fee(amount));

    private static ProviderOutcome Success(Money amount, string reference, Money? fee) => new ProviderOutcome.Succeeded
    {
        Stage = ChargeStage.Captured, Amount = amount, Fee = fee, ProviderReference = reference,
    };

    private static Money Fee(Money amount) => Money.Of(Math.Max(1, amount.AmountMinor / FeeDivisor), amount.Currency);

    private async Task<ProviderOutcome> RespondAsync(ProviderOutcome outcome)
    {
        if (options.LatencyTo > 0)
        {
            await Task.Delay(Latency(), time);
        }

        return outcome;
    }

    // Evenly spread over the range, and the same in every run: steps of the golden ratio.
    private TimeSpan Latency()
    {
        var part = Interlocked.Increment(ref _calls) * 0.618_033_988_749_895 % 1;
        return TimeSpan.FromMilliseconds(options.LatencyFrom + (part * (options.LatencyTo - options.LatencyFrom)));
    }
}

/// <summary>How long the provider takes, section <c>Instant</c>, in milliseconds.</summary>
internal sealed record InstantOptions
{
    public int LatencyFrom { get; init; }

    public int LatencyTo { get; init; }
}
