using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Webhooks;
using PaymentCluster.Grains.Faults;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Grains.Webhooks;

/// <inheritdoc cref="IProviderWebhookGrain"/>
/// <param name="grains">Leads to payments.</param>
/// <param name="connectors">Read webhooks.</param>
/// <param name="directory">Knows merchants' secrets.</param>
/// <param name="inbox">Knows which events were taken in.</param>
/// <param name="meter">Counts.</param>
/// <param name="time">When it is.</param>
/// <param name="logger">The log.</param>
[StatelessWorker]
public sealed partial class ProviderWebhookGrain(
    IGrainFactory grains,
    IEnumerable<IConnector> connectors,
    MerchantDirectory directory,
    IWebhookInbox inbox,
    WebhookMeter meter,
    TimeProvider time,
    ILogger<ProviderWebhookGrain> logger) : Grain, IProviderWebhookGrain
{
    // Far above what providers use; past it, an id is no id.
    private const int MaxEventIdLength = 255;

    private string _merchant = "";
    private string _provider = "";

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = this.GetPrimaryKeyString();
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0)
        {
            _merchant = key[..slash];
            _provider = key[(slash + 1)..];
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <exception cref="CredentialsUnreadableException">The merchant's credentials cannot be opened: the provider is to
    /// send again.</exception>
    public async Task<Reply<WebhookReceipt>> Receive(ProviderWebhook webhook)
    {
        var receivedAt = time.GetUtcNow();
        var body = ImmutableCollectionsMarshal.AsArray(webhook.Body) ?? [];
        return await ReadAsync(webhook, body) switch
        {
            WebhookReading.Forged => Forged(),
            WebhookReading.Malformed malformed => Malformed(malformed.Reason),
            WebhookReading.Irrelevant e => await TakeInAsync(
                Entry(e.EventId, e.Type, receivedAt), body, () => Task.FromResult(WebhookFate.Ignored)),
            WebhookReading.Unmatched e => await TakeInAsync(
                Entry(e.EventId, e.Type, receivedAt), body, () => Task.FromResult(WebhookFate.Parked)),
            WebhookReading.OfCharge e => await TakeInAsync(
                Entry(e.EventId, e.Attempt.ToString(), receivedAt), body, () => RecordAsync(e)),
            WebhookReading.OfRefund e => await TakeInAsync(
                Entry(e.EventId, e.Refund.ToString(), receivedAt), body, () => RecordAsync(e)),
            WebhookReading.About e => await TakeInAsync(
                Entry(e.EventId, e.Attempt.ToString(), receivedAt), body, () => AskAsync(e.Attempt)),
            WebhookReading.Unavailable unavailable => Unavailable(unavailable.Reason),
            var unknown => throw new UnreachableException($"A webhook was read as {unknown.GetType().Name}."),
        };
    }

    // What does not exist (merchant, provider, credentials) is answered like a wrong signature: the address tells
    // nobody who is a merchant.
    private async Task<WebhookReading> ReadAsync(ProviderWebhook webhook, byte[] body)
    {
        var connector = connectors.FirstOrDefault(connector => connector.Provider == _provider);
        var profile = connector is null ? null : await directory.GetAsync(_merchant);
        if (connector is null || profile is null || !profile.Providers.Contains(_provider))
        {
            // Guesses must not pile up in memory.
            DeactivateOnIdle();
            return new WebhookReading.Forged();
        }

        var inbound = new InboundWebhook { Headers = webhook.Headers, Body = body };
        var reading = await connector.ReadWebhookAsync(inbound, profile.Open(_provider));
        // A provider may sign with the secret before for a while after it was changed, and repeats what it signed then.
        return reading is WebhookReading.Forged && profile.OpenPrevious(_provider, time.GetUtcNow()) is { } previous
            ? await connector.ReadWebhookAsync(inbound, previous)
            : reading;
    }

    // Effect, then inbox row, then answer. The effect is durable when the payment answers, and saying it twice changes
    // nothing, so a crash between the two only means that the provider sends again. The other order could lose the
    // effect behind a row that calls the event known. The row is committed before the answer, so that the provider is
    // never told "arrived" about what could be forgotten.
    private async Task<Reply<WebhookReceipt>> TakeInAsync(InboxEntry entry, byte[] body, Func<Task<WebhookFate>> effect)
    {
        if (entry.EventId.Length is 0 or > MaxEventIdLength)
        {
            return Malformed($"the event's id is not 1 to {MaxEventIdLength} characters");
        }

        if (await inbox.ExistsAsync(_merchant, _provider, entry.EventId))
        {
            return Receipt(entry, WebhookFate.Duplicate);
        }

        var fate = await effect();
        FaultPoint.Reach(FaultPoint.BeforeInbox);
        var first = await inbox.RecordAsync(
            entry with { Fate = fate, Body = fate == WebhookFate.Parked ? body : null });
        FaultPoint.Reach(FaultPoint.AfterInbox);
        return Receipt(entry, first ? fate : WebhookFate.Duplicate);
    }

    private async Task<WebhookFate> RecordAsync(WebhookReading.OfCharge charge) =>
        Fate(await PaymentOf(charge.Attempt.Payment).Record(new RecordCharge
        {
            Attempt = charge.Attempt.Number,
            Outcome = charge.Outcome,
            Source = ReportSource.Webhook,
            Provider = _provider,
        }));

    private async Task<WebhookFate> RecordAsync(WebhookReading.OfRefund refund) =>
        Fate(await PaymentOf(refund.Refund.Payment).Record(new RecordRefund
        {
            Number = refund.Refund.Number,
            Outcome = refund.Outcome,
            Source = ReportSource.Webhook,
            Provider = _provider,
        }));

    private async Task<WebhookFate> AskAsync(AttemptId attempt) =>
        Fate(await PaymentOf(attempt.Payment).Ask(attempt.Number, _provider));

    // The key holds the merchant whose secret signed: an id of another merchant's payment leads to one that does not
    // exist.
    private IPaymentGrain PaymentOf(PaymentId payment) =>
        grains.GetGrain<IPaymentGrain>(PaymentKey.Of(_merchant, payment).ToString());

    private static WebhookFate Fate(bool known) => known ? WebhookFate.Applied : WebhookFate.Parked;

    private InboxEntry Entry(string eventId, string detail, DateTimeOffset receivedAt) => new()
    {
        Merchant = _merchant,
        Provider = _provider,
        EventId = eventId,
        ReceivedAt = receivedAt,
        Fate = WebhookFate.Ignored,
        Detail = detail,
    };

    private Reply<WebhookReceipt> Receipt(InboxEntry entry, WebhookFate fate)
    {
        meter.Received(_provider, fate);
        LogReceived(logger, _merchant, _provider, entry.EventId, entry.Detail, fate);
        if (fate == WebhookFate.Parked)
        {
            LogParked(logger, _merchant, _provider, entry.EventId, entry.Detail);
        }

        return Reply<WebhookReceipt>.Of(new WebhookReceipt { Fate = fate });
    }

    private Reply<WebhookReceipt> Forged()
    {
        meter.Forged();
        LogForged(logger, _merchant, _provider);
        return Reply<WebhookReceipt>.Refused(Refusal.Of(
            ErrorCode.WebhookSignatureInvalid, "The webhook's signature does not match the merchant's secret."));
    }

    private Reply<WebhookReceipt> Unavailable(string reason)
    {
        LogUnavailable(logger, _merchant, _provider, reason);
        return Reply<WebhookReceipt>.Refused(
            Refusal.Of(ErrorCode.Unavailable, "The webhook cannot be judged now; send it again."));
    }

    private Reply<WebhookReceipt> Malformed(string reason)
    {
        meter.Malformed(_provider);
        LogMalformed(logger, _merchant, _provider, reason);
        return Reply<WebhookReceipt>.Refused(
            Refusal.Of(ErrorCode.WebhookMalformed, $"The webhook cannot be read: {reason}."));
    }
}
