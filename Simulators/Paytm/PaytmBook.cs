using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Journal;
using PaymentCluster.Simulators.Webhooks;

namespace PaymentCluster.Simulators.Paytm;

/// <summary>All that the simulated Paytm knows, in memory and in its journal. A change is applied and written under its
/// folder's lock, and visible to others once it is on disk.</summary>
internal sealed class PaytmBook : IDisposable
{
    public const string Name = "paytm";

    private readonly ConcurrentDictionary<string, PaytmAccount> _accounts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Mid, string OrderId), PaytmFolder> _folders = new();
    private readonly ConcurrentDictionary<(string Mid, string RefId), PaytmFolder> _refunds = new();
    private readonly ConcurrentDictionary<string, PaytmFolder> _txns = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, PaytmWebhook> _undelivered = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _revoked = new(StringComparer.Ordinal);
    private readonly WebhookSender _sender;
    private readonly JournalFile _journal;

    public PaytmBook(SimulatorsOptions host, IOptions<PaytmOptions> options, DialBoards dials, WebhookSender sender)
    {
        _sender = sender;
        Dials = dials.Of(Name);
        _journal = JournalFile.Open(Path.Combine(host.DataDirectory, Name + ".ndjson"), Replay);
        foreach (var account in options.Value.Accounts)
        {
            if (!_accounts.ContainsKey(account.Mid))
            {
                _ = Register(account.Mid, account.MerchantKey, account.Website, account.WebhookUrl);
            }
        }
    }

    public DialBoard Dials { get; }

    public IEnumerable<PaytmAccount> Accounts => _accounts.Values;

    /// <summary>In the order of their creation.</summary>
    public IEnumerable<PaytmFolder> Folders => _folders.Values.OrderBy(folder => folder.Order.CreatedAt);

    public IEnumerable<PaytmWebhook> Undelivered => _undelivered.Values;

    public PaytmAccount? Account(string mid) => _accounts.GetValueOrDefault(mid);

    public PaytmFolder? Find(string mid, string orderId) => _folders.GetValueOrDefault((mid, orderId));

    /// <summary>The folder that holds this transaction or refund, whosoever it is.</summary>
    public PaytmFolder? FindById(string id) => _txns.GetValueOrDefault(id);

    /// <summary>The folder of the refund that a merchant named so.</summary>
    public PaytmFolder? FindRefund(string mid, string refId) => _refunds.GetValueOrDefault((mid, refId));

    /// <summary>Takes an order id for a new folder; false if it is taken. The caller holds the new folder's
    /// lock.</summary>
    public bool TryOpen(PaytmFolder folder) =>
        _folders.TryAdd((folder.Order.Mid, folder.Order.OrderId), folder);

    /// <summary>Takes a refund's name; false if it is taken. The caller holds the folder's lock.</summary>
    public bool TryTake(PaytmFolder folder, string refId) => _refunds.TryAdd((folder.Order.Mid, refId), folder);

    public PaytmChange Begin(PaytmFolder folder, DateTimeOffset now) =>
        new(folder, _accounts[folder.Order.Mid], now.ToUnixTimeMilliseconds());

    /// <summary>Makes a change; the caller holds the folder's lock.</summary>
    /// <returns>Completes when it is on disk.</returns>
    public Task Commit(PaytmChange change)
    {
        var written = Write(change.Entries);
        change.Folder.Durable = written;
        List<PaytmWebhook>? told = null;
        foreach (var entry in change.Entries)
        {
            if (Apply(entry, change.Folder) is { } webhook)
            {
                (told ??= []).Add(webhook);
            }
        }

        if (told is not null)
        {
            _ = TellAsync(written, told);
        }

        return written;
    }

    /// <summary>Adds an account, or changes it; its webhook, if it was disabled, works again.</summary>
    public Task Register(string mid, string merchantKey, string website, string? webhookUrl)
    {
        var account = new PaytmAccount
        {
            Mid = mid,
            MerchantKey = merchantKey,
            Website = website,
            WebhookUrl = webhookUrl,
        };
        _accounts[mid] = account;
        return Write([new PaytmEntry { Account = account }]);
    }

    public bool IsRevoked(string ssoToken) => _revoked.ContainsKey(ssoToken);

    /// <summary>Gives a wallet's token up.</summary>
    public Task Revoke(string ssoToken)
    {
        _revoked.TryAdd(ssoToken, true);
        return Write([new PaytmEntry { Revoked = ssoToken }]);
    }

    public void Complete(PaytmWebhook webhook)
    {
        if (_undelivered.TryRemove(webhook.EventId, out _))
        {
            _ = Write([new PaytmEntry { Completed = webhook.EventId }]);
        }
    }

    public void DisableWebhook(PaytmWebhook webhook)
    {
        Complete(webhook);
        if (!_accounts.TryGetValue(webhook.Receiver, out var account) || account.WebhookDisabled)
        {
            return;
        }

        var disabled = account with { WebhookDisabled = true };
        if (_accounts.TryUpdate(webhook.Receiver, disabled, account))
        {
            _ = Write([new PaytmEntry { Account = disabled }]);
        }
    }

    public void Dispose() => _journal.Dispose();

    private Task Write(List<PaytmEntry> entries) =>
        _journal.Append(JsonSerializer.SerializeToUtf8Bytes(entries, PaytmJournalJson.Default.ListPaytmEntry));

    private async Task TellAsync(Task written, List<PaytmWebhook> webhooks)
    {
        try
        {
            await written;
        }
        catch (IOException)
        {
            // The caller hears of it; an event that is not on disk did not happen.
            return;
        }

        foreach (var webhook in webhooks)
        {
            _sender.Send(webhook);
        }
    }

    private void Replay(ReadOnlyMemory<byte> line)
    {
        var entries = JsonSerializer.Deserialize(line.Span, PaytmJournalJson.Default.ListPaytmEntry)
            ?? throw new InvalidDataException("The journal has a line without entries.");
        foreach (var entry in entries)
        {
            var folder = entry switch
            {
                { Order: { } order } => Find(order.Mid, order.OrderId) ?? new PaytmFolder(order),
                { Txn: { } txn } => Find(txn.Mid, txn.OrderId),
                { Refund: { } refund } => Find(refund.Mid, refund.OrderId),
                { Event: { } told } => Find(told.Mid, told.OrderId),
                _ => null,
            };
            if (folder is not null)
            {
                Apply(entry, folder);
            }
            else if (entry.Account is { } account)
            {
                _accounts[account.Mid] = account;
            }
            else if (entry.Completed is { } id)
            {
                _undelivered.TryRemove(id, out _);
            }
            else if (entry.Revoked is { } token)
            {
                _revoked.TryAdd(token, true);
            }
        }
    }

    private PaytmWebhook? Apply(PaytmEntry entry, PaytmFolder folder)
    {
        switch (entry)
        {
            case { Order: { } order }:
                folder.Put(order);
                _folders.TryAdd((order.Mid, order.OrderId), folder);
                return null;
            case { Txn: { } txn }:
                folder.Put(txn);
                _txns.TryAdd(txn.Id, folder);
                return null;
            case { Refund: { } refund }:
                folder.Put(refund);
                _txns.TryAdd(refund.Id, folder);
                _refunds.TryAdd((refund.Mid, refund.RefId), folder);
                return null;
            case { Event: { } told }:
                var webhook = new PaytmWebhook(this, _accounts[told.Mid], told)
                {
                    Order = folder.Order,
                    Txn = folder.Txn(told.TxnId),
                    Refund = told.RefundId is { } refundId ? folder.Refund(refundId) : null,
                };
                _undelivered[told.Id] = webhook;
                return webhook;
            default:
                return null;
        }
    }
}
