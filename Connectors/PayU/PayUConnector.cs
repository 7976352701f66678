using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using static PaymentCluster.Connectors.Contract.Outcomes;

namespace PaymentCluster.Connectors.PayU;

/// <summary>PayU India (docs.payu.in): <c>_payment</c> for charges, the command API for everything else.</summary>
/// <remarks>
/// <para>A charge is one call, or one form that the customer's browser posts; its <c>txnid</c> is the attempt's id.
/// PayU refuses a <c>txnid</c> after it succeeded, and not before, so that what may have arrived is queried and never
/// sent again.</para>
/// <para>Captures, cancellations and refunds carry a token that PayU takes once, derived from our ids
/// (<see cref="CompactName"/>): one that was accepted before is found by it. All of them are queued, and queried
/// about.</para></remarks>
public sealed class PayUConnector : IConnector, IUpiVerification, ICustomerAccounts, ISavedCards, IDisposable
{
    private readonly PayUOptions _options;
    private readonly TimeProvider _time;
    private readonly ProviderHttp _payments;
    private readonly ProviderHttp _commands;
    private readonly PayUApi _api;
    private readonly PayUActions _actions;
    private readonly PayUCards _cards;

    /// <summary>Creates the one connector of the process.</summary>
    public PayUConnector(IOptions<PayUOptions> options, TimeProvider time, ILogger<PayUConnector> logger)
    {
        _options = options.Value;
        _time = time;
        _payments = new ProviderHttp(Provider, _options, time, logger);
        _commands = new ProviderHttp(Provider, _options, time, logger, _options.CommandUrl);
        _api = new PayUApi(_payments, _commands, time);
        _actions = new PayUActions(_api);
        _cards = new PayUCards(_api);
        Capabilities = PayUCapabilities.With(_options.VisibilityWindow);
    }

    /// <inheritdoc/>
    public string Provider => "payu";

    /// <inheritdoc/>
    public ConnectorCapabilities Capabilities { get; }

    /// <inheritdoc/>
    /// <remarks>That of the payment host, which charges go to.</remarks>
    public ICallHealth Health => _payments.Health;

    /// <inheritdoc/>
    public async Task<ProviderOutcome> ChargeAsync(ChargeRequest request, ProviderCredentials credentials)
    {
        if (Capabilities.Refuses(request) is { } refusal)
        {
            return Declined(PayUReading.Refused(refusal));
        }

        var (fields, objection) = PayUMapping.Charge(request, credentials, _options, _time.GetUtcNow());
        if (objection is not null)
        {
            return Declined(PayUReading.Refused(objection));
        }

        if (request.Resend
            && await FindChargeAsync(request.Attempt, credentials) is not ProviderOutcome.NotFound and var earlier)
        {
            // If this cannot be found out now, nothing changes: the send is taken not to have arrived, and nothing is
            // sent.
            return earlier;
        }

        if (PayUMapping.IsHosted(request.Instrument))
        {
            return new ProviderOutcome.Pending { Action = FormOf(fields) };
        }

        var reply = await _api.PayAsync(credentials.Merchant, request.Attempt, fields, request.Window);
        var outcome = PayUApi.Outcome(reply, request);
        if (outcome is not ProviderOutcome.Declined { Failure.Code: not FailureCodes.CredentialsRefused })
        {
            return outcome;
        }

        // The refusal may be of a txnid that was used before, by a send that was taken to be lost.
        var current = await FindChargeAsync(request.Attempt, credentials);
        return current switch
        {
            ProviderOutcome.NotFound
                when outcome is ProviderOutcome.Declined { Failure.Code: PayUReading.UsedBefore } =>
                Unknown("PayU knows the payment and returned no status"),
            ProviderOutcome.NotFound or ProviderOutcome.Declined => outcome,
            _ => OfQuery(current),
        };
    }

    /// <inheritdoc/>
    public async Task<ProviderOutcome> QueryChargeAsync(ChargeQuery query, ProviderCredentials credentials) =>
        OfQuery(await FindChargeAsync(query.Attempt, credentials));

    /// <inheritdoc/>
    public async Task<ProviderOutcome> CaptureAsync(CaptureRequest request, ProviderCredentials credentials)
    {
        var (reference, payment) = (request.Attempt.ToString(), request.ProviderReference);
        if (!PayUMapping.IsId(payment))
        {
            return Unknown("the payment's id is malformed");
        }

        var token = PayUMapping.CaptureToken(request.Attempt);
        var (response, outcome) = PayUApi.Read(await _api.ActAsync(
            "capture", reference, "capture_transaction", [payment, token, PayUMapping.ToAmount(request.Amount)],
            request.Window, credentials));
        if (response is null)
        {
            return outcome! with { ProviderReference = payment };
        }

        if (PayUReading.IsAccepted(response))
        {
            return new ProviderOutcome.Pending { ProviderReference = payment };
        }

        // "Already captured" and "token already used" are refusals here and successes for us: the payment says which.
        var current = await FindChargeAsync(request.Attempt, credentials);
        if (current is not ProviderOutcome.Succeeded { Stage: ChargeStage.Authorized })
        {
            return Known(current);
        }

        var (actions, problem) = await _actions.FindAsync(reference, payment, credentials);
        return actions switch
        {
            null => Unknown(problem!) with { ProviderReference = payment },
            _ when actions.Exists(action => IsOpen(action, "capture")) =>
                new ProviderOutcome.Pending { ProviderReference = payment },
            _ when PayUReading.MayPassSoon(response) =>
                NotSent("PayU requested a later retry") with { ProviderReference = payment },
            _ => Declined(PayUReading.Refused(response)) with { ProviderReference = payment },
        };
    }

    /// <inheritdoc/>
    /// <remarks>One command cancels an authorisation and refunds a capture, so the payment is looked at first: what was
    /// captured meanwhile is not touched.</remarks>
    public async Task<ProviderOutcome> VoidAsync(VoidAuthorizationRequest request, ProviderCredentials credentials)
    {
        var (reference, payment) = (request.Attempt.ToString(), request.ProviderReference);
        if (!PayUMapping.IsId(payment))
        {
            return Unknown("the payment's id is malformed");
        }

        var before = await FindChargeAsync(request.Attempt, credentials);
        if (before is not ProviderOutcome.Succeeded { Stage: ChargeStage.Authorized })
        {
            // Nothing has been sent yet, whatever was seen.
            return before is ProviderOutcome.Unknown or ProviderOutcome.NotFound
                ? NotSent("the payment's status is unavailable")
                : Released(before, request);
        }

        var token = PayUMapping.VoidToken(request.Attempt);
        var (response, outcome) = PayUApi.Read(await _api.ActAsync(
            "void", reference, "cancel_refund_transaction", [payment, token, PayUMapping.ToAmount(request.Amount)],
            request.Window, credentials));
        if (response is null)
        {
            return outcome! with { ProviderReference = payment };
        }

        if (PayUReading.IsAccepted(response))
        {
            return response.CancelId is not null
                ? new ProviderOutcome.Pending { ProviderReference = payment }
                : Unknown("PayU processed the void as a refund") with { ProviderReference = payment };
        }

        var current = await FindChargeAsync(request.Attempt, credentials);
        return current is ProviderOutcome.Succeeded { Stage: ChargeStage.Authorized }
            ? PayUReading.MayPassSoon(response)
                ? NotSent("PayU requested a later retry") with { ProviderReference = payment }
                : Declined(PayUReading.Refused(response)) with { ProviderReference = payment }
            : Known(Released(current, request));
    }

    /// <inheritdoc/>
    public async Task<ProviderOutcome> RefundAsync(RefundRequest request, ProviderCredentials credentials)
    {
        var (reference, payment) = (request.Refund.ToString(), request.ProviderReference);
        if (!PayUMapping.IsId(payment))
        {
            return Unknown("the payment's id is malformed");
        }

        var token = PayUMapping.RefundToken(request.Refund);
        var (response, outcome) = PayUApi.Read(await _api.ActAsync(
            "refund", reference, "cancel_refund_transaction",
            [payment, token, PayUMapping.ToAmount(request.Amount), null, request.WebhookUrl?.AbsoluteUri],
            request.Window, credentials));
        if (response is null)
        {
            return outcome!;
        }

        if (PayUReading.IsAccepted(response) && (response.PaymentId is null || response.PaymentId == payment))
        {
            return PayUMapping.IsId(response.RequestId)
                ? new ProviderOutcome.Pending { ProviderReference = response.RequestId }
                : Unknown("PayU accepted the refund without an id");
        }

        // "Token already used" may be about this very refund, and so may any refusal of one that was sent before.
        var listed = await FindRefundAsync(request.Refund, payment, credentials);
        ProviderOutcome refused = listed is not ProviderOutcome.NotFound ? OfQuery(listed)
            : PayUReading.MayPassSoon(response) ? NotSent("PayU requested a later retry")
            : Declined(PayUReading.Refused(response));
        return refused with { OtherRefunds = listed.OtherRefunds };
    }

    /// <inheritdoc/>
    public async Task<ProviderOutcome> QueryRefundAsync(RefundQuery query, ProviderCredentials credentials) =>
        PayUMapping.IsId(query.ProviderReference)
            ? OfQuery(await FindRefundAsync(query.Refund, query.ProviderReference, credentials))
            : Unknown("the payment's id is malformed");

    /// <inheritdoc/>
    public async ValueTask<WebhookReading> ReadWebhookAsync(InboundWebhook webhook, ProviderCredentials credentials) =>
        PayUWebhook.Read(webhook, credentials, out var isOfOther) is var reading
            && reading is WebhookReading.About about
            && isOfOther
            ? await FindOtherRefundsAsync(webhook, about, credentials)
            : reading;

    /// <inheritdoc/>
    public Task<CredentialsCheck> CheckAsync(ProviderCredentials credentials) => _api.CheckAsync(credentials);

    /// <inheritdoc/>
    public Task<ProviderResult<UpiHolder>> VerifyUpiAsync(string vpa, ProviderCredentials credentials) =>
        _cards.VerifyUpiAsync(vpa, credentials);

    /// <inheritdoc/>
    /// <remarks>PayU keeps no customers: a name is enough, and no call is made.</remarks>
    public Task<ProviderResult<string>> OpenCustomerAsync(Customer customer, ProviderCredentials credentials) =>
        Task.FromResult<ProviderResult<string>>(PayUMapping.UserOf(customer) is { } user
            ? new ProviderResult<string>.Given(user)
            : new ProviderResult<string>.Refused(PayUReading.Refused("The customer has no id.")));

    /// <inheritdoc/>
    public Task<ProviderResult<ImmutableArray<ProviderCard>>> ListCardsAsync(
        string providerCustomer, ProviderCredentials credentials) =>
        _cards.ListAsync(providerCustomer, credentials);

    /// <inheritdoc/>
    public Task<ProviderResult<bool>> DeleteCardAsync(
        string providerCustomer, string reference, ProviderCredentials credentials) =>
        _cards.DeleteAsync(providerCustomer, reference, credentials);

    /// <inheritdoc/>
    public void Dispose()
    {
        _payments.Dispose();
        _commands.Dispose();
    }

    private CustomerAction FormOf(List<KeyValuePair<string, string>> fields) => new()
    {
        Kind = CustomerActionKind.Form,
        Url = $"{_options.BaseUrl!.AbsoluteUri.TrimEnd('/')}/_payment",
        Fields = fields.ToImmutableDictionary(StringComparer.Ordinal),
    };

    // What a look at the payment says of an effect that was sent: a payment that PayU had, and has no more, says
    // nothing.
    private static ProviderOutcome Known(ProviderOutcome current) =>
        current is ProviderOutcome.NotFound ? Unknown("PayU does not know the payment") : OfQuery(current);

    private static ProviderOutcome Released(ProviderOutcome current, VoidAuthorizationRequest request) => current switch
    {
        ProviderOutcome.Declined { Failure.Code: FailureCodes.Voided } => new ProviderOutcome.Succeeded
        {
            Stage = ChargeStage.Authorized, Amount = request.Amount, ProviderReference = current.ProviderReference,
        },
        ProviderOutcome.Succeeded { Stage: ChargeStage.Captured } => Declined(new Failure
        {
            Code = "already_captured",
            Message = "The payment was captured before it could be released.",
            Party = FailureParty.Merchant,
        }) with
        { ProviderReference = current.ProviderReference },
        _ => current,
    };

    private static bool IsOpen(ActionDetails action, string kind) =>
        PayUActions.IsKind(action, kind) && PayUReading.StateOf(action) == ActionState.UnderWay;

    // The queries below return NotSent if they could not be sent, so that what waits for the result can stay unsent.

    private async Task<ProviderOutcome> FindChargeAsync(AttemptId attempt, ProviderCredentials credentials)
    {
        var txnId = attempt.ToString();
        var (response, problem) = await _api.QueryAsync("query.charge", txnId, "verify_payment", [txnId], credentials);
        if (response is null)
        {
            return problem is null ? Unknown("the payment is unreadable") : NotSent(problem);
        }

        if (!response.Details.TryGet(txnId, out var element)
            || element.Part(PayUJson.Default.ChargeDetails) is not { } details)
        {
            return Unknown("the payment is unreadable");
        }

        if (string.Equals(details.PaymentId, "Not Found", StringComparison.OrdinalIgnoreCase))
        {
            return new ProviderOutcome.NotFound();
        }

        if ((details.TxnId is { } named && named != txnId) || PayUReading.Outcome(details) is not { } outcome)
        {
            return Unknown("the payment is unreadable");
        }

        return PayUReading.MayBeCancelled(details) ? await UnlessCancelledAsync(txnId, outcome, credentials) : outcome;
    }

    private async Task<ProviderOutcome> UnlessCancelledAsync(
        string reference, ProviderOutcome outcome, ProviderCredentials credentials)
    {
        var payment = outcome.ProviderReference!;
        var (actions, problem) = await _actions.FindAsync(reference, payment, credentials);
        if (actions is null)
        {
            return Unknown(problem!) with { ProviderReference = payment };
        }

        return actions.Find(action => PayUActions.IsKind(action, "cancel")
            && PayUReading.StateOf(action) != ActionState.Failed) is not { } cancel
            ? outcome
            : PayUReading.StateOf(cancel) == ActionState.UnderWay
                ? new ProviderOutcome.Pending { ProviderReference = payment }
            : Declined(new Failure
            {
                Code = FailureCodes.Voided, Message = "The authorisation was released.", Party = FailureParty.Merchant,
            }) with
            { ProviderReference = payment };
    }

    private async Task<ProviderOutcome> FindRefundAsync(
        RefundId refund, string payment, ProviderCredentials credentials)
    {
        var (actions, problem) = await _actions.FindAsync(refund.ToString(), payment, credentials);
        var token = PayUMapping.RefundToken(refund);
        ProviderOutcome found = actions is null ? Unknown(problem!)
            : actions.Find(action => action.Token == token) is not { } own ? new ProviderOutcome.NotFound()
            : PayUActions.IsKind(own, "refund") && PayUReading.Outcome(own) is { } outcome ? outcome
            : Unknown("the refund is unreadable");
        return found with { OtherRefunds = PayUActions.OtherRefunds(actions, refund.Payment, payment) };
    }

    // A callback about a refund that is not one of ours names nothing that could be trusted. PayU's own list has the
    // refund, and the payment that our txnid leads to is its payment.
    private async Task<WebhookReading> FindOtherRefundsAsync(
        InboundWebhook webhook, WebhookReading.About about, ProviderCredentials credentials)
    {
        var exhausted = new WebhookReading.Unavailable("the status-query budget is exhausted");
        if (!await webhook.MayQueryAsync(about.IsProven))
        {
            return exhausted;
        }

        var charge = await FindChargeAsync(about.Attempt, credentials);
        if (charge is not ProviderOutcome.Succeeded
            {
                Stage: ChargeStage.Captured, ProviderReference: { } payment,
            })
        {
            return charge is ProviderOutcome.Unknown or ProviderOutcome.NotSent
                ? new WebhookReading.Unavailable("the payment's status is unavailable")
                : about;
        }

        if (!await webhook.MayQueryAsync(about.IsProven))
        {
            return exhausted;
        }

        var (actions, _) = await _actions.FindAsync(about.Attempt.ToString(), payment, credentials);
        return actions is null ? new WebhookReading.Unavailable("the payment's refunds are unavailable")
            : PayUActions.OtherRefunds(actions, about.Attempt.Payment, payment) is { } others
                ? new WebhookReading.OfProviderRefunds(about.EventId, about.Attempt, others)
                {
                    IsProven = about.IsProven,
                }
            : about;
    }
}
