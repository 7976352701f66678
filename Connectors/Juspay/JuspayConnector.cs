using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Providers;
using static PaymentCluster.Connectors.Contract.Outcomes;

namespace PaymentCluster.Connectors.Juspay;

/// <summary>
/// Juspay, server to server (docs.juspay.io/api-reference/docs/express-checkout).
/// </summary>
/// <remarks>A charge is two calls: an order (for merchants with keys a session), which moves no money, and a
/// transaction on it. The order's name is made of the attempt's id, and it is the fence: once it is paid it takes no
/// other transaction, and money that arrives later is refunded automatically (AUTO_REFUNDED). So one query tells the
/// state of an attempt, its order, and its name needs no memory. A refund's name is made of its id, and Juspay refuses
/// a name that was used.</remarks>
public sealed partial class JuspayConnector : IConnector, IDisposable
{
    private readonly JuspayOptions _options;
    private readonly ProviderHttp _http;
    private readonly JuspayApi _api;

    /// <summary>Creates the one connector of the process.</summary>
    public JuspayConnector(IOptions<JuspayOptions> options, TimeProvider time, ILogger<JuspayConnector> logger)
    {
        _options = options.Value;
        _http = new ProviderHttp(Provider, _options, time, logger);
        _api = new JuspayApi(_http, _options, time);
        Capabilities = JuspayCapabilities.With(_options.VisibilityWindow);
    }

    /// <inheritdoc/>
    public string Provider => "juspay";

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

        var order = JuspayMapping.OrderId(request.Attempt);
        var reused = false;
        if (request.Resend)
        {
            // If this cannot be found out now, nothing changes: the send is taken not to have arrived, and nothing is
            // sent.
            var earlier = await FindAsync(request.Attempt, request.Amount, credentials);
            if (earlier is not ProviderOutcome.NotFound)
            {
                return earlier;
            }

            reused = earlier.ProviderOrder is not null;
        }

        if (!reused)
        {
            (reused, var outcome) = await CreateOrderAsync(request, credentials);
            if (outcome is not null)
            {
                return outcome;
            }
        }

        return await CreateTxnAsync(request, order, reused, credentials);
    }

    /// <inheritdoc/>
    public async Task<ProviderOutcome> QueryChargeAsync(ChargeQuery query, ProviderCredentials credentials) =>
        OfQuery(await QueryAsync(query.Attempt, credentials));

    /// <inheritdoc/>
    public async Task<ProviderOutcome> CaptureAsync(CaptureRequest request, ProviderCredentials credentials)
    {
        var (outcome, isRefusal) = await MoveAsync(
            "capture", request.Attempt, request.ProviderReference, request.Window, credentials);
        if (isRefusal)
        {
            // "Cannot Capture CHARGED Transaction" is a refusal here and a success for us: the order says which it is.
            var current = await QueryAsync(request.Attempt, credentials);
            return current is ProviderOutcome.Succeeded { Stage: ChargeStage.Authorized }
                ? outcome with { ProviderOrder = current.ProviderOrder, ProviderReference = request.ProviderReference }
                : OfQuery(current);
        }

        // "Timeout at the gateway: the transaction stays AUTHORIZED", and may have been captured.
        return outcome is ProviderOutcome.Succeeded { Stage: ChargeStage.Authorized }
            ? new ProviderOutcome.Pending
            {
                ProviderOrder = outcome.ProviderOrder,
                ProviderReference = request.ProviderReference,
            }
            : outcome with { ProviderReference = request.ProviderReference };
    }

    /// <inheritdoc/>
    public async Task<ProviderOutcome> VoidAsync(VoidAuthorizationRequest request, ProviderCredentials credentials)
    {
        var (outcome, isRefusal) = await MoveAsync(
            "void", request.Attempt, request.ProviderReference, request.Window, credentials);
        if (isRefusal)
        {
            // "Cannot Void VOIDED Transaction" means that it is done.
            var current = await QueryAsync(request.Attempt, credentials);
            outcome = current switch
            {
                ProviderOutcome.Declined { Failure.Code: FailureCodes.Voided } => current,
                ProviderOutcome.Succeeded or ProviderOutcome.Declined or ProviderOutcome.NotFound => outcome,
                _ => OfQuery(current),
            };
        }

        ProviderOutcome response = outcome switch
        {
            ProviderOutcome.Declined { Failure.Code: FailureCodes.Voided } =>
                new ProviderOutcome.Succeeded { Stage = ChargeStage.Authorized, Amount = request.Amount },
            // "Timeout at the gateway: the transaction stays AUTHORIZED", and may have been released.
            ProviderOutcome.Succeeded { Stage: ChargeStage.Authorized } => new ProviderOutcome.Pending(),
            ProviderOutcome.Succeeded => Declined(JuspayFailures.VoidFailed),
            _ => outcome,
        };
        return response with { ProviderOrder = outcome.ProviderOrder, ProviderReference = request.ProviderReference };
    }

    /// <inheritdoc/>
    public async Task<ProviderOutcome> RefundAsync(RefundRequest request, ProviderCredentials credentials)
    {
        var (order, name) = (JuspayMapping.OrderId(request.Attempt), JuspayMapping.RefundName(request.Refund));
        var reply = await _api.ActAsync(
            new(
                "refund",
                request.Refund.ToString(),
                order), $"orders/{order}/refunds", JuspayMapping.Refund(request), request.Window,
            credentials, takesEnvelopes: true);
        var outcome = JuspayApi.Outcome(
            reply, JuspayJson.Default.OrderObject,
            response =>
                JuspayReading.Refund(response, order, name) is { } read and not ProviderOutcome.NotFound
                    ? read with { OtherRefunds = JuspayReading.OtherRefunds(response, request.Attempt) }
                    : null);
        if (!JuspayApi.IsRefusal(outcome))
        {
            return outcome;
        }

        // A name that was used may be this refund's own. The order's list of refunds knows.
        var listed = await QueryRefundAsync(request.Attempt, request.Refund, credentials);
        if (listed is not ProviderOutcome.NotFound)
        {
            return OfQuery(listed);
        }

        // The same word is said of a second refund of one amount within seconds, which may come again later.
        ProviderOutcome refused = JuspayApi.ReadError(reply)?.ErrorCode == "duplicate.call"
            ? NotSent("Juspay rejects a second refund of the same amount as a duplicate; a later one may be accepted")
            : outcome;
        return refused with { OtherRefunds = listed.OtherRefunds };
    }

    /// <inheritdoc/>
    public async Task<ProviderOutcome> QueryRefundAsync(RefundQuery query, ProviderCredentials credentials) =>
        OfQuery(await QueryRefundAsync(query.Attempt, query.Refund, credentials));

    /// <inheritdoc/>
    public ValueTask<WebhookReading> ReadWebhookAsync(InboundWebhook webhook, ProviderCredentials credentials) =>
        ValueTask.FromResult(JuspayWebhook.Read(webhook, credentials));

    /// <inheritdoc/>
    public Task<CredentialsCheck> CheckAsync(ProviderCredentials credentials) => _api.CheckAsync(credentials);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>Makes the attempt's order, or finds the one that is there already. There is an outcome if nothing is to
    /// be sent on it.</summary>
    private async Task<(bool Reused, ProviderOutcome? Outcome)> CreateOrderAsync(
        ChargeRequest request, ProviderCredentials credentials)
    {
        var order = JuspayMapping.OrderId(request.Attempt);
        var isSession = JuspayEnvelope.IsWanted(credentials);
        var merchant = isSession ? credentials[JuspayApi.MerchantId].Reveal() : null;
        var reply = await _api.ActAsync(
            new("charge.order", request.Attempt.ToString(), order), isSession ? "session" : "orders",
            JuspayMapping.Order(request, merchant), request.Window, credentials, takesEnvelopes: isSession);
        if (reply is ProviderReply.Responded { IsSuccess: true } response
            && JuspayApi.TryRead(response, JuspayJson.Default.OrderObject, out var made)
            && IsFor(made, order, request.Amount))
        {
            var standing = JuspayReading.Charge(made, order);
            // Not new: it existed, and a payment of it has begun.
            return standing is ProviderOutcome.NotFound
                ? (false, null)
                : (true, standing ?? Unknown("the order is unreadable"));
        }

        var outcome = JuspayApi.Outcome(reply, JuspayJson.Default.OrderObject, _ => null);
        if (!JuspayApi.IsRefusal(outcome))
        {
            // An order moves no money, so whatever became of it, the charge has not been sent.
            return (false, outcome is ProviderOutcome.Unknown unknown ? NotSent($"order: {unknown.Reason}") : outcome);
        }

        // What becomes of a name that is used again is not documented: the refusal may be about an earlier try's order.
        var earlier = await FindAsync(request.Attempt, request.Amount, credentials);
        return earlier switch
        {
            ProviderOutcome.NotFound { ProviderOrder: not null } => (true, null),
            ProviderOutcome.NotFound or ProviderOutcome.NotSent => (false, outcome),
            _ => (true, earlier),
        };
    }

    private async Task<ProviderOutcome> CreateTxnAsync(
        ChargeRequest request, string order, bool reused, ProviderCredentials credentials)
    {
        var fields = JuspayMapping.Txn(request, credentials[JuspayApi.MerchantId].Reveal());
        var reply = await _api.ActAsync(
            new("charge.txn", request.Attempt.ToString(), order), "txns", fields, request.Window, credentials,
            takesEnvelopes: true);
        var plainHttp = _options.BaseUrl!.Scheme == Uri.UriSchemeHttp;
        string? status = null;
        var outcome = JuspayApi.Outcome(reply, JuspayJson.Default.TxnObject, response =>
        {
            status = response.Status;
            return JuspayReading.IsOrder(response.OrderId, order)
                && !string.IsNullOrEmpty(response.Status)
                && (response.TxnUuid is null || JuspayMapping.IsId(response.TxnUuid))
                    ? new ProviderOutcome.Pending
                    {
                        ProviderReference = response.TxnUuid,
                        Action = JuspayReading.IsUnderWay(response.Status)
                            ? JuspayReading.Action(request, response.Payment, plainHttp)
                            : null,
                    }
                    : null;
        }) with
        { ProviderOrder = order };
        if (outcome is ProviderOutcome.Pending && !JuspayReading.IsUnderWay(status))
        {
            var current = await QueryAsync(request.Attempt, credentials);
            return current is ProviderOutcome.Succeeded or ProviderOutcome.Declined ? current : outcome;
        }

        // The order may refuse this transaction because of an earlier one.
        return JuspayApi.IsRefusal(outcome) && (reused || IsAboutState(JuspayApi.ReadError(reply)))
            ? await QueryAsync(
                request.Attempt, credentials) is var listed and not ProviderOutcome.NotFound ? OfQuery(listed) : outcome
            : outcome;
    }

    private async Task<(ProviderOutcome Outcome, bool IsRefusal)> MoveAsync(
        string operation, AttemptId attempt, string txn, SendWindow window, ProviderCredentials credentials)
    {
        if (!JuspayMapping.IsId(txn))
        {
            return (Unknown("the transaction's id is malformed"), false);
        }

        var order = JuspayMapping.OrderId(attempt);
        // The path says it all; what has an effect has a body nevertheless, so that it leaves when it may and once.
        var fields = new JuspayFields { { "merchant_id", credentials[JuspayApi.MerchantId].Reveal() } };
        var reply = await _api.ActAsync(
            new(operation, attempt.ToString(), order), $"v2/txns/{txn}/{operation}", fields, window, credentials);
        var outcome = JuspayApi.Outcome(
            reply, JuspayJson.Default.OrderObject, response => (response.TxnUuid == txn, response.Status) switch
            {
                (true, "CAPTURE_FAILED") => Declined(JuspayFailures.CaptureFailed) with { ProviderOrder = order },
                (true, "VOID_FAILED") => Declined(JuspayFailures.VoidFailed) with { ProviderOrder = order },
                (true, _) => JuspayReading.Charge(response, order),
                _ => null,
            });
        return (outcome, JuspayApi.IsRefusal(outcome) && JuspayApi.ReadError(reply) is not null);
    }

    // The queries below return NotSent if they could not be sent, so that a charge that waits for the result can
    // stay unsent.

    /// <summary>What became of the charge; with <see cref="ProviderOutcome.NotFound"/> the order that is free for it,
    /// if there is one.</summary>
    private Task<ProviderOutcome> FindAsync(AttemptId attempt, Money amount, ProviderCredentials credentials) =>
        QueryAsync(attempt, credentials, (response, order) => IsFor(response, order, amount)
            ? JuspayReading.Charge(response, order)
            : JuspayReading.Charge(response, order) is { } outcome and not ProviderOutcome.NotFound
                ? outcome
                : Unknown("an order of this id exists with another amount"));

    private Task<ProviderOutcome> QueryAsync(AttemptId attempt, ProviderCredentials credentials) =>
        QueryAsync(attempt, credentials, JuspayReading.Charge);

    private Task<ProviderOutcome> QueryRefundAsync(
        AttemptId attempt, RefundId refund, ProviderCredentials credentials) =>
        QueryAsync(
            attempt,
            credentials,
            (response, order) => JuspayReading.Refund(response, order, JuspayMapping.RefundName(refund)));

    private async Task<ProviderOutcome> QueryAsync(
        AttemptId attempt, ProviderCredentials credentials, Func<OrderObject, string, ProviderOutcome?> read)
    {
        var order = JuspayMapping.OrderId(attempt);
        var reply = await _api.QueryOrderAsync(new("query.order", attempt.ToString(), order), order, credentials);
        return reply switch
        {
            _ when JuspayApi.IsNotFound(reply) => new ProviderOutcome.NotFound(),
            ProviderReply.Responded { IsSuccess: true } response =>
                JuspayApi.TryRead(response, JuspayJson.Default.OrderObject, out var status)
                    && read(status, order) is { } outcome
                    ? outcome with { OtherRefunds = JuspayReading.OtherRefunds(status, attempt) }
                    : Unknown("the order is unreadable", order),
            ProviderReply.Responded response => NotSent($"HTTP {response.Status}"),
            ProviderReply.NotSent notSent => NotSent(notSent.Reason),
            ProviderReply.Unknown unknown => NotSent(unknown.Reason),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    // A session shows the amount of its order in what it gives to the hosted page.
    private static bool IsFor(OrderObject order, string orderId, Money amount)
    {
        var (value, currency) = order.SdkPayload?.Payload is { } session
            ? (session.Amount, session.Currency ?? Currency.Inr.Code)
            : (order.Amount, order.Currency);
        return JuspayReading.IsOrder(order.OrderId, orderId)
            && JuspayMapping.TryReadMoney(value, currency, out var named)
            && named == amount;
    }

    private static bool IsAboutState(ErrorObject? error) =>
        error?.ErrorInfo?.Code is "INVALID_ACTION" or "ALREADY_EXISTS";
}
