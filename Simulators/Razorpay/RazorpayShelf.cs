namespace PaymentCluster.Simulators.Razorpay;

/// <summary>What an account's lists are made of: its orders in the order of their creation and by receipt, its payments
/// and refunds by their time.</summary>
internal sealed class RazorpayShelf
{
    private readonly Lock _gate = new();
    private readonly List<RazorpayFolder> _folders = [];
    private readonly Dictionary<string, List<RazorpayFolder>> _byReceipt = new(StringComparer.Ordinal);
    private readonly List<RazorpayPlace> _payments = [];
    private readonly List<RazorpayPlace> _refunds = [];

    public void Add(RazorpayFolder folder)
    {
        lock (_gate)
        {
            _folders.Add(folder);
            if (folder.Order.Receipt is not { } receipt)
            {
                return;
            }

            if (!_byReceipt.TryGetValue(receipt, out var same))
            {
                _byReceipt.Add(receipt, same = new List<RazorpayFolder>(1));
            }

            same.Add(folder);
        }
    }

    public void Add(RazorpayPayment payment, RazorpayFolder folder) =>
        Add(_payments, new RazorpayPlace(payment.CreatedAt / 1000, payment.Id, folder));

    public void Add(RazorpayRefund refund, RazorpayFolder folder) =>
        Add(_refunds, new RazorpayPlace(refund.CreatedAt / 1000, refund.Id, folder));

    public IReadOnlyList<RazorpayFolder> All()
    {
        lock (_gate)
        {
            return [.. _folders];
        }
    }

    public IReadOnlyList<RazorpayFolder> WithReceipt(string receipt)
    {
        lock (_gate)
        {
            return _byReceipt.TryGetValue(receipt, out var same) ? [.. same] : [];
        }
    }

    /// <summary>A page of the payments, the newest first.</summary>
    public IReadOnlyList<RazorpayPlace> Payments(RazorpayListQuery query) => Page(_payments, query);

    /// <summary>A page of the refunds, the newest first.</summary>
    public IReadOnlyList<RazorpayPlace> Refunds(RazorpayListQuery query) => Page(_refunds, query);

    /// <summary>What is in the places, as soon as it is durable: what a list shows must not be lost again.</summary>
    public static async Task<List<T>> ReadAsync<T>(
        IReadOnlyList<RazorpayPlace> places, Func<RazorpayFolder, string, T> read)
    {
        var all = new List<T>(places.Count);
        foreach (var place in places)
        {
            Task durable;
            lock (place.Folder.Gate)
            {
                all.Add(read(place.Folder, place.Id));
                durable = place.Folder.Durable;
            }

            await durable;
        }

        return all;
    }

    // Nearly always at the end: what is made later has a later time, but for those that meet in a moment.
    private void Add(List<RazorpayPlace> places, RazorpayPlace place)
    {
        lock (_gate)
        {
            var at = places.Count;
            while (at > 0 && places[at - 1].At > place.At)
            {
                at--;
            }

            places.Insert(at, place);
        }
    }

    private RazorpayPlace[] Page(List<RazorpayPlace> places, RazorpayListQuery query)
    {
        lock (_gate)
        {
            // One before the first that is later than the list's end.
            var newest = FirstAfter(places, query.To) - 1 - (long)query.Skip;
            var page = new List<RazorpayPlace>(query.Count);
            for (var at = newest; at >= 0 && page.Count < query.Count && places[(int)at].At >= query.From; at--)
            {
                page.Add(places[(int)at]);
            }

            return [.. page];
        }
    }

    private static int FirstAfter(List<RazorpayPlace> places, long time)
    {
        var (low, high) = (0, places.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = places[middle].At > time ? (low, middle) : (middle + 1, high);
        }

        return low;
    }
}

/// <summary>Where a payment or refund is.</summary>
/// <param name="At">When it was made, in Unix seconds.</param>
/// <param name="Id">Its id.</param>
/// <param name="Folder">Its order's folder.</param>
internal sealed record RazorpayPlace(long At, string Id, RazorpayFolder Folder);
