namespace PaymentCluster.Simulators.Paytm;

/// <summary>An order with its transactions and refunds: what one lock guards.</summary>
internal sealed class PaytmFolder(PaytmOrder order)
{
    private readonly List<PaytmTxn> _txns = new(1);
    private readonly List<PaytmRefund> _refunds = new(0);

    /// <summary>Hold it to change the folder, or to read more than one thing of it.</summary>
    public Lock Gate { get; } = new();

    public PaytmOrder Order { get; private set; } = order;

    public IReadOnlyList<PaytmTxn> Txns => _txns;

    public IReadOnlyList<PaytmRefund> Refunds => _refunds;

    /// <summary>Completes when the folder is on disk. Nothing is visible to others before.</summary>
    public Task Durable { get; set; } = Task.CompletedTask;

    /// <summary>The order's transaction: the one that was paid, else the last one.</summary>
    public PaytmTxn? Current => _txns.Find(txn => txn.PaidAt != 0) ?? _txns.LastOrDefault();

    public PaytmTxn Txn(string id) => _txns.Find(txn => txn.Id == id)!;

    public PaytmRefund Refund(string id) => _refunds.Find(refund => refund.Id == id)!;

    public void Put(PaytmOrder order) => Order = order;

    public void Put(PaytmTxn txn) => Put(_txns, txn, known => known.Id == txn.Id);

    public void Put(PaytmRefund refund) => Put(_refunds, refund, known => known.Id == refund.Id);

    private static void Put<T>(List<T> all, T item, Predicate<T> isSame)
    {
        var at = all.FindIndex(isSame);
        if (at < 0)
        {
            all.Add(item);
        }
        else
        {
            all[at] = item;
        }
    }
}

/// <summary>What one step does to a folder: written as one line of the journal, so all of it or none.</summary>
internal sealed class PaytmChange(PaytmFolder folder, PaytmAccount account, long now)
{
    public PaytmFolder Folder => folder;

    public long Now => now;

    public List<PaytmEntry> Entries { get; } = new(4);

    public void Put(PaytmOrder order) => Entries.Add(new PaytmEntry { Order = order });

    public void Put(PaytmTxn txn) => Entries.Add(new PaytmEntry { Txn = txn });

    public void Put(PaytmRefund refund) => Entries.Add(new PaytmEntry { Refund = refund });

    /// <summary>Tells the merchant's webhook, if there is one, of things as they were put last.</summary>
    public void Raise(string txnId, string? refundId = null)
    {
        if (!account.HasWebhook)
        {
            return;
        }

        Entries.Add(new PaytmEntry
        {
            Event = new PaytmEvent
            {
                Id = PaytmIds.Word(16),
                Mid = account.Mid,
                OrderId = folder.Order.OrderId,
                TxnId = txnId,
                RefundId = refundId,
                CreatedAt = now,
            },
        });
    }
}
