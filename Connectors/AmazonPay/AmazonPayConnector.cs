using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Providers;
using static PaymentCluster.Connectors.Contract.Outcomes;

namespace PaymentCluster.Connectors.AmazonPay;

/// <summary>Amazon Pay, API version 2 (developer.amazon.com/docs/amazon-pay-api-v2).</summary>
/// <remarks>A charge is a checkout session, which moves no money, the buyer's order on Amazon's page, and the session's
/// completion, which authorises or captures. The session is made under the attempt's name, so that there is one per
/// attempt however often it is sent, and it can be completed once: that is the fence. It is completed by the status
/// query about the charge, while the payment waits for it: <c>docs/decisions/0009-who-completes-a-checkout.md</c>.
/// <para> A linked wallet is a saved one, a charge permission without a limit, and its charge is one request. Amazon
/// lists no charges and keeps no reference of ours to find one by; what it keeps, for ever, is the response to the
/// first request under an idempotency key. So the status query for such a charge whose id is unknown is the same
/// request again, while the payment waits for it: the response is the existing charge, and if there is none, it is
/// made, as the payment still wants. A refusal by Amazon says that there is none. Any number of queries, concurrent or
/// late, leave one charge. </para></remarks>
public sealed partial class AmazonPayConnector : IConnector, IDisposable
{
    private readonly AmazonPayOptions _options;
    private readonly TimeProvider _time;
    private readonly AmazonPayApi _api;
    private readonly AmazonPayWebhook _webhook;
    private readonly bool _plainHttp;

    /// <summary>Creates the one connector of the process.</summary>
    public AmazonPayConnector(IOptions<AmazonPayOptions> options, TimeProvider time, ILogger<AmazonPayConnector> logger)
    {
        _options = options.Value;
        _time = time;
        _api = new AmazonPayApi(Provider, _options, time, logger);
        _webhook = new AmazonPayWebhook(
            _api, new AmazonPayCertificates(Provider, _options, time, logger), time);
        _plainHttp = _options.BaseUrl!.Scheme == Uri.UriSchemeHttp;
        Capabilities = AmazonPayCapabilities.With(_options.VisibilityWindow);
    }

    /// <inheritdoc/>
    public string Provider => "amazonpay";

    /// <inheritdoc/>
    public ConnectorCapabilities Capabilities { get; }

    /// <inheritdoc/>
    public ICallHealth Health => _api;

    /// <inheritdoc/>
    public async Task<ProviderOutcome> ChargeAsync(ChargeRequest request, ProviderCredentials credentials)
    {
        if (Capabilities.Refuses(request) is { } refusal)
        {
            return Declined(
                new Failure { Code = FailureCodes.RequestRefused, Message = refusal, Party = FailureParty.Merchant });
        }

        if (!AmazonPayAccount.TryOpen(credentials, out var account))
        {
            return Declined(AmazonPayMapping.CredentialsRefused);
        }

        using (account)
        {
            var reference = request.Attempt.ToString();
            if (request.Instrument is ChargeInstrument.LinkedWallet wallet)
            {
                return await ChargeWalletAsync(
                    account, reference, wallet.Token.Reveal(), request.Amount, request.Capture, request.Window);
            }

            // Sent again, it returns the existing session: same id, same content.
            var reply = await _api.ActAsync(
                account,
                new AmazonPayCall("charge.session", reference, HttpMethod.Post, "checkoutSessions", request.Window),
                AmazonPayMapping.Session(request, account),
                AmazonPayJson.Default.CreateSession,
                reference);
            var outcome = AmazonPayApi.Outcome(
                reply, AmazonPayJson.Default.SessionEntity,
                session => AmazonPayMapping.Opened(session, request.Amount, _plainHttp));
            // A session moves no money, and one whose URL we did not get cannot be paid: whatever became of it, the
            // charge has not been sent.
            return outcome is ProviderOutcome.Unknown unknown ? NotSent($"session: {unknown.Reason}") : outcome;
        }
    }

    /// <inheritdoc/>
    public async Task<ProviderOutcome> QueryChargeAsync(ChargeQuery query, ProviderCredentials credentials)
    {
        if (query is { ProviderOrder: null, ProviderReference: null, Linked: null })
        {
            // Completing the session needs its id, and we did not get it.
            return new ProviderOutcome.NotFound();
        }

        if (!AmazonPayAccount.TryOpen(credentials, out var account))
        {
            return Unknown("the credentials are malformed");
        }

        using (account)
        {
            return query switch
            {
                { ProviderReference: { } charge } =>
                    await QueryChargeAsync(account, query.Attempt.ToString(), charge, query.ProviderOrder),
                { ProviderOrder: { } session } => await QuerySessionAsync(account, query, session),
                _ => await QueryWalletAsync(account, query, query.Linked!),
            };
        }
    }

    /// <inheritdoc/>
    public async Task<ProviderOutcome> CaptureAsync(CaptureRequest request, ProviderCredentials credentials)
    {
        var (reference, charge) = (request.Attempt.ToString(), request.ProviderReference);
        if (!AmazonPayMapping.IsId(charge))
        {
            return Unknown("the charge's id is malformed");
        }

        if (!AmazonPayAccount.TryOpen(credentials, out var account))
        {
            return Declined(AmazonPayMapping.CredentialsRefused);
        }

        using (account)
        {
            // The amount belongs to the name: after a refusal another amount is another request.
            var reply = await _api.ActAsync(
                account,
                new AmazonPayCall("capture", reference, HttpMethod.Post, $"charges/{charge}/capture", request.Window),
                new CreateCapture { CaptureAmount = AmazonPayMapping.ToAmount(request.Amount) },
                AmazonPayJson.Default.CreateCapture,
                $"{reference}/capture/{request.Amount.AmountMinor}");
            var outcome = OfCharge(reply, charge, request.ProviderOrder);
            if (AmazonPayApi.IsRefusal(outcome))
            {
                // "Already captured" is a refusal here and a success for us: the charge itself says which it is.
                var current = await QueryChargeAsync(account, reference, charge, request.ProviderOrder);
                outcome = current is ProviderOutcome.Succeeded { Stage: ChargeStage.Authorized } ? outcome : current;
            }
            else if (outcome is ProviderOutcome.Succeeded { Stage: ChargeStage.Authorized })
            {
                outcome = new ProviderOutcome.Pending();
            }

            return outcome with { ProviderOrder = request.ProviderOrder, ProviderReference = charge };
        }
    }

    /// <inheritdoc/>
    public async Task<ProviderOutcome> VoidAsync(VoidAuthorizationRequest request, ProviderCredentials credentials)
    {
        var (reference, charge) = (request.Attempt.ToString(), request.ProviderReference);
        if (!AmazonPayMapping.IsId(charge))
        {
            return Unknown("the charge's id is malformed");
        }

        if (!AmazonPayAccount.TryOpen(credentials, out var account))
        {
            return Declined(AmazonPayMapping.CredentialsRefused);
        }

        using (account)
        {
            // A DELETE takes no idempotency key and needs none: what is cancelled cannot be cancelled again.
            var reply = await _api.ActAsync(
                account,
                new AmazonPayCall("void", reference, HttpMethod.Delete, $"charges/{charge}/cancel", request.Window),
                new CancelCharge { CancellationReason = "The payment was cancelled." },
                AmazonPayJson.Default.CancelCharge);
            var response = OfCharge(reply, charge, request.ProviderOrder);
            // "Already cancelled" is a refusal here and a success for us: the charge itself says which it is.
            var refused = reply is not ProviderReply.Responded { IsSuccess: true };
            var current = refused && AmazonPayApi.IsRefusal(response)
                ? await QueryChargeAsync(account, reference, charge, request.ProviderOrder)
                : response;
            ProviderOutcome outcome = current switch
            {
                // Nothing is held any more, by whomever it was ended.
                ProviderOutcome.Declined when !refused || AmazonPayApi.IsRefusal(response) =>
                    new ProviderOutcome.Succeeded { Stage = ChargeStage.Authorized, Amount = request.Amount },
                ProviderOutcome.Succeeded when refused => response,
                // A 2xx, and the charge is unchanged: not done yet.
                ProviderOutcome.Succeeded => new ProviderOutcome.Pending(),
                _ => current,
            };
            return outcome with { ProviderOrder = request.ProviderOrder, ProviderReference = charge };
        }
    }

    /// <inheritdoc/>
    public Task<ProviderOutcome> RefundAsync(RefundRequest request, ProviderCredentials credentials) => RefundAsync(
        request.Refund.ToString(), request.ProviderReference, request.Amount, request.Window, credentials);

    /// <inheritdoc/>
    public async Task<ProviderOutcome> QueryRefundAsync(RefundQuery query, ProviderCredentials credentials)
    {
        var reference = query.Refund.ToString();
        if (query.ProviderRefund is not { } id)
        {
            // Amazon lists no refunds and keeps no reference of ours but the idempotency key, for ever. So the status
            // query is the same request again: it returns the existing refund. If there is none, it is made, as the
            // payment still wants.
            return OfRepeated(
                await RefundAsync(
                    reference, query.ProviderReference, query.Amount, WindowOfOurs(), credentials, repeats: true));
        }

        if (!AmazonPayMapping.IsId(id))
        {
            return Unknown("the refund's id is malformed");
        }

        if (!AmazonPayAccount.TryOpen(credentials, out var account))
        {
            return Unknown("the credentials are malformed");
        }

        using (account)
        {
            var (refund, problem) = await QueryAsync(
                account, "query.refund", reference, $"refunds/{id}", AmazonPayJson.Default.RefundEntity);
            return refund?.RefundId == id && AmazonPayMapping.Outcome(refund) is { } outcome
                ? outcome
                : Unknown(problem ?? "the refund is unreadable");
        }
    }

    /// <inheritdoc/>
    public async ValueTask<WebhookReading> ReadWebhookAsync(InboundWebhook webhook, ProviderCredentials credentials) =>
        await _webhook.ReadAsync(webhook, credentials);

    /// <inheritdoc/>
    public async Task<CredentialsCheck> CheckAsync(ProviderCredentials credentials)
    {
        if (!AmazonPayAccount.TryOpen(credentials, out var account))
        {
            return CredentialsCheck.Refused;
        }

        using (account)
        {
            return await _api.CheckAsync(account, credentials.Merchant);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _api.Dispose();
        _webhook.Dispose();
    }

    private async Task<(T? Value, string? Problem)> QueryAsync<T>(
        AmazonPayAccount account, string operation, string reference, string path, JsonTypeInfo<T> type)
        where T : class
    {
        var response = await _api.QueryAsync(account, operation, reference, path, type);
        return (response.Value, response.Problem);
    }

    private async Task<ProviderOutcome> QueryChargeAsync(
        AmazonPayAccount account, string reference, string charge, string? order)
    {
        if (!AmazonPayMapping.IsId(charge))
        {
            return Unknown("the charge's id is malformed", order);
        }

        var (entity, problem) = await QueryAsync(
            account, "query.charge", reference, $"charges/{charge}", AmazonPayJson.Default.ChargeEntity);
        return entity?.ChargeId == charge && AmazonPayMapping.Outcome(entity, order) is { } outcome
            ? outcome
            : Unknown(problem ?? "the charge is unreadable", order) with { ProviderReference = charge };
    }

    private async Task<ProviderOutcome> RefundAsync(
        string reference,
        string charge,
        Money amount,
        SendWindow window,
        ProviderCredentials credentials,
        bool repeats = false)
    {
        if (!AmazonPayMapping.IsId(charge))
        {
            return Unknown("the charge's id is malformed");
        }

        if (!AmazonPayAccount.TryOpen(credentials, out var account))
        {
            return Declined(AmazonPayMapping.CredentialsRefused);
        }

        using (account)
        {
            // The content is made of what a status query knows too, so that the query can repeat it.
            var reply = await _api.ActAsync(
                account,
                new AmazonPayCall("refund", reference, HttpMethod.Post, "refunds", window),
                AmazonPayMapping.Refund(charge, amount),
                AmazonPayJson.Default.CreateRefund,
                reference);
            return AmazonPayApi.ReasonOf(reply) switch
            {
                "DuplicateIdempotencyKey" =>
                    Unknown("a refund of another amount was requested under this idempotency key"),
                not null when repeats && !AmazonPayApi.IsFinalRefusal(reply) =>
                    Unknown("the request was rejected before the refund was processed"),
                _ => AmazonPayApi.Outcome(
                    reply,
                    AmazonPayJson.Default.RefundEntity,
                    refund => refund.ChargeId == charge ? AmazonPayMapping.Outcome(refund) : null),
            };
        }
    }

    private static ProviderOutcome OfCharge(ProviderReply reply, string charge, string? order) =>
        AmazonPayApi.Outcome(
            reply,
            AmazonPayJson.Default.ChargeEntity,
            response => response.ChargeId == charge ? AmazonPayMapping.Outcome(response, order) : null);

    /// <summary>What the repetition of a request says of the first one: with a key that is refused, nothing was
    /// looked at.</summary>
    private static ProviderOutcome OfRepeated(ProviderOutcome outcome) =>
        outcome is ProviderOutcome.Declined { Failure.Code: FailureCodes.CredentialsRefused }
            ? Unknown("the credentials were rejected")
            : OfQuery(outcome);

    private SendWindow WindowOfOurs() => SendWindow.Open(_time, _options.Timeout + _options.QueueTimeout);
}
