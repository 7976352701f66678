using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Providers;
using static PaymentCluster.Connectors.Contract.Outcomes;

namespace PaymentCluster.Connectors.Razorpay;

/// <summary>
/// Razorpay, server to server (razorpay.com/docs/api and /docs/payments/payment-gateway/s2s-integration/json/v2).
/// </summary>
/// <remarks>A charge is two calls: an order, which moves no money, and a payment on it. Both carry the attempt's id,
/// the order as <c>receipt</c>, the payment in <c>notes</c>. The order is the fence: once a payment on it is captured
/// it takes no other, so that a payment that was sent late or repeatedly on one order is taken once.</remarks>
public sealed partial class RazorpayConnector : IConnector, IDisposable
{
    private readonly RazorpayOptions _options;
    private readonly TimeProvider _time;
    private readonly ProviderHttp _http;
    private readonly RazorpayApi _api;

    /// <summary>Creates the one connector of the process.</summary>
    public RazorpayConnector(IOptions<RazorpayOptions> options, TimeProvider time, ILogger<RazorpayConnector> logger)
    {
        _options = options.Value;
        _time = time;
        _http = new ProviderHttp(Provider, _options, time, logger);
        _api = new RazorpayApi(_http, time);
        Capabilities = RazorpayCapabilities.With(_options.VisibilityWindow);
    }

    /// <inheritdoc/>
    public string Provider => "razorpay";

    /// <inheritdoc/>
    public ConnectorCapabilities Capabilities { get; }

    /// <inheritdoc/>
    public ICallHealth Health => _http.Health;

    /// <inheritdoc/>
    public async Task<ProviderOutcome> ChargeAsync(ChargeRequest request, ProviderCredentials credentials)
    {
        if (Capabilities.Refuses(request) is { } refusal)
        {
            return Declined(
                new Failure { Code = FailureCodes.RequestRefused, Message = refusal, Party = FailureParty.Merchant });
        }

        string? order = null;
        if (request.Resend)
        {
            // If this cannot be found out now, nothing changes: the send is taken not to have arrived, and nothing is
            // sent.
            var earlier = await FindByReceiptAsync(request.Attempt.ToString(), request.Amount, credentials);
            if (earlier is not ProviderOutcome.NotFound)
            {
                return earlier;
            }

            order = earlier.ProviderOrder;
        }

        var reused = order is not null;
        if (order is null)
        {
            (order, reused, var outcome) = await CreateOrderAsync(request, credentials);
            if (order is null)
            {
                return outcome!;
            }
        }

        var charge = await CreatePaymentAsync(request, order, credentials);
        if (reused && charge is ProviderOutcome.Declined)
        {
            // The order may refuse this payment because of an earlier one that was listed too late.
            var listed = await QueryOrderAsync(request.Attempt.ToString(), order, credentials);
            return listed is ProviderOutcome.NotFound ? charge : OfQuery(listed);
        }

        return charge;
    }

    /// <inheritdoc/>
    public async Task<ProviderOutcome> QueryChargeAsync(ChargeQuery query, ProviderCredentials credentials)
    {
        var reference = query.Attempt.ToString();
        if (query.ProviderOrder is null && query.ProviderReference is null)
        {
            return OfQuery(await FindByReceiptAsync(reference, query.Amount, credentials));
        }

        var order = query.ProviderOrder;
        ProviderOutcome? single = null;
        if (order is null)
        {
            single = await QueryPaymentAsync(reference, query.ProviderReference!, credentials);
            order = single.ProviderOrder;
        }

        // A failed payment may have been followed by another one on its order, so the order's list has the last word.
        if (single is not (null or ProviderOutcome.Declined) || order is null)
        {
            return OfQuery(single!);
        }

        var listed = await QueryOrderAsync(reference, order, credentials);
        return OfQuery(listed is ProviderOutcome.NotFound && query.ProviderReference is { } payment
            ? single ?? await QueryPaymentAsync(reference, payment, credentials)
            : listed);
    }

    /// <inheritdoc/>
    public async Task<ProviderOutcome> CaptureAsync(CaptureRequest request, ProviderCredentials credentials)
    {
        var (reference, payment) = (request.Attempt.ToString(), request.ProviderReference);
        if (!RazorpayMapping.IsId(payment, "pay_"))
        {
            return Unknown("the payment's id is malformed");
        }

        var body = new CreateCapture
        {
            Amount = RazorpayMapping.ToAmount(request.Amount), Currency = request.Amount.Currency.Code,
        };
        var reply = await _api.ActAsync(
            "capture", reference, $"v1/payments/{payment}/capture", body, RazorpayJson.Default.CreateCapture,
            request.Window, credentials);
        var outcome = RazorpayApi.Outcome(
            reply, RazorpayJson.Default.PaymentEntity,
            response => response.Id == payment ? RazorpayMapping.Outcome(response) : null);
        if (RazorpayApi.IsRefusal(outcome))
        {
            // "Already captured" is a refusal here and a success for us: the payment itself says which it is.
            var current = await QueryPaymentAsync(reference, payment, credentials);
            return current is ProviderOutcome.Succeeded { Stage: ChargeStage.Authorized }
                ? outcome with { ProviderOrder = current.ProviderOrder, ProviderReference = payment }
                : OfQuery(current);
        }

        return outcome is ProviderOutcome.Succeeded { Stage: ChargeStage.Authorized }
            ? new ProviderOutcome.Pending { ProviderOrder = outcome.ProviderOrder, ProviderReference = payment }
            : outcome with { ProviderReference = payment };
    }

    /// <inheritdoc/>
    public async Task<ProviderOutcome> RefundAsync(RefundRequest request, ProviderCredentials credentials)
    {
        var (reference, payment) = (request.Refund.ToString(), request.ProviderReference);
        if (!RazorpayMapping.IsId(payment, "pay_"))
        {
            return Unknown("the payment's id is malformed");
        }

        // Same key and same body: Razorpay returns the first result
        // (razorpay.com/docs/api/refunds/normal-refunds-idempotent).
        var reply = await _api.ActAsync(
            "refund", reference, $"v1/payments/{payment}/refund", RazorpayMapping.Refund(
                request), RazorpayJson.Default.CreateRefund,
            request.Window, credentials, [new("X-Refund-Idempotency", reference)]);
        var outcome = RazorpayApi.Outcome(
            reply, RazorpayJson.Default.RefundEntity,
            response => response.PaymentId == payment ? RazorpayMapping.Outcome(response) : null);
        if (!RazorpayApi.IsRefusal(outcome) && reply is not ProviderReply.Responded { Status: 409 })
        {
            return outcome;
        }

        // "Already refunded" may mean this very refund, and 409 that it is under way. The payment's list of refunds
        // knows.
        var listed = await FindRefundAsync(reference, payment, credentials);
        return listed is ProviderOutcome.NotFound ? outcome : OfQuery(listed);
    }

    /// <inheritdoc/>
    public async Task<ProviderOutcome> QueryRefundAsync(RefundQuery query, ProviderCredentials credentials)
    {
        var reference = query.Refund.ToString();
        if (query.ProviderRefund is not { } id)
        {
            return OfQuery(await FindRefundAsync(reference, query.ProviderReference, credentials));
        }

        if (!RazorpayMapping.IsId(id, "rfnd_"))
        {
            return Unknown("the refund's id is malformed");
        }

        var (refund, problem) = await _api.QueryAsync(
            "query.refund", reference, $"v1/refunds/{id}", RazorpayJson.Default.RefundEntity, credentials);
        return refund?.Id == id && RazorpayMapping.Outcome(refund) is { } outcome
            ? outcome
            : Unknown(problem ?? "the refund is unreadable");
    }

    /// <inheritdoc/>
    public ValueTask<WebhookReading> ReadWebhookAsync(InboundWebhook webhook, ProviderCredentials credentials) =>
        ValueTask.FromResult(RazorpayWebhook.Read(webhook, credentials[RazorpayWebhook.Secret]));

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always: its capabilities say that an authorisation runs out.</exception>
    public Task<ProviderOutcome> VoidAsync(VoidAuthorizationRequest request, ProviderCredentials credentials) =>
        throw new NotSupportedException("Razorpay releases an authorisation by letting it expire.");

    /// <inheritdoc/>
    public Task<CredentialsCheck> CheckAsync(ProviderCredentials credentials) => _api.CheckAsync(credentials);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>Makes the attempt's order, or finds the one that is there already.</summary>
    private async Task<(string? Order, bool Reused, ProviderOutcome? Outcome)> CreateOrderAsync(
        ChargeRequest request, ProviderCredentials credentials)
    {
        var reference = request.Attempt.ToString();
        var body = RazorpayMapping.Order(request, _time.GetUtcNow());
        var reply = await _api.ActAsync(
            "charge.order", reference, "v1/orders", body, RazorpayJson.Default.CreateOrder, request.Window,
            credentials);
        if (reply is ProviderReply.Responded { IsSuccess: true } response
            && RazorpayApi.TryRead(response, RazorpayJson.Default.OrderEntity, out var order)
            && RazorpayMapping.IsId(order.Id, "order_")
            && RazorpayMapping.TryReadMoney(order.Amount, order.Currency, out var amount)
            && amount == request.Amount)
        {
            return (order.Id, false, null);
        }

        var outcome = RazorpayApi.Outcome(reply, RazorpayJson.Default.OrderEntity, _ => null);
        if (!RazorpayApi.IsRefusal(outcome))
        {
            // An order moves no money, so whatever became of it, the charge has not been sent.
            return (
                null,
                false,
                outcome is ProviderOutcome.Unknown unknown ? NotSent($"order: {unknown.Reason}") : outcome);
        }

        // Receipts are documented to be unique: the refusal may be about an order that an earlier try left.
        var earlier = request.Resend ? null : await FindByReceiptAsync(reference, request.Amount, credentials);
        return earlier switch
        {
            ProviderOutcome.NotFound { ProviderOrder: { } found } => (found, true, null),
            null or ProviderOutcome.NotFound or ProviderOutcome.NotSent => (null, false, outcome),
            _ => (null, false, earlier),
        };
    }

    private async Task<ProviderOutcome> CreatePaymentAsync(
        ChargeRequest request, string order, ProviderCredentials credentials)
    {
        var body = RazorpayMapping.Payment(request, order, _options, _time.GetUtcNow());
        var reply = await _api.ActAsync(
            "charge.payment", request.Attempt.ToString(), "v1/payments/create/json", body,
            RazorpayJson.Default.CreatePayment,
            request.Window, credentials);
        var plainHttp = _options.BaseUrl!.Scheme == Uri.UriSchemeHttp;
        var outcome = RazorpayApi.Outcome(
            reply, RazorpayJson.Default.PaymentCreated,
            response => RazorpayMapping.Outcome(request.Instrument, response, plainHttp));
        var refused = reply is ProviderReply.Responded { IsSuccess: false } response
            ? RazorpayMapping.PaymentOf(RazorpayApi.ReadError(response))
            : null;
        return outcome with { ProviderOrder = order, ProviderReference = outcome.ProviderReference ?? refused };
    }

    // The queries below return NotSent if they could not be sent, so that a charge that waits for the result can
    // stay unsent.

    /// <summary>What became of the charge under a receipt; with <see cref="ProviderOutcome.NotFound"/> the order that
    /// is free for it, if there is one.</summary>
    private async Task<ProviderOutcome> FindByReceiptAsync(
        string receipt, Money amount, ProviderCredentials credentials)
    {
        // The filter is documented as "contains", and attempt 1 is contained in attempts 10 to 19: hence the count and
        // the exact match.
        var (orders, problem) = await _api.QueryAsync(
            "query.receipt", receipt, $"v1/orders?receipt={receipt}&count=100",
            RazorpayJson.Default.CollectionOrderEntity, credentials);
        if (orders?.Items is not { } items || items.Any(order => !RazorpayMapping.IsId(order?.Id, "order_")))
        {
            return Unread(problem, "the list of orders is unreadable");
        }

        ProviderOutcome found = new ProviderOutcome.NotFound();
        foreach (var order in items.Where(order => order!.Receipt == receipt))
        {
            var outcome = await QueryOrderAsync(receipt, order!.Id!, credentials);
            var isFree = RazorpayMapping.TryReadMoney(order.Amount, order.Currency, out var orderAmount)
                && orderAmount == amount;
            found = outcome is ProviderOutcome.NotFound && !isFree ? found : RazorpayMapping.Weightier(found, outcome);
        }

        return found;
    }

    private async Task<ProviderOutcome> QueryOrderAsync(string reference, string order, ProviderCredentials credentials)
    {
        if (!RazorpayMapping.IsId(order, "order_"))
        {
            return Unknown("the order's id is malformed");
        }

        var (payments, problem) = await _api.QueryAsync(
            "query.order", reference, $"v1/orders/{order}/payments", RazorpayJson.Default.CollectionPaymentEntity,
            credentials);
        if (payments?.Items is not { } items)
        {
            return Unread(problem, "the list of payments is unreadable") with { ProviderOrder = order };
        }

        ProviderOutcome found = new ProviderOutcome.NotFound { ProviderOrder = order };
        foreach (var payment in items)
        {
            var outcome = payment?.OrderId == order ? RazorpayMapping.Outcome(payment) : null;
            found = RazorpayMapping.Weightier(found, outcome ?? Unknown("a payment is unreadable", order));
        }

        return found;
    }

    private async Task<ProviderOutcome> QueryPaymentAsync(
        string reference, string payment, ProviderCredentials credentials)
    {
        if (!RazorpayMapping.IsId(payment, "pay_"))
        {
            return Unknown("the payment's id is malformed");
        }

        var (entity, problem) = await _api.QueryAsync(
            "query.payment", reference, $"v1/payments/{payment}", RazorpayJson.Default.PaymentEntity, credentials);
        return entity?.Id == payment && RazorpayMapping.Outcome(entity) is { } outcome
            ? outcome
            : Unread(problem, "the payment is unreadable") with { ProviderReference = payment };
    }

    private async Task<ProviderOutcome> FindRefundAsync(string receipt, string payment, ProviderCredentials credentials)
    {
        if (!RazorpayMapping.IsId(payment, "pay_"))
        {
            return Unknown("the payment's id is malformed");
        }

        const int Page = 100;
        for (var skip = 0; skip < RefundId.MaxNumber + Page; skip += Page)
        {
            var path = $"v1/payments/{payment}/refunds?count={Page}&skip={skip}";
            var (refunds, problem) = await _api.QueryAsync(
                "query.refunds", receipt, path, RazorpayJson.Default.CollectionRefundEntity, credentials);
            if (refunds?.Items is not { } items)
            {
                return Unread(problem, "the list of refunds is unreadable");
            }

            if (items.Find(refund => RazorpayMapping.NameOf(refund) == receipt) is { } refund)
            {
                return RazorpayMapping.Outcome(refund) ?? Unknown("the refund is unreadable");
            }

            if (items.Count < Page)
            {
                break;
            }
        }

        return new ProviderOutcome.NotFound();
    }

    private static ProviderOutcome Unread(string? problem, string otherwise) =>
        problem is null ? Unknown(otherwise) : NotSent(problem);
}
