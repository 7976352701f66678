using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Gateway.Tests.Host;

/// <summary>A provider in memory that takes payments. Each merchant has an account of its own, whose test decides what
/// becomes of its payments.</summary>
internal sealed class ScriptedProvider(string name) : IConnector
{
    /// <summary>The link of every UPI payment.</summary>
    public const string UpiLink = "upi://pay?pa=shop@bank&am=500.00&tr=x";

    private readonly ConcurrentDictionary<string, ProviderAccount> _accounts = new();

    public string Provider => name;

    public ConnectorCapabilities Capabilities { get; } = new()
    {
        Methods = [PaymentMethodKind.Card, PaymentMethodKind.Upi, PaymentMethodKind.Netbanking],
        UpiFlows = [UpiFlow.Intent, UpiFlow.Qr],
        Currencies = ["INR"],
        CapturesByItself = true,
        PartialCapture = true,
        Voids = true,
        PartialRefund = true,
        Credentials = ["key_id", "key_secret", "webhook_secret"],
        VisibilityWindow = TimeSpan.FromSeconds(1),
        LateSuccess = TimeSpan.FromSeconds(1),
    };

    public ICallHealth? Health { get; init; }

    public ProviderAccount Account(string merchant) => _accounts.GetOrAdd(merchant, _ => new ProviderAccount());

    public Task<ProviderOutcome> ChargeAsync(ChargeRequest request, ProviderCredentials credentials) =>
        Task.FromResult(Account(credentials.Merchant).Charge(request));

    public Task<ProviderOutcome> QueryChargeAsync(ChargeQuery query, ProviderCredentials credentials) =>
        Task.FromResult(Account(credentials.Merchant).OutcomeOf(query.Attempt));

    public Task<ProviderOutcome> CaptureAsync(CaptureRequest request, ProviderCredentials credentials) =>
        Task.FromResult(Account(credentials.Merchant).Decide(request.Attempt, request.Amount));

    public Task<ProviderOutcome> VoidAsync(VoidAuthorizationRequest request, ProviderCredentials credentials) =>
        Task.FromResult(Account(credentials.Merchant).Decide(request.Attempt, request.Amount));

    public Task<ProviderOutcome> RefundAsync(RefundRequest request, ProviderCredentials credentials) =>
        Task.FromResult(Account(credentials.Merchant).Refund(request));

    public Task<ProviderOutcome> QueryRefundAsync(RefundQuery query, ProviderCredentials credentials) =>
        Task.FromResult<ProviderOutcome>(new ProviderOutcome.Pending());

    public ValueTask<WebhookReading> ReadWebhookAsync(InboundWebhook webhook, ProviderCredentials credentials) =>
        ValueTask.FromResult(Account(credentials.Merchant).Read(webhook, credentials["webhook_secret"].Reveal()));

    public Task<CredentialsCheck> CheckAsync(ProviderCredentials credentials) =>
        Task.FromResult(Account(credentials.Merchant).Check);
}

/// <summary>How calls to a provider went, as a test says.</summary>
internal sealed class ScriptedHealth : ICallHealth
{
    public BreakerState Breaker { get; set; } = BreakerState.Closed;

    public LatencyFigures Latency() => new() { Calls = 7, P50 = TimeSpan.FromMilliseconds(12.5) };
}

/// <summary>What a provider knows of a merchant, and does for it.</summary>
internal sealed class ProviderAccount
{
    private readonly ConcurrentDictionary<AttemptId, ProviderOutcome> _outcomes = new();

    /// <summary>What it says to credentials.</summary>
    public CredentialsCheck Check { get; set; } = CredentialsCheck.NotChecked;

    /// <summary>What becomes of a charge at first: a card is charged, anything else waits for its customer.</summary>
    public Func<ChargeRequest, ProviderOutcome> Bank { get; set; } = ByMethod;

    /// <summary>How much it says that it paid back of a refund; the refund's amount unless a test says
    /// otherwise.</summary>
    public Func<Money, Money> PaysBack { get; set; } = amount => amount;

    /// <summary>The charges that it received.</summary>
    public ConcurrentQueue<ChargeRequest> Charges { get; } = new();

    /// <summary>The webhooks that it was shown, signed or not.</summary>
    public ConcurrentQueue<InboundWebhook> Webhooks { get; } = new();

    /// <summary>What it knows of a charge.</summary>
    public ProviderOutcome OutcomeOf(AttemptId attempt) =>
        _outcomes.GetValueOrDefault(attempt) ?? new ProviderOutcome.NotFound();

    /// <summary>Its customer pays.</summary>
    public ProviderOutcome Decide(AttemptId attempt, Money amount, ChargeStage stage = ChargeStage.Captured) =>
        _outcomes[attempt] = Paid(attempt, amount) with { Stage = stage };

    /// <summary>Its customer's bank declines.</summary>
    public void Decline(AttemptId attempt) => _outcomes[attempt] = new ProviderOutcome.Declined
    {
        Failure = new Failure { Code = "card_declined", Message = "No.", Party = FailureParty.Bank },
    };

    public ProviderOutcome Charge(ChargeRequest request)
    {
        Charges.Enqueue(request);
        return _outcomes[request.Attempt] = Bank(request);
    }

    public ProviderOutcome Refund(RefundRequest request) => new ProviderOutcome.Succeeded
    {
        Stage = ChargeStage.Captured,
        Amount = PaysBack(request.Amount),
        ProviderReference = $"refund_{request.Refund}",
    };

    /// <summary>Reads a webhook: an event's id and the attempt that it is about.</summary>
    public WebhookReading Read(InboundWebhook webhook, string secret)
    {
        Webhooks.Enqueue(webhook);
        var body = webhook.Body.ToArray();
        if (webhook.Headers.GetValueOrDefault(TestConnector.SignatureHeader) != TestConnector.Sign(body, secret))
        {
            return new WebhookReading.Forged();
        }

        try
        {
            var content = JsonSerializer.Deserialize<Dictionary<string, string>>(body)!;
            return AttemptId.TryParse(content["about"], out var attempt)
                ? new WebhookReading.OfCharge(content["id"], attempt, OutcomeOf(attempt))
                : new WebhookReading.Irrelevant(content["id"], content["about"]);
        }
        catch (JsonException)
        {
            return new WebhookReading.Malformed("it is no JSON");
        }
    }

    private static ProviderOutcome ByMethod(ChargeRequest request) => request.Instrument.Kind switch
    {
        PaymentMethodKind.Card when request.Capture == CaptureMode.Manual =>
            Paid(request.Attempt, request.Amount) with { Stage = ChargeStage.Authorized },
        PaymentMethodKind.Card => Paid(request.Attempt, request.Amount),
        PaymentMethodKind.Upi => Waiting(request.Attempt, CustomerActionKind.UpiIntent, ScriptedProvider.UpiLink),
        PaymentMethodKind.Netbanking or PaymentMethodKind.Wallet =>
            Waiting(request.Attempt, CustomerActionKind.Redirect, "https://bank.example/pay"),
    };

    private static ProviderOutcome.Succeeded Paid(AttemptId attempt, Money amount) =>
        new() { Stage = ChargeStage.Captured, Amount = amount, ProviderReference = $"charge_{attempt}" };

    private static ProviderOutcome.Pending Waiting(AttemptId attempt, CustomerActionKind kind, string url) => new()
    {
        ProviderReference = $"charge_{attempt}",
        Action = new CustomerAction { Kind = kind, Url = url },
    };
}
