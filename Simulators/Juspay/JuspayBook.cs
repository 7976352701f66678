using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Journal;
using PaymentCluster.Simulators.Webhooks;

namespace PaymentCluster.Simulators.Juspay;

/// <summary>All that the simulated Juspay knows, in memory and in its journal. A change is applied and written under
/// its folder's lock, and visible to others once it is on disk.</summary>
internal sealed class JuspayBook : IDisposable
{
    public const string Name = "juspay";

    private readonly ConcurrentDictionary<string, JuspayAccount> _accounts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Merchant, string OrderId), JuspayFolder> _byName = new();
    private readonly ConcurrentDictionary<string, JuspayFolder> _folders = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Merchant, string RequestId), JuspayFolder> _refunds = new();
    private readonly ConcurrentDictionary<string, JuspayWebhook> _undelivered = new(StringComparer.Ordinal);
    private readonly WebhookSender _sender;
    private readonly JournalFile _journal;

    public JuspayBook(SimulatorsOptions host, IOptions<JuspayOptions> options, DialBoards dials, WebhookSender sender)
    {
        _sender = sender;
        Dials = dials.Of(Name);
        _journal = JournalFile.Open(Path.Combine(host.DataDirectory, Name + ".ndjson"), Replay);
        foreach (var account in options.Value.Accounts)
        {
            if (!_accounts.ContainsKey(account.MerchantId))
            {
                _ = Register(new JuspayAccount
                {
                    MerchantId = account.MerchantId, ApiKey = account.ApiKey, ResponseKey = account.ResponseKey,
                });
            }
        }
    }

    public DialBoard Dials { get; }

    public JuspayShelf Shelf { get; } = new();

    public IEnumerable<JuspayAccount> Accounts => _accounts.Values;

    /// <summary>All orders.</summary>
    public IEnumerable<JuspayFolder> Folders => _byName.Values;

    public IEnumerable<JuspayWebhook> Undelivered => _undelivered.Values;

    public JuspayAccount? Account(string merchantId) => _accounts.GetValueOrDefault(merchantId);

    public JuspayAccount? AccountOfKey(string apiKey) =>
        _accounts.Values.FirstOrDefault(account => account.ApiKey == apiKey);

    public JuspayAccount? AccountOfEnvelope(string keyId) =>
        _accounts.Values.FirstOrDefault(account => account.KeyId == keyId);

    /// <summary>The order that a merchant calls so; case is not looked at.</summary>
    public JuspayFolder? Find(string merchantId, string orderId) =>
        _byName.GetValueOrDefault((merchantId, orderId.ToLowerInvariant()));

    /// <summary>The order by its own id or that of one of its transactions.</summary>
    public JuspayFolder? Find(string id) => _folders.GetValueOrDefault(id);

    /// <summary>The order with the refund of this name.</summary>
    public JuspayFolder? FindRefund(string merchantId, string requestId) =>
        _refunds.GetValueOrDefault((merchantId, requestId));

    /// <summary>Takes a new order in, unless the merchant has one of this name.</summary>
    /// <returns>The folder that has the name now.</returns>
    public JuspayFolder Open(JuspayFolder folder) => _byName.GetOrAdd(NameOf(folder.View.Order), folder);

    public JuspayChange Begin(JuspayFolder folder, DateTimeOffset now) =>
        new(folder, _accounts[folder.View.Order.MerchantId], now.ToUnixTimeMilliseconds());

    /// <summary>Makes a change; the caller holds the folder's lock.</summary>
    /// <returns>Completes when it is on disk.</returns>
    public Task Commit(JuspayChange change)
    {
        var written = Write(change.Entries);
        change.Folder.Durable = written;
        List<JuspayWebhook>? told = null;
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

    /// <summary>Keeps something of a customer's; the caller holds the shelf's lock.</summary>
    public Task Keep(JuspayEntry entry)
    {
        Shelf.Put(entry);
        return Write([entry]);
    }

    /// <summary>Adds an account, or changes it; its webhook, if it was disabled, works again.</summary>
    public Task Register(JuspayAccount account)
    {
        _accounts[account.MerchantId] = account;
        return Write([new JuspayEntry { Account = account }]);
    }

    public void Complete(JuspayWebhook webhook)
    {
        if (_undelivered.TryRemove(webhook.EventId, out _))
        {
            _ = Write([new JuspayEntry { Completed = webhook.EventId }]);
        }
    }

    public void DisableWebhook(JuspayWebhook webhook)
    {
        Complete(webhook);
        if (!_accounts.TryGetValue(webhook.Receiver, out var account) || account.WebhookDisabled)
        {
            return;
        }

        var disabled = account with { WebhookDisabled = true };
        if (_accounts.TryUpdate(webhook.Receiver, disabled, account))
        {
            _ = Write([new JuspayEntry { Account = disabled }]);
        }
    }

    public void Dispose() => _journal.Dispose();

    private static (string Merchant, string OrderId) NameOf(JuspayOrder order) =>
        (order.MerchantId, order.OrderId.ToLowerInvariant());

    private Task Write(List<JuspayEntry> entries) =>
        _journal.Append(JsonSerializer.SerializeToUtf8Bytes(entries, JuspayJournalJson.Default.ListJuspayEntry));

    private async Task TellAsync(Task written, List<JuspayWebhook> webhooks)
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
        var entries = JsonSerializer.Deserialize(line.Span, JuspayJournalJson.Default.ListJuspayEntry)
            ?? throw new InvalidDataException("The journal has a line without entries.");
        foreach (var entry in entries)
        {
            var folder = entry switch
            {
                { Order: { } order } => Open(new JuspayFolder(order)),
                { Txn: { } txn } => _folders[txn.Order],
                { Refund: { } refund } => _folders[refund.Order],
                { Event: { } told } => _folders[told.Order],
                _ => null,
            };
            if (folder is not null)
            {
                Apply(entry, folder);
            }
            else if (entry.Account is { } account)
            {
                _accounts[account.MerchantId] = account;
            }
            else if (entry.Completed is { } id)
            {
                _undelivered.TryRemove(id, out _);
            }
            else
            {
                Shelf.Put(entry);
            }
        }
    }

    private JuspayWebhook? Apply(JuspayEntry entry, JuspayFolder folder)
    {
        switch (entry)
        {
            case { Order: { } order }:
                folder.Put(order);
                _folders.TryAdd(order.Id, folder);
                return null;
            case { Txn: { } txn }:
                folder.Put(txn);
                _folders.TryAdd(txn.Uuid, folder);
                return null;
            case { Refund: { } refund }:
                folder.Put(refund);
                _refunds.TryAdd((folder.View.Order.MerchantId, refund.RequestId), folder);
                return null;
            case { Event: { } told }:
                var webhook = new JuspayWebhook(this, _accounts[folder.View.Order.MerchantId], told, folder.View);
                _undelivered[told.Id] = webhook;
                return webhook;
            default:
                return null;
        }
    }
}

/// <summary>What merchants keep of their customers: one lock, because this is read rarely.</summary>
internal sealed class JuspayShelf
{
    private readonly Dictionary<string, JuspayCustomer> _customers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JuspaySavedCard> _cards = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JuspayWallet> _wallets = new(StringComparer.Ordinal);

    public Lock Gate { get; } = new();

    public JuspayCustomer? Customer(string merchantId, string idOrReference) => _customers.Values.FirstOrDefault(
        customer =>
            customer.MerchantId == merchantId && (customer.Id == idOrReference || customer.Reference == idOrReference));

    public IEnumerable<JuspaySavedCard> Cards(string merchantId, IReadOnlyCollection<string> customerIds) =>
        _cards.Values.Where(
            card => card.MerchantId == merchantId && !card.Deleted && customerIds.Contains(card.CustomerId));

    public JuspaySavedCard? Card(string merchantId, string tokenOrReference) => _cards.Values.FirstOrDefault(card =>
        card.MerchantId == merchantId && !card.Deleted
        && (card.Token == tokenOrReference || card.Card.Reference == tokenOrReference));

    public JuspayWallet? Wallet(string merchantId, string id) =>
        _wallets.TryGetValue(id, out var wallet) && wallet.MerchantId == merchantId ? wallet : null;

    public IEnumerable<JuspayWallet> Wallets(string merchantId, string customerId) =>
        _wallets.Values.Where(wallet => wallet.MerchantId == merchantId && wallet.CustomerId == customerId);

    public JuspayWallet? WalletOfToken(string merchantId, string token) =>
        _wallets.Values.FirstOrDefault(wallet => wallet.MerchantId == merchantId && wallet.Token == token);

    public void Put(JuspayEntry entry)
    {
        if (entry.Customer is { } customer)
        {
            _customers[customer.Id] = customer;
        }
        else if (entry.Card is { } card)
        {
            _cards[card.Token] = card;
        }
        else if (entry.Wallet is { } wallet)
        {
            _wallets[wallet.Id] = wallet;
        }
    }
}
