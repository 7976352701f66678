using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;
using static PaymentCluster.Connectors.Contract.Outcomes;

namespace PaymentCluster.Connectors.Paytm;

/// <summary>Paytm, server to server (paytmpayments.com/docs/api).</summary>
/// <remarks>A charge is two calls: an order under the attempt's id, which moves no money and returns a token that lives
/// fifteen minutes, and a payment of it. The order's id is the key by which Paytm knows the charge: the same order
/// again gets its token again, a paid one takes no further payment, and only the status says what became of it, because
/// a payment has no key of its own.</remarks>
public sealed class PaytmConnector : IConnector, IUpiVerification, IWalletsByPassword, IDisposable
{
    private const string StatusPath = "v3/order/status";

    private readonly PaytmOptions _options;
    private readonly TimeProvider _time;
    private readonly ProviderHttp _http;
    private readonly PaytmApi _api;
    private readonly PaytmOrders _orders;
    private readonly ProviderHttp _accounts;
    private readonly PaytmWallets _wallets;

    /// <summary>Creates the one connector of the process.</summary>
    public PaytmConnector(IOptions<PaytmOptions> options, TimeProvider time, ILogger<PaytmConnector> logger)
    {
        _options = options.Value;
        _time = time;
        _http = new ProviderHttp(Provider, _options, time, logger);
        _api = new PaytmApi(_http, _options, time);
        _orders = new PaytmOrders(_api, _options);
        _accounts = new ProviderHttp(Provider, _options.Accounts(), time, logger);
        _wallets = new PaytmWallets(_accounts, _api, time);
        Capabilities = PaytmCapabilities.With(_options.VisibilityWindow);
    }

    /// <inheritdoc/>
    public string Provider => "paytm";

    /// <inheritdoc/>
    public ConnectorCapabilities Capabilities { get; }

    /// <inheritdoc/>
    public ICallHealth Health => _http.Health;

    /// <inheritdoc/>
    public async Task<ProviderOutcome> ChargeAsync(ChargeRequest request, ProviderCredentials credentials)
    {
        if ((Capabilities.Refuses(request) ?? PaytmCapabilities.Refuses(request.Instrument)) is { } refusal)
        {
            return Declined(
                new Failure { Code = FailureCodes.RequestRefused, Message = refusal, Party = FailureParty.Merchant });
        }

        if (request.Resend)
        {
            // If this cannot be found out now, nothing changes: the send is taken not to have arrived, and nothing is
            // sent.
            var earlier = await FindAsync(request.Attempt, credentials);
            if (earlier is not ProviderOutcome.NotFound)
            {
                return earlier;
            }
        }

        var (token, known, outcome) = await _orders.AnnounceAsync(request, credentials);
        if (known && !request.Resend)
        {
            // An order of this id is there already, so a payment of it may be too.
            var earlier = await FindAsync(request.Attempt, credentials);
            if (earlier is not ProviderOutcome.NotFound)
            {
                return earlier;
            }
        }

        if (token is null)
        {
            return outcome!;
        }

        var charge = await _orders.PayAsync(request, token, credentials);
        if (charge is ProviderOutcome.Declined { Failure.Code: not FailureCodes.CredentialsRefused } && known)
        {
            // The order may refuse this payment because of an earlier one that was reported too late.
            var earlier = await FindAsync(request.Attempt, credentials);
            return earlier is ProviderOutcome.NotFound ? charge : OfQuery(earlier);
        }

        if (charge is not ProviderOutcome.Pending || request.Instrument is not ChargeInstrument.LinkedWallet)
        {
            return charge;
        }

        // The wallet needs no step of the customer's: it is final at once.
        var end = await FindAsync(request.Attempt, credentials);
        return end is ProviderOutcome.Succeeded or ProviderOutcome.Declined ? end : charge;
    }

    /// <inheritdoc/>
    public async Task<ProviderOutcome> QueryChargeAsync(ChargeQuery query, ProviderCredentials credentials) =>
        OfQuery(await FindAsync(query.Attempt, credentials));

    /// <inheritdoc/>
    public async Task<ProviderOutcome> CaptureAsync(CaptureRequest request, ProviderCredentials credentials)
    {
        var (order, block) = (request.Attempt.ToString(), request.ProviderReference);
        if (!PaytmMapping.IsId(block))
        {
            return Unknown("the payment's id is malformed");
        }

        var body = new CaptureBody
        {
            Mid = credentials[PaytmApi.Mid].Reveal(), OrderId = order, TxnAmount = PaytmMapping.ToAmount(
                request.Amount), PreAuthId = block,
        };
        var reply = await _api.ActAsync(
            "capture", order, "order/v2/capture", body, PaytmJson.Wire.CaptureBody, PaytmJson.Wire.ResponseBody,
            request.Window, credentials);
        return await EndOfBlockAsync(reply, PaytmMapping.Capture, order, block, credentials);
    }

    /// <inheritdoc/>
    public async Task<ProviderOutcome> VoidAsync(VoidAuthorizationRequest request, ProviderCredentials credentials)
    {
        var (order, block) = (request.Attempt.ToString(), request.ProviderReference);
        if (!PaytmMapping.IsId(block))
        {
            return Unknown("the payment's id is malformed");
        }

        var body = new ReleaseBody { Mid = credentials[PaytmApi.Mid].Reveal(), PreAuthId = block };
        var reply = await _api.ActAsync(
            "void", order, "order/v2/release", body, PaytmJson.Wire.ReleaseBody, PaytmJson.Wire.ResponseBody,
            request.Window, credentials);
        return await EndOfBlockAsync(reply, PaytmMapping.Release, order, block, credentials);
    }

    /// <inheritdoc/>
    public async Task<ProviderOutcome> RefundAsync(RefundRequest request, ProviderCredentials credentials)
    {
        if (!PaytmMapping.IsId(request.ProviderReference))
        {
            return Unknown("the payment's id is malformed");
        }

        var refund = request.Refund.ToString();
        var reply = await _api.ActAsync(
            "refund", refund, "refund/apply", PaytmMapping.Refund(
                request, credentials), PaytmJson.Wire.RefundBody, PaytmJson.Wire.RefundResponse,
            request.Window, credentials);
        if (!reply.IsRead)
        {
            return reply.Problem;
        }

        switch (reply.Code)
        {
            case "626":
                return NotSent("another refund of the order is under way");
            case "617" or "629":
                // This name is taken, or the transaction has nothing left: the refund itself says which it is.
                var current = await FindRefundAsync(request.Attempt, refund, credentials);
                return current switch
                {
                    ProviderOutcome.NotFound when reply.Code == "629" =>
                        Declined(PaytmCodes.FailureOf(reply.Body.ResultInfo!)),
                    ProviderOutcome.NotFound => new ProviderOutcome.Pending(),
                    _ => OfQuery(current),
                };
            default:
                return PaytmMapping.Outcome(reply.Body, refund) ?? Unknown("the refund is unreadable");
        }
    }

    /// <inheritdoc/>
    public async Task<ProviderOutcome> QueryRefundAsync(RefundQuery query, ProviderCredentials credentials) =>
        OfQuery(await FindRefundAsync(query.Attempt, query.Refund.ToString(), credentials));

    /// <inheritdoc/>
    public async ValueTask<WebhookReading> ReadWebhookAsync(InboundWebhook webhook, ProviderCredentials credentials)
    {
        var reading = PaytmWebhook.Read(webhook, credentials, out var other);
        return reading is WebhookReading.About about && other is not null
            ? !await webhook.MayQueryAsync(true)
                ? new WebhookReading.Unavailable("the status-query budget is exhausted")
                : await FindRefundAsync(about.Attempt, other, credentials) switch
                {
                    ProviderOutcome.Succeeded paidOut => PaytmMapping.OtherRefund(about, paidOut),
                    ProviderOutcome.Unknown or ProviderOutcome.NotSent =>
                        new WebhookReading.Unavailable("the refund's status is unavailable"),
                    _ => about,
                }
            : reading;
    }

    /// <inheritdoc/>
    public async Task<CredentialsCheck> CheckAsync(ProviderCredentials credentials)
    {
        // The status of an order that is not there: what is wrong with the caller is said first.
        var reply = await StatusAsync("credentials-check", "check", null, credentials);
        return reply switch
        {
            { Problem: ProviderOutcome.Declined } => CredentialsCheck.Refused,
            { IsRead: false } => CredentialsCheck.NotChecked,
            _ when PaytmCodes.AreCredentials(reply.Code) => CredentialsCheck.Refused,
            { Status: "NO_RECORD_FOUND" or "TXN_SUCCESS" or "PENDING" } or { Code: "331" or "334" } =>
                CredentialsCheck.Accepted,
            _ => CredentialsCheck.NotChecked,
        };
    }

    /// <inheritdoc/>
    public async Task<ProviderResult<UpiHolder>> VerifyUpiAsync(string vpa, ProviderCredentials credentials)
    {
        // The query needs an order's token.
        var customer = CompactName.Of($"{credentials.Merchant}|{vpa}", 24);
        var order = $"vpa-{CompactName.Of($"{customer}|{_time.GetUtcNow():O}", 24)}";
        var announced = await _api.QueryAsync(
            "vpa.order", order, PaytmApi.OfOrder("theia/api/v1/initiateTransaction", order, credentials),
            PaytmMapping.Occasion(order, customer, credentials), PaytmJson.Wire.InitiateBody,
            PaytmJson.Wire.TokenResponse, credentials);
        if (!announced.IsRead || announced.Status != "S" || !PaytmMapping.IsToken(announced.Body.TxnToken))
        {
            return PaytmApi.NoResponse<UpiHolder, TokenResponse>(announced);
        }

        var body = new VpaBody { Vpa = vpa, Mid = credentials[PaytmApi.Mid].Reveal() };
        var reply = await _api.QueryWithTokenAsync(
            "vpa", order, "theia/api/v1/vpa/validate", announced.Body.TxnToken, body, PaytmJson.Wire.VpaBody,
            PaytmJson.Wire.VpaResponse, credentials);
        return reply.IsRead && (reply.Body.Valid is not null || reply.Code == "295")
            ? new ProviderResult<UpiHolder>.Given(
                new UpiHolder(reply.Body.Valid == true && reply.Status == "S", Name: null))
            : PaytmApi.NoResponse<UpiHolder, VpaResponse>(reply);
    }

    /// <inheritdoc/>
    public Task<ProviderResult<string>> RequestWalletLinkAsync(
        WalletRequest request, ProviderCredentials credentials) =>
        _wallets.RequestLinkAsync(request, credentials);

    /// <inheritdoc/>
    public Task<ProviderResult<ProviderWallet>> ConfirmWalletLinkAsync(
        WalletRequest request, string reference, Secret password, ProviderCredentials credentials) =>
        _wallets.ConfirmLinkAsync(reference, password, credentials);

    /// <inheritdoc/>
    public Task<ProviderResult<ProviderWallet>> ReadWalletAsync(
        WalletRequest request, string reference, ProviderCredentials credentials) =>
        _wallets.ReadAsync(request, reference, credentials);

    /// <inheritdoc/>
    public Task<ProviderResult<bool>> UnlinkWalletAsync(
        WalletRequest request, string reference, ProviderCredentials credentials) =>
        _wallets.UnlinkAsync(request, credentials);

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _accounts.Dispose();
    }

    /// <summary>The state of a block after a call that was to end it. Those calls' own responses are documented by
    /// three words alone, so the status has the last one.</summary>
    private async Task<ProviderOutcome> EndOfBlockAsync(
        PaytmApi.Reply<ResponseBody> reply, string part, string order, string block, ProviderCredentials credentials)
    {
        if (!reply.IsRead)
        {
            return reply.Problem with { ProviderOrder = order, ProviderReference = block };
        }

        if (PaytmCodes.AreCredentials(reply.Code))
        {
            return Declined(PaytmCodes.CredentialsRefused) with { ProviderOrder = order, ProviderReference = block };
        }

        var outcome = await FindPartAsync(part, order, credentials) switch
        {
            ProviderOutcome.NotSent notSent => Unknown(notSent.Reason),
            // Not reported yet, unless it was refused.
            ProviderOutcome.NotFound
                when reply.Status is "F" or "FAILED" or "FAILURE" or "TXN_FAILURE"
                    && !PaytmCodes.IsSystemError(reply.Code) =>
                Declined(PaytmCodes.FailureOf(reply.Body.ResultInfo!)),
            ProviderOutcome.NotFound => new ProviderOutcome.Pending(),
            var found => found,
        };
        return outcome with { ProviderOrder = order, ProviderReference = outcome.ProviderReference ?? block };
    }

    // The queries below return NotSent if they could not be sent, so that a charge that waits for the result can
    // stay unsent.

    /// <summary>What became of an attempt's charge, sale or block.</summary>
    private async Task<ProviderOutcome> FindAsync(AttemptId attempt, ProviderCredentials credentials)
    {
        var order = attempt.ToString();
        var sale = await FindPartAsync(null, order, credentials);
        if (sale is not (ProviderOutcome.NotFound or ProviderOutcome.Succeeded { Stage: ChargeStage.Authorized }))
        {
            return sale;
        }

        // The parts of a pre-authorisation are queried by their type (paytmpayments.com/docs/api/v2/capture-api).
        var block = await FindPartAsync(PaytmMapping.PreAuth, order, credentials);
        if (block is not ProviderOutcome.Succeeded)
        {
            return block;
        }

        var capture = await FindPartAsync(PaytmMapping.Capture, order, credentials);
        if (capture is not (ProviderOutcome.NotFound or ProviderOutcome.Declined))
        {
            return capture;
        }

        // A capture that failed can be repeated; it leaves the block as it is.
        return await FindPartAsync(PaytmMapping.Release, order, credentials) switch
        {
            ProviderOutcome.Succeeded =>
                Declined(Voided) with { ProviderOrder = order, ProviderReference = block.ProviderReference },
            ProviderOutcome.NotFound or ProviderOutcome.Declined => block,
            var open => open with { ProviderReference = block.ProviderReference },
        };
    }

    private static Failure Voided { get; } = new()
    {
        Code = FailureCodes.Voided,
        Message = "The authorised amount was released.",
        Party = FailureParty.Merchant,
    };

    private async Task<ProviderOutcome> FindPartAsync(string? part, string order, ProviderCredentials credentials)
    {
        var reply = await StatusAsync(
            order, part is null ? "query.order" : $"query.{part.ToLowerInvariant()}", part, credentials);
        return !reply.IsRead ? QueryFailed(reply.Problem)
            : PaytmMapping.Outcome(reply.Body, order, part) ?? Unknown("the order's status is unreadable", order);
    }

    private Task<PaytmApi.Reply<StatusResponse>> StatusAsync(
        string order, string operation, string? part, ProviderCredentials credentials)
    {
        var body = new StatusBody { Mid = credentials[PaytmApi.Mid].Reveal(), OrderId = order, TxnType = part };
        return _api.QueryAsync(
            operation, order, StatusPath, body, PaytmJson.Wire.StatusBody, PaytmJson.Wire.StatusResponse, credentials);
    }

    private async Task<ProviderOutcome> FindRefundAsync(
        AttemptId attempt, string refund, ProviderCredentials credentials)
    {
        var body = new RefundStatusBody
        {
            Mid = credentials[PaytmApi.Mid].Reveal(), OrderId = attempt.ToString(), RefId = refund,
        };
        var reply = await _api.QueryAsync(
            "query.refund", refund, "v2/refund/status", body, PaytmJson.Wire.RefundStatusBody,
            PaytmJson.Wire.RefundResponse, credentials);
        if (!reply.IsRead)
        {
            return QueryFailed(reply.Problem);
        }

        // A refusal of the query says nothing of the refund.
        return reply.Code == "631" ? new ProviderOutcome.NotFound()
            : PaytmCodes.AreCredentials(reply.Code) || reply.Status is "F" or "U"
                ? Unknown("the status query was rejected")
            : PaytmMapping.Outcome(reply.Body, refund) ?? Unknown("the refund is unreadable");
    }

    private static ProviderOutcome QueryFailed(ProviderOutcome problem) =>
        problem is ProviderOutcome.Declined ? NotSent("the merchant's key is malformed") : problem;
}
