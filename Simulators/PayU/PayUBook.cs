using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Journal;
using PaymentCluster.Simulators.Webhooks;

namespace PaymentCluster.Simulators.PayU;

/// <summary>All that the simulated PayU knows, in memory and in its journal. A change is applied and written under its
/// folder's lock, and visible to others once it is on disk.</summary>
internal sealed class PayUBook : IDisposable
{
    public const string Name = "payu";

    private readonly ConcurrentDictionary<string, PayUAccount> _accounts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Key, string TxnId), PayUFolder> _folders = new();
    private readonly ConcurrentDictionary<string, PayUFolder> _byPayment = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, PayUFolder> _byRequest = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Key, string Token), string> _tokens = new();
    private readonly ConcurrentDictionary<string, PayUKeptCard> _cards = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, PayUWebhook> _undelivered = new(StringComparer.Ordinal);
    private readonly WebhookSender _sender;
    private readonly JournalFile _journal;

    public PayUBook(SimulatorsOptions host, IOptions<PayUOptions> options, DialBoards dials, WebhookSender sender)
    {
        _sender = sender;
        Dials = dials.Of(Name);
        _journal = JournalFile.Open(Path.Combine(host.DataDirectory, Name + ".ndjson"), Replay);
        foreach (var account in options.Value.Accounts)
        {
            if (!_accounts.ContainsKey(account.Key))
            {
                _ = Register(account.Key, account.Salt, account.WebhookUrl);
            }
        }
    }

    public DialBoard Dials { get; }

    public IEnumerable<PayUAccount> Accounts => _accounts.Values;

    public IEnumerable<PayUFolder> Folders => _folders.Values;

    public IEnumerable<PayUWebhook> Undelivered => _undelivered.Values;

    public PayUAccount? Account(string key) => _accounts.GetValueOrDefault(key);

    public PayUFolder? FolderOf(string key, string txnId) => _folders.GetValueOrDefault((key, txnId));

    public PayUFolder Folder(string key, string txnId) =>
        _folders.GetOrAdd((key, txnId), static name => new PayUFolder(name.Key, name.TxnId));

    /// <summary>The folder that holds this payment of this account.</summary>
    public PayUFolder? Find(string key, string paymentId) =>
        Find(paymentId) is { } folder && folder.Key == key ? folder : null;

    /// <summary>The folder that holds it, whosoever it is.</summary>
    public PayUFolder? Find(string paymentId) => _byPayment.GetValueOrDefault(paymentId);

    /// <summary>The folder that holds this capture, refund or cancellation of this account.</summary>
    public PayUFolder? FindRequest(string key, string requestId) =>
        _byRequest.TryGetValue(requestId, out var folder) && folder.Key == key ? folder : null;

    /// <summary>Takes a token for a request; false if it was used before.</summary>
    public bool Claim(string key, string token, string requestId) => _tokens.TryAdd((key, token), requestId);

    public IEnumerable<PayUKeptCard> Cards(string userCredentials) =>
        _cards.Values.Where(card => card.UserCredentials == userCredentials && !card.Deleted);

    public PayUKeptCard? Card(string token) => _cards.TryGetValue(token, out var card) && !card.Deleted ? card : null;

    public PayUChange Begin(PayUFolder folder, DateTimeOffset now) =>
        new(folder, _accounts[folder.Key], now.ToUnixTimeMilliseconds());

    /// <summary>Makes a change; the caller holds the folder's lock.</summary>
    /// <returns>Completes when it is on disk.</returns>
    public Task Commit(PayUChange change)
    {
        var written = Write(change.Entries);
        change.Folder.Durable = written;
        List<PayUWebhook>? told = null;
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
    public Task Register(string key, string salt, string? webhookUrl)
    {
        var account = new PayUAccount { Key = key, Salt = salt, WebhookUrl = webhookUrl };
        _accounts[key] = account;
        return Write([new PayUEntry { Account = account }]);
    }

    public Task Delete(PayUKeptCard card)
    {
        var deleted = card with { Deleted = true };
        _cards[card.Token] = deleted;
        return Write([new PayUEntry { Card = deleted }]);
    }

    public void Complete(PayUWebhook webhook)
    {
        if (_undelivered.TryRemove(webhook.EventId, out _))
        {
            _ = Write([new PayUEntry { Completed = webhook.EventId }]);
        }
    }

    public void DisableWebhook(PayUWebhook webhook)
    {
        Complete(webhook);
        if (!_accounts.TryGetValue(webhook.Receiver, out var account) || account.WebhookDisabled)
        {
            return;
        }

        var disabled = account with { WebhookDisabled = true };
        if (_accounts.TryUpdate(webhook.Receiver, disabled, account))
        {
            _ = Write([new PayUEntry { Account = disabled }]);
        }
    }

    public void Dispose() => _journal.Dispose();

    private Task Write(List<PayUEntry> entries) =>
        _journal.Append(JsonSerializer.SerializeToUtf8Bytes(entries, PayUJournalJson.Default.ListPayUEntry));

    private async Task TellAsync(Task written, List<PayUWebhook> webhooks)
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
        var entries = JsonSerializer.Deserialize(line.Span, PayUJournalJson.Default.ListPayUEntry)
            ?? throw new InvalidDataException("The journal has a line without entries.");
        foreach (var entry in entries)
        {
            switch (entry)
            {
                case { Account: { } account }:
                    _accounts[account.Key] = account;
                    break;
                case { Completed: { } id }:
                    _undelivered.TryRemove(id, out _);
                    break;
                case { Payment: { } payment }:
                    Apply(entry, Folder(payment.Key, payment.TxnId));
                    break;
                case { Action: { } action }:
                    Apply(entry, _byPayment[action.PaymentId]);
                    break;
                case { Event: { } told }:
                    Apply(entry, _byPayment[told.PaymentId]);
                    break;
                default:
                    Apply(entry, folder: null);
                    break;
            }
        }
    }

    private PayUWebhook? Apply(PayUEntry entry, PayUFolder? folder)
    {
        switch (entry)
        {
            case { Payment: { } payment }:
                folder!.Put(payment);
                _byPayment.TryAdd(payment.Id, folder);
                return null;
            case { Action: { } action }:
                folder!.Put(action);
                _byRequest.TryAdd(action.RequestId, folder);
                _tokens.TryAdd((action.Key, action.Token), action.RequestId);
                return null;
            case { Card: { } card }:
                _cards[card.Token] = card;
                return null;
            case { Event: { } told }:
                var webhook = new PayUWebhook(this, _accounts[folder!.Key], told)
                {
                    Payment = folder.Payment(told.PaymentId),
                    Action = told.RequestId is { } requestId ? folder.Action(requestId) : null,
                };
                _undelivered[told.Id] = webhook;
                return webhook;
            default:
                return null;
        }
    }
}
