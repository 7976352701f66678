using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using PaymentCluster.Connectors;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Webhooks;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Grains.Webhooks;

/// <summary>Processes providers' webhooks: verifies the signature, skips known events, applies the event to its
/// payment, writes the inbox row, and only then acknowledges. It has no state.</summary>
/// <param name="connectors">The connectors, which verify and read webhooks.</param>
/// <param name="merchants">The merchants' profiles, with the secrets that sign webhooks.</param>
/// <param name="payments">The payments.</param>
/// <param name="inbox">The events that were processed before.</param>
/// <param name="hints">Limits what unproven webhooks lead to.</param>
/// <param name="tokens">Recognises the addresses that providers were given.</param>
/// <param name="budget">Limits what connectors fetch to read a webhook.</param>
/// <param name="meter">Counts webhooks by what became of them.</param>
/// <param name="clock">The clock that dates webhooks.</param>
/// <param name="time">The clock of waits.</param>
/// <param name="logger">Logs each webhook and why one was refused.</param>
public sealed partial class WebhookIntake(
    ConnectorCatalogue connectors,
    IMerchantProfiles merchants,
    IPaymentCalls payments,
    IWebhookInbox inbox,
    WebhookHints hints,
    PaymentTokens tokens,
    IStatusQueryBudget budget,
    WebhookMeter meter,
    IPaymentClock clock,
    TimeProvider time,
    ILogger<WebhookIntake> logger)
{
    // Far above what providers use; past it, an id is no id.
    private const int MaxEventIdLength = 255;

    private const string NoEvent = "(a hint)";

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(3);

    /// <summary>Processes a webhook. With a receipt, the webhook's effect and its event's id are durable; of one that
    /// proves nothing, no effect is, and nothing is stored.</summary>
    /// <param name="merchant">Whose address it came to.</param>
    /// <param name="provider">The provider in that address.</param>
    /// <param name="webhook">The webhook.</param>
    /// <exception cref="CredentialsUnreadableException">The merchant's credentials cannot be opened: the provider is to
    /// send again.</exception>
    /// <exception cref="JournalUnavailableException">The inbox is unavailable: the provider is to send
    /// again.</exception>
    public async Task<Reply<WebhookReceipt>> ReceiveAsync(string merchant, string provider, ProviderWebhook webhook)
    {
        var body = ImmutableCollectionsMarshal.AsArray(webhook.Body) ?? [];
        var received = new Received(merchant, provider, body, clock.Now);
        return await ReadAsync(received, webhook) switch
        {
            WebhookReading.Forged => Forged(received),
            WebhookReading.Malformed malformed => Malformed(received, malformed.Reason),
            WebhookReading.Unavailable unavailable => Unavailable(received, unavailable.Reason),
            { IsProven: false } hint => await TakeHintAsync(received, hint),
            WebhookReading.Irrelevant e => await AcceptAsync(received, e.EventId, e.Type, Ignored),
            WebhookReading.Unmatched e => await AcceptAsync(received, e.EventId, e.Type, Parked),
            WebhookReading.OfCharge e => await AcceptAsync(
                received, e.EventId, e.Attempt.ToString(), () => ApplyAsync(received, e)),
            WebhookReading.OfRefund e => await AcceptAsync(
                received, e.EventId, e.Refund.ToString(), () => ApplyAsync(received, e)),
            WebhookReading.OfProviderRefunds e => await AcceptAsync(
                received, e.EventId, e.Attempt.ToString(), () => ApplyAsync(received, e)),
            WebhookReading.About e => await AcceptAsync(
                received, e.EventId, e.Attempt.ToString(), () => QueryAsync(received, e.Attempt)),
            var unknown => throw new UnreachableException($"A webhook was read as {unknown.GetType().Name}."),
        };
    }

    /// <summary>Whether the merchant exists and has an account at the provider.</summary>
    public async ValueTask<bool> KnowsAsync(string merchant, string provider) =>
        connectors.TryGet(provider, out _)
            && await merchants.GetAsync(merchant) is { } profile
            && profile.Providers.Contains(provider);

    private static Task<WebhookFate> Ignored() => Task.FromResult(WebhookFate.Ignored);

    private static Task<WebhookFate> Parked() => Task.FromResult(WebhookFate.Parked);

    // A missing merchant, provider or credentials look like a wrong signature: the URL does not reveal who is a
    // merchant.
    private async Task<WebhookReading> ReadAsync(Received received, ProviderWebhook webhook)
    {
        if (!connectors.TryGet(received.Provider, out var connector)
            || await merchants.GetAsync(received.Merchant) is not { } profile
            || !profile.Providers.Contains(received.Provider))
        {
            return new WebhookReading.Forged();
        }

        var inbound = new InboundWebhook
        {
            Headers = webhook.Headers,
            Body = received.Body,
            IsSecure = webhook.IsSecure,
            IsByAddress = webhook is { IsSecure: true, AddressToken: { } token }
                && tokens.IsWebhookToken(received.Merchant, received.Provider, token),
        };
        // A provider may sign with the secret before for a while after it was changed, and repeats what it signed then;
        // and an earlier account goes on reporting on its own payments.
        WebhookReading reading = new WebhookReading.Forged();
        foreach (var (account, credentials) in profile.WebhookCredentials(received.Provider, received.At))
        {
            var queried = new ProviderAccount(received.Merchant, received.Provider, account);
            var budgeted = inbound with { MayQueryAsync = isProven => MayQueryAsync(queried, received.At, isProven) };
            reading = await connector.ReadWebhookAsync(budgeted, credentials);
            if (reading is not WebhookReading.Forged)
            {
                received.Account = account;
                break;
            }
        }

        return reading;
    }

    // Effect, then inbox row, then acknowledgement. The effect is durable when the payment replies, and a second
    // application changes nothing, so after a crash between the two the provider only sends again. The other order
    // could lose the effect behind a row that marks the event as known. The row is committed before the
    // acknowledgement, so that an acknowledged event is never lost.
    private async Task<Reply<WebhookReceipt>> AcceptAsync(
        Received received, string eventId, string detail, Func<Task<WebhookFate>> effect)
    {
        if (eventId.Length is 0 or > MaxEventIdLength)
        {
            return Malformed(received, $"the event's id is not 1 to {MaxEventIdLength} characters");
        }

        if (await inbox.ExistsAsync(received.Merchant, received.Provider, eventId))
        {
            return Receipt(received, eventId, detail, WebhookFate.Duplicate);
        }

        var fate = await effect();
        var isFirst = await inbox.RecordAsync(new InboxEntry
        {
            Merchant = received.Merchant,
            Provider = received.Provider,
            EventId = eventId,
            ReceivedAt = received.At,
            Fate = fate,
            Detail = detail,
            Body = fate == WebhookFate.Parked ? received.Body : null,
        });
        return Receipt(received, eventId, detail, isFirst ? fate : WebhookFate.Duplicate);
    }

    // Anybody can send it, in any number and with any content: nothing grows with it. What a connector fetched is the
    // provider's own word, and it does not matter who said that there is something to fetch.
    private async Task<Reply<WebhookReceipt>> TakeHintAsync(Received received, WebhookReading reading)
    {
        var fate = reading switch
        {
            WebhookReading.About { Attempt: var attempt } when hints.TryTake(received.Merchant, received.Provider) =>
                FateOf(await payments.HintAsync(
                    PaymentKey.Of(received.Merchant, attempt.Payment), attempt.Number, received.Provider)),
            // Fetching it was limited.
            WebhookReading.OfCharge charge => await ApplyAsync(received, charge),
            WebhookReading.OfProviderRefunds refunds => await ApplyHintAsync(received, refunds),
            _ => WebhookFate.Ignored,
        };
        return Receipt(received, NoEvent, null, fate == WebhookFate.Applied ? fate : WebhookFate.Ignored);
    }

    private async Task<WebhookFate> ApplyHintAsync(Received received, WebhookReading.OfProviderRefunds refunds)
    {
        var fate = await ApplyAsync(received, refunds with { IsAboutOurs = false });
        if (refunds.IsAboutOurs && hints.TryTake(received.Merchant, received.Provider))
        {
            await payments.HintAsync(
                PaymentKey.Of(received.Merchant, refunds.Attempt.Payment), refunds.Attempt.Number, received.Provider);
        }

        return fate;
    }

    // A provider waits some seconds for its response, and sends again.
    private async ValueTask<bool> MayQueryAsync(ProviderAccount account, DateTimeOffset receivedAt, bool isProven)
    {
        using var waited = new CancellationTokenSource(LongestWait, time);
        var query = new StatusQuery(account, isProven ? QueryPriority.Likely : QueryPriority.Accepted)
        {
            Began = receivedAt, IsHint = !isProven,
        };
        return (await budget.AcquireAsync(query, waited.Token)).IsGranted;
    }

    // The key holds the merchant whose secret signed: an id of another merchant's payment leads to one that does not
    // exist.
    private async Task<WebhookFate> ApplyAsync(Received received, WebhookReading.OfCharge charge) =>
        FateOf(await payments.RecordAsync(PaymentKey.Of(received.Merchant, charge.Attempt.Payment), new RecordOutcome
        {
            Operation = OperationKey.Charge(charge.Attempt.Number),
            Outcome = charge.Outcome,
            Source = ReportSource.Webhook,
            Provider = received.Provider,
            Account = received.Account,
        }));

    private async Task<WebhookFate> ApplyAsync(Received received, WebhookReading.OfRefund refund) =>
        FateOf(await payments.RecordAsync(PaymentKey.Of(received.Merchant, refund.Refund.Payment), new RecordOutcome
        {
            Operation = OperationKey.Refund(refund.Refund.Number),
            Outcome = refund.Outcome,
            Source = ReportSource.Webhook,
            Provider = received.Provider,
            Account = received.Account,
        }));

    // All of them are recorded before the event is known: what was recorded already changes nothing when it comes
    // again.
    private async Task<WebhookFate> ApplyAsync(Received received, WebhookReading.OfProviderRefunds e)
    {
        var areKnown = true;
        foreach (var refund in e.Refunds)
        {
            areKnown &= await payments.RecordAsync(
                PaymentKey.Of(received.Merchant, e.Attempt.Payment),
                RecordProviderRefund.Of(refund, e.Attempt.Number, received.Provider, received.Account));
        }

        return e.IsAboutOurs && areKnown ? await QueryAsync(received, e.Attempt) : FateOf(areKnown);
    }

    private async Task<WebhookFate> QueryAsync(Received received, AttemptId attempt) =>
        FateOf(await payments.QueryAsync(
            PaymentKey.Of(received.Merchant, attempt.Payment), attempt.Number, received.Provider));

    private static WebhookFate FateOf(bool isKnown) => isKnown ? WebhookFate.Applied : WebhookFate.Parked;

    private Reply<WebhookReceipt> Receipt(Received received, string eventId, string? detail, WebhookFate fate)
    {
        meter.Received(received.Provider, fate);
        LogReceived(received.Merchant, received.Provider, eventId, detail, fate);
        if (fate == WebhookFate.Parked)
        {
            LogParked(received.Merchant, received.Provider, eventId, detail);
        }

        return Reply<WebhookReceipt>.Of(new WebhookReceipt { Fate = fate });
    }

    private Reply<WebhookReceipt> Forged(Received received)
    {
        meter.Forged();
        LogForged(received.Merchant, received.Provider);
        return Reply<WebhookReceipt>.Refused(Refusal.Of(
            ErrorCode.WebhookSignatureInvalid, "The webhook's signature does not match the merchant's secret."));
    }

    private Reply<WebhookReceipt> Unavailable(Received received, string reason)
    {
        LogUnavailable(received.Merchant, received.Provider, reason);
        return Reply<WebhookReceipt>.Refused(
            Refusal.Of(ErrorCode.Unavailable, "The webhook cannot be verified now; send it again."));
    }

    private Reply<WebhookReceipt> Malformed(Received received, string reason)
    {
        meter.Malformed(received.Provider);
        LogMalformed(received.Merchant, received.Provider, reason);
        return Reply<WebhookReceipt>.Refused(
            Refusal.Of(ErrorCode.WebhookMalformed, $"The webhook cannot be read: {reason}."));
    }

    private sealed record Received(string Merchant, string Provider, byte[] Body, DateTimeOffset At)
    {
        // Whose credentials verified it; null while that is not known.
        public string? Account { get; set; }
    }
}
