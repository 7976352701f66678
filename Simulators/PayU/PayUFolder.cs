namespace PaymentCluster.Simulators.PayU;

/// <summary>All payments of a merchant's <c>txnid</c>: what one lock guards.</summary>
internal sealed class PayUFolder(string key, string txnId)
{
    private readonly List<PayUPayment> _payments = new(1);
    private readonly List<PayUAction> _actions = new(0);

    /// <summary>Hold it to change the folder, or to read more than one thing of it.</summary>
    public Lock Gate { get; } = new();

    public string Key => key;

    public string TxnId => txnId;

    public IReadOnlyList<PayUPayment> Payments => _payments;

    public IReadOnlyList<PayUAction> Actions => _actions;

    /// <summary>Completes when the folder is on disk. Nothing is visible to others before.</summary>
    public Task Durable { get; set; } = Task.CompletedTask;

    /// <summary>The payment that a status query for the <c>txnid</c> returns: one that took money, else the
    /// last.</summary>
    public PayUPayment? Told => _payments.Find(payment => payment.AuthorizedAt != 0) ?? _payments.LastOrDefault();

    public PayUPayment Payment(string id) => _payments.Find(payment => payment.Id == id)!;

    public PayUAction Action(string requestId) => _actions.Find(action => action.RequestId == requestId)!;

    public void Put(PayUPayment payment)
    {
        var at = _payments.FindIndex(known => known.Id == payment.Id);
        if (at < 0)
        {
            _payments.Add(payment);
        }
        else
        {
            _payments[at] = payment;
        }
    }

    public void Put(PayUAction action)
    {
        var at = _actions.FindIndex(known => known.RequestId == action.RequestId);
        if (at < 0)
        {
            _actions.Add(action);
        }
        else
        {
            _actions[at] = action;
        }
    }
}

/// <summary>What one step does to a folder: written as one line of the journal, so all of it or none.</summary>
internal sealed class PayUChange(PayUFolder folder, PayUAccount account, long now)
{
    public PayUFolder Folder => folder;

    public long Now => now;

    public List<PayUEntry> Entries { get; } = new(4);

    public void Put(PayUPayment payment) => Entries.Add(new PayUEntry { Payment = payment });

    public void Put(PayUAction action) => Entries.Add(new PayUEntry { Action = action });

    public void Put(PayUKeptCard card) => Entries.Add(new PayUEntry { Card = card });

    /// <summary>Tells the merchant, if there is an address for it, of things as they were put last.</summary>
    public void Raise(string paymentId, PayUAction? action = null)
    {
        if (!account.HasWebhook && action?.CallbackUrl is null)
        {
            return;
        }

        Entries.Add(new PayUEntry
        {
            Event = new PayUEvent
            {
                Id = PayUIds.Digits(20),
                PaymentId = paymentId,
                RequestId = action?.RequestId,
                CreatedAt = now,
            },
        });
    }
}
