namespace PaymentCluster.Simulators.Razorpay;

/// <summary>An order with its payments and refunds: what one lock guards.</summary>
internal sealed class RazorpayFolder(RazorpayOrder order)
{
    private readonly List<RazorpayPayment> _payments = new(1);
    private readonly List<RazorpayRefund> _refunds = new(0);

    /// <summary>Hold it to change the folder, or to read more than one thing of it.</summary>
    public Lock Gate { get; } = new();

    public RazorpayOrder Order { get; private set; } = order;

    public IReadOnlyList<RazorpayPayment> Payments => _payments;

    public IReadOnlyList<RazorpayRefund> Refunds => _refunds;

    /// <summary>Completes when the folder is on disk. Nothing is visible to others before.</summary>
    public Task Durable { get; set; } = Task.CompletedTask;

    public RazorpayPayment Payment(string id) => _payments.Find(payment => payment.Id == id)!;

    public RazorpayRefund Refund(string id) => _refunds.Find(refund => refund.Id == id)!;

    public void Put(RazorpayOrder order) => Order = order;

    public void Put(RazorpayPayment payment)
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

    public void Put(RazorpayRefund refund)
    {
        var at = _refunds.FindIndex(known => known.Id == refund.Id);
        if (at < 0)
        {
            _refunds.Add(refund);
        }
        else
        {
            _refunds[at] = refund;
        }
    }
}

/// <summary>What one step does to a folder: written as one line of the journal, so all of it or none.</summary>
internal sealed class RazorpayChange(RazorpayFolder folder, RazorpayAccount account, long now)
{
    public RazorpayFolder Folder => folder;

    public long Now => now;

    public List<RazorpayEntry> Entries { get; } = new(6);

    public void Put(RazorpayOrder order) => Entries.Add(new RazorpayEntry { Order = order });

    public void Put(RazorpayPayment payment) => Entries.Add(new RazorpayEntry { Payment = payment });

    public void Put(RazorpayRefund refund) => Entries.Add(new RazorpayEntry { Refund = refund });

    public void Put(RazorpayToken token) => Entries.Add(new RazorpayEntry { Token = token });

    /// <summary>Tells the merchant's webhook, if there is one, of things as they were put last.</summary>
    public void Raise(string name, string paymentId, string? refundId = null, bool withOrder = false)
    {
        if (!account.HasWebhook)
        {
            return;
        }

        Entries.Add(new RazorpayEntry
        {
            Event = new RazorpayEvent
            {
                Id = RazorpayIds.New(""),
                Name = name,
                CreatedAt = now,
                PaymentId = paymentId,
                RefundId = refundId,
                WithOrder = withOrder,
            },
        });
    }
}
