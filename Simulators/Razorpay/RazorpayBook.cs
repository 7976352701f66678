using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Journal;
using PaymentCluster.Simulators.Webhooks;

namespace PaymentCluster.Simulators.Razorpay;

/// <summary>All that the simulated Razorpay knows, in memory and in its journal. A change is applied and written under
/// its folder's lock, and visible to others once it is on disk.</summary>
internal sealed class RazorpayBook : IDisposable
{
    public const string Name = "razorpay";

    private readonly ConcurrentDictionary<string, RazorpayAccount> _accounts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, RazorpayShelf> _shelves = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, RazorpayFolder> _folders = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, RazorpayWebhook> _undelivered = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string KeyId, string Key), RazorpayClaim> _claims = new();
    private readonly WebhookSender _sender;
    private readonly JournalFile _journal;

    public RazorpayBook(
        SimulatorsOptions host, IOptions<RazorpayOptions> options, DialBoards dials, WebhookSender sender)
    {
        _sender = sender;
        Dials = dials.Of(Name);
        _journal = JournalFile.Open(Path.Combine(host.DataDirectory, Name + ".ndjson"), Replay);
        foreach (var account in options.Value.Accounts)
        {
            if (!_accounts.ContainsKey(account.KeyId))
            {
                _ = Register(account.KeyId, account.KeySecret, account.WebhookUrl, account.WebhookSecret);
            }
        }
    }

    public DialBoard Dials { get; }

    public RazorpayPeople People { get; } = new();

    public IEnumerable<RazorpayAccount> Accounts => _accounts.Values;

    public IEnumerable<RazorpayFolder> Folders => _shelves.Values.SelectMany(shelf => shelf.All());

    public IEnumerable<RazorpayWebhook> Undelivered => _undelivered.Values;

    public RazorpayAccount? Account(string keyId) => _accounts.GetValueOrDefault(keyId);

    /// <summary>The folder that holds this order, payment or refund of this account.</summary>
    public RazorpayFolder? Find(string keyId, string id) =>
        _folders.TryGetValue(id, out var folder) && folder.Order.KeyId == keyId ? folder : null;

    /// <summary>The folder that holds it, whosoever it is.</summary>
    public RazorpayFolder? Find(string id) => _folders.GetValueOrDefault(id);

    public RazorpayShelf Shelf(string keyId) => _shelves.GetOrAdd(keyId, static _ => new RazorpayShelf());

    /// <summary>The refund that was made with this idempotency key.</summary>
    public RazorpayClaim? Claim(string keyId, string key) => _claims.GetValueOrDefault((keyId, key));

    public RazorpayChange Begin(RazorpayFolder folder, DateTimeOffset now) =>
        new(folder, _accounts[folder.Order.KeyId], now.ToUnixTimeMilliseconds());

    /// <summary>Makes a change; the caller holds the folder's lock, unless the folder is new.</summary>
    /// <returns>Completes when it is on disk.</returns>
    public Task Commit(RazorpayChange change)
    {
        var written = Write(change.Entries);
        change.Folder.Durable = written;
        List<RazorpayWebhook>? told = null;
        foreach (var entry in change.Entries)
        {
            if (Apply(entry, change.Folder, written) is { } webhook)
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

    /// <summary>Keeps something of a customer's; the caller holds the lock of <see cref="People"/>.</summary>
    public Task Keep(RazorpayEntry entry)
    {
        var written = Write([entry]);
        People.Put(entry, written);
        return written;
    }

    /// <summary>Adds an account, or changes it; its webhook, if it was disabled, works again.</summary>
    public Task Register(string keyId, string keySecret, string? webhookUrl, string? webhookSecret)
    {
        var account = new RazorpayAccount
        {
            KeyId = keyId,
            KeySecret = keySecret,
            AccountId = Account(keyId)?.AccountId ?? RazorpayIds.New("acc_"),
            WebhookUrl = webhookUrl,
            WebhookSecret = webhookSecret,
        };
        _accounts[keyId] = account;
        return Write([new RazorpayEntry { Account = account }]);
    }

    public void Complete(RazorpayWebhook webhook)
    {
        if (_undelivered.TryRemove(webhook.EventId, out _))
        {
            _ = Write([new RazorpayEntry { Completed = webhook.EventId }]);
        }
    }

    public void DisableWebhook(RazorpayWebhook webhook)
    {
        Complete(webhook);
        if (!_accounts.TryGetValue(webhook.Receiver, out var account) || account.WebhookDisabled)
        {
            return;
        }

        var disabled = account with { WebhookDisabled = true };
        if (_accounts.TryUpdate(webhook.Receiver, disabled, account))
        {
            _ = Write([new RazorpayEntry { Account = disabled }]);
        }
    }

    public void Dispose() => _journal.Dispose();

    private Task Write(List<RazorpayEntry> entries) =>
        _journal.Append(JsonSerializer.SerializeToUtf8Bytes(entries, RazorpayJournalJson.Default.ListRazorpayEntry));

    private async Task TellAsync(Task written, List<RazorpayWebhook> webhooks)
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
        var entries = JsonSerializer.Deserialize(line.Span, RazorpayJournalJson.Default.ListRazorpayEntry)
            ?? throw new InvalidDataException("The journal has a line without entries.");
        foreach (var entry in entries)
        {
            var folder = entry switch
            {
                { Order: { } order } => Find(order.Id) ?? new RazorpayFolder(order),
                { Payment: { } payment } => _folders[payment.OrderId],
                { Refund: { } refund } => _folders[refund.PaymentId],
                { Event: { } told } => _folders[told.PaymentId],
                _ => null,
            };
            if (entry is { Customer: not null } or { Token: not null })
            {
                People.Put(entry, Task.CompletedTask);
            }

            if (folder is not null)
            {
                Apply(entry, folder, Task.CompletedTask);
            }
            else if (entry.Account is { } account)
            {
                _accounts[account.KeyId] = account;
            }
            else if (entry.Completed is { } id)
            {
                _undelivered.TryRemove(id, out _);
            }
        }
    }

    private RazorpayWebhook? Apply(RazorpayEntry entry, RazorpayFolder folder, Task written)
    {
        switch (entry)
        {
            case { Order: { } order }:
                folder.Put(order);
                if (_folders.TryAdd(order.Id, folder))
                {
                    Shelf(order.KeyId).Add(folder);
                }

                return null;
            case { Payment: { } payment }:
                folder.Put(payment);
                if (_folders.TryAdd(payment.Id, folder))
                {
                    Shelf(payment.KeyId).Add(payment, folder);
                }

                return null;
            case { Refund: { } refund }:
                folder.Put(refund);
                if (!_folders.TryAdd(refund.Id, folder))
                {
                    return null;
                }

                Shelf(refund.KeyId).Add(refund, folder);
                if (refund.IdempotencyKey is { } key)
                {
                    _claims[(refund.KeyId, key)] = new RazorpayClaim(refund.Id, refund.Fingerprint!, written);
                }

                return null;
            case { Event: { } told }:
                var webhook = new RazorpayWebhook(this, _accounts[folder.Order.KeyId], told)
                {
                    Payment = folder.Payment(told.PaymentId),
                    Order = told.WithOrder ? folder.Order : null,
                    Refund = told.RefundId is { } refundId ? folder.Refund(refundId) : null,
                };
                _undelivered[told.Id] = webhook;
                return webhook;
            case { Token: not null }:
                lock (People.Gate)
                {
                    People.Put(entry, written);
                }

                return null;
            default:
                return null;
        }
    }
}

/// <summary>A refund's idempotency key, taken.</summary>
internal sealed record RazorpayClaim(string RefundId, string Fingerprint, Task Durable);
