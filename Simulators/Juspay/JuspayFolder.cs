using System.Collections.Immutable;

namespace PaymentCluster.Simulators.Juspay;

/// <summary>An order with its transactions and refunds, as they are at one time.</summary>
internal sealed record JuspayView(JuspayOrder Order, ImmutableList<JuspayTxn> Txns, ImmutableList<JuspayRefund> Refunds)
{
    /// <summary>The transaction that speaks for the order: paid before authorised before open before failed, and of
    /// equals the last.</summary>
    public JuspayTxn? Leading =>
        Txns.Count == 0 ? null : Txns.MaxBy(txn => (Weight(txn.Status), txn.CreatedAt, txn.TxnId));

    public JuspayStatus Status => Leading?.Status ?? JuspayStatus.New;

    /// <summary>What was given back, refunds that failed left out.</summary>
    public long Refunded(string txn) =>
        Refunds.Where(
            refund => refund.Txn == txn && refund.Status != JuspayRefundStatus.Failure).Sum(refund => refund.Amount);

    public JuspayTxn Txn(string uuid) => Txns.Find(txn => txn.Uuid == uuid)!;

    private static int Weight(JuspayStatus status) => status switch
    {
        JuspayStatus.Charged => 5,
        JuspayStatus.Authorized or JuspayStatus.VoidInitiated => 4,
        JuspayStatus.PendingVbv => 3,
        JuspayStatus.Voided or JuspayStatus.AutoRefunded => 2,
        _ => 1,
    };
}

/// <summary>What one lock guards: an order.</summary>
internal sealed class JuspayFolder(JuspayOrder order)
{
    /// <summary>Hold it to change the folder.</summary>
    public Lock Gate { get; } = new();

    /// <summary>As it is now.</summary>
    public JuspayView View { get; private set; } = new(order, [], []);

    /// <summary>Completes when the folder is on disk. Nothing is visible to others before.</summary>
    public Task Durable { get; set; } = Task.CompletedTask;

    public void Put(JuspayOrder order) => View = View with { Order = order };

    public void Put(JuspayTxn txn)
    {
        var at = View.Txns.FindIndex(known => known.Uuid == txn.Uuid);
        View = View with { Txns = at < 0 ? View.Txns.Add(txn) : View.Txns.SetItem(at, txn) };
    }

    public void Put(JuspayRefund refund)
    {
        var at = View.Refunds.FindIndex(known => known.RequestId == refund.RequestId);
        View = View with { Refunds = at < 0 ? View.Refunds.Add(refund) : View.Refunds.SetItem(at, refund) };
    }
}

/// <summary>What one step does to a folder: written as one line of the journal, so all of it or none.</summary>
internal sealed class JuspayChange(JuspayFolder folder, JuspayAccount account, long now)
{
    public JuspayFolder Folder => folder;

    public long Now => now;

    public List<JuspayEntry> Entries { get; } = new(4);

    public void Put(JuspayOrder order) => Entries.Add(new JuspayEntry { Order = order });

    public void Put(JuspayTxn txn) => Entries.Add(new JuspayEntry { Txn = txn with { ChangedAt = now } });

    public void Put(JuspayRefund refund) => Entries.Add(new JuspayEntry { Refund = refund with { ChangedAt = now } });

    /// <summary>Tells the merchant's webhook, if there is one, of the order as it was put last.</summary>
    public void Raise(string name)
    {
        if (!account.HasWebhook && (folder.View.Order.WebhookUrl is null || account.WebhookUsername is null))
        {
            return;
        }

        Entries.Add(new JuspayEntry
        {
            Event = new JuspayEvent
            {
                Id = JuspayIds.Hex("evt_V2_"),
                Name = name,
                Order = folder.View.Order.Id,
                CreatedAt = now,
            },
        });
    }
}
