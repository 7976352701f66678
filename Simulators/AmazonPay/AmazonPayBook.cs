using System.Text.Json;
using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Journal;
using PaymentCluster.Simulators.Webhooks;

namespace PaymentCluster.Simulators.AmazonPay;

/// <summary>All that the simulated Amazon Pay knows, in memory and in its journal. Code that reads or changes it holds
/// <see cref="Gate"/>, and reveals nothing before <see cref="Durable"/> is complete.</summary>
internal sealed class AmazonPayBook : IDisposable
{
    public const string Name = "amazonpay";

    private readonly Dictionary<string, AmazonPayAccount> _accounts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AmazonPaySession> _sessions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AmazonPayPermission> _permissions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AmazonPayCharge> _charges = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AmazonPayRefund> _refunds = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Merchant, string Key), AmazonPayClaim> _claims = [];
    private readonly Dictionary<string, AmazonPayNotification> _undelivered = new(StringComparer.Ordinal);
    private readonly WebhookSender _sender;
    private readonly AmazonPayCertificate _certificate;
    private readonly JournalFile _journal;

    public AmazonPayBook(
        SimulatorsOptions host,
        IOptions<AmazonPayOptions> options,
        DialBoards dials,
        WebhookSender sender,
        AmazonPayCertificate certificate)
    {
        _sender = sender;
        _certificate = certificate;
        Dials = dials.Of(Name);
        SignatureVersion = options.Value.SignatureVersion;
        _journal = JournalFile.Open(Path.Combine(host.DataDirectory, Name + ".ndjson"), Replay);
        foreach (var account in options.Value.Accounts)
        {
            if (!_accounts.ContainsKey(account.PublicKeyId))
            {
                _ = Register(new AmazonPayAccount
                {
                    PublicKeyId = account.PublicKeyId,
                    PublicKey = account.PublicKey,
                    MerchantId = account.MerchantId,
                    StoreId = account.StoreId,
                    Region = account.Region,
                    IpnUrl = account.IpnUrl,
                    CertificateUrl = account.CertificateUrl,
                });
            }
        }
    }

    /// <summary>Hold it to read or to change the book.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Completes when the book is on disk.</summary>
    public Task Durable { get; private set; } = Task.CompletedTask;

    public DialBoard Dials { get; }

    /// <summary>The version of the notifications' signature.</summary>
    public int SignatureVersion { get; }

    public IEnumerable<AmazonPayAccount> Accounts => _accounts.Values;

    public IEnumerable<AmazonPaySession> Sessions => _sessions.Values;

    public IEnumerable<AmazonPayCharge> Charges => _charges.Values;

    public IEnumerable<AmazonPayRefund> Refunds => _refunds.Values;

    public IEnumerable<AmazonPayNotification> Undelivered => _undelivered.Values;

    public AmazonPayAccount? Account(string publicKeyId) => _accounts.GetValueOrDefault(publicKeyId);

    public AmazonPaySession? Session(string id) => _sessions.GetValueOrDefault(id);

    public AmazonPayPermission? Permission(string id) => _permissions.GetValueOrDefault(id);

    public AmazonPayCharge? Charge(string id) => _charges.GetValueOrDefault(id);

    public AmazonPayRefund? Refund(string id) => _refunds.GetValueOrDefault(id);

    /// <summary>What an idempotency key was used for; its scope is the merchant.</summary>
    public AmazonPayClaim? Claim(string merchantId, string key) => _claims.GetValueOrDefault((merchantId, key));

    /// <summary>Whether an object that was made with this key is this account's merchant's.</summary>
    public bool IsOf(AmazonPayAccount account, string publicKeyId) =>
        _accounts[publicKeyId].MerchantId == account.MerchantId;

    public AmazonPayChange Begin(string publicKeyId, DateTimeOffset now) =>
        new(_accounts[publicKeyId], now.ToUnixTimeMilliseconds());

    /// <summary>Makes a change: one line of the journal, so all of it or none.</summary>
    /// <returns>Completes when it is on disk.</returns>
    public Task Commit(AmazonPayChange change)
    {
        var written = Write(change.Entries);
        List<AmazonPayNotification>? told = null;
        foreach (var entry in change.Entries)
        {
            if (Apply(entry) is { } notification)
            {
                (told ??= []).Add(notification);
            }
        }

        if (told is not null)
        {
            _ = TellAsync(written, told);
        }

        return written;
    }

    /// <summary>Adds an account, or changes it; its notifications, if they were disabled, work again.</summary>
    public Task Register(AmazonPayAccount account)
    {
        var entry = new AmazonPayEntry { Account = account };
        Apply(entry);
        return Write([entry]);
    }

    public void Complete(AmazonPayNotification notification)
    {
        lock (Gate)
        {
            if (_undelivered.Remove(notification.EventId))
            {
                _ = Write([new AmazonPayEntry { Completed = notification.EventId }]);
            }
        }
    }

    public void DisableIpn(AmazonPayNotification notification)
    {
        Complete(notification);
        lock (Gate)
        {
            if (_accounts.TryGetValue(notification.Receiver, out var account) && !account.IpnDisabled)
            {
                _ = Register(account with { IpnDisabled = true });
            }
        }
    }

    public void Dispose() => _journal.Dispose();

    private Task Write(List<AmazonPayEntry> entries) => Durable = _journal.Append(
        JsonSerializer.SerializeToUtf8Bytes(entries, AmazonPayJournalJson.Default.ListAmazonPayEntry));

    private async Task TellAsync(Task written, List<AmazonPayNotification> notifications)
    {
        try
        {
            await written;
        }
        catch (IOException)
        {
            // The caller hears of it; what is not on disk did not happen.
            return;
        }

        foreach (var notification in notifications)
        {
            _sender.Send(notification);
        }
    }

    private void Replay(ReadOnlyMemory<byte> line)
    {
        var entries = JsonSerializer.Deserialize(line.Span, AmazonPayJournalJson.Default.ListAmazonPayEntry)
            ?? throw new InvalidDataException("The journal has a line without entries.");
        foreach (var entry in entries)
        {
            Apply(entry);
        }
    }

    private AmazonPayNotification? Apply(AmazonPayEntry entry)
    {
        switch (entry)
        {
            case { Account: { } account }:
                _accounts[account.PublicKeyId] = account;
                return null;
            case { Session: { } session }:
                _sessions[session.Id] = session;
                return null;
            case { Permission: { } permission }:
                _permissions[permission.Id] = permission;
                return null;
            case { Charge: { } charge }:
                _charges[charge.Id] = charge;
                return null;
            case { Refund: { } refund }:
                _refunds[refund.Id] = refund;
                return null;
            case { Claim: { } claim }:
                _claims[(claim.MerchantId, claim.Key)] = claim;
                return null;
            case { Event: { } told }:
                var notification = new AmazonPayNotification(this, _certificate, told);
                _undelivered[told.Id] = notification;
                return notification;
            case { Completed: { } id }:
                _undelivered.Remove(id);
                return null;
            default:
                return null;
        }
    }
}

/// <summary>What one call or step does.</summary>
internal sealed class AmazonPayChange(AmazonPayAccount account, long now)
{
    public AmazonPayAccount Account => account;

    public long Now => now;

    public List<AmazonPayEntry> Entries { get; } = new(6);

    public void Put(AmazonPaySession session) => Entries.Add(new AmazonPayEntry { Session = session });

    public void Put(AmazonPayPermission permission) => Entries.Add(new AmazonPayEntry { Permission = permission });

    public void Put(AmazonPayCharge charge) => Entries.Add(new AmazonPayEntry { Charge = charge });

    public void Put(AmazonPayRefund refund) => Entries.Add(new AmazonPayEntry { Refund = refund });

    public void Put(AmazonPayClaim claim) => Entries.Add(new AmazonPayEntry { Claim = claim });

    /// <summary>Tells the merchant that something happened to an object, if notifications are wanted.</summary>
    public void Raise(string objectType, string objectId, string permissionId)
    {
        if (account is not { IpnUrl: not null, IpnDisabled: false })
        {
            return;
        }

        Entries.Add(new AmazonPayEntry
        {
            Event = new AmazonPayEvent
            {
                Id = AmazonPayIds.Notification(),
                KeyId = account.PublicKeyId,
                ObjectType = objectType,
                ObjectId = objectId,
                PermissionId = permissionId,
                CreatedAt = now,
            },
        });
    }
}
