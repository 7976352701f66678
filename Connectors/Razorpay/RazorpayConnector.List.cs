using PaymentCluster.Connectors.Contract;
using static PaymentCluster.Connectors.Contract.Outcomes;

namespace PaymentCluster.Connectors.Razorpay;

// The list of an account's payments: razorpay.com/docs/api/payments/fetch-all-payments.
public sealed partial class RazorpayConnector : IListsPayments
{
    // Unix seconds that the list takes.
    private const long Earliest = 946_684_800;
    private const long Latest = 4_765_046_400;

    /// <inheritdoc/>
    public int PageSize => 100;

    /// <inheritdoc/>
    public async Task<ListedPage> ListAsync(PaymentListQuery query, ProviderCredentials credentials)
    {
        var (from, to) = (SecondsOf(query.From), SecondsOf(query.To));
        var (page, problem) = await _api.QueryAsync(
            "list.payments",
            $"{from}-{to}+{query.Skip}",
            $"v1/payments?from={from}&to={to}&count={PageSize}&skip={query.Skip}",
            RazorpayJson.Default.CollectionPaymentEntity,
            credentials);
        return page?.Items is { } items
            ? new ListedPage.Read(
                [.. items.Select(Listed).OfType<ListedPayment>()], items.Count, OldestOf(items))
            : new ListedPage.Failed(problem ?? "the list of payments is unreadable");
    }

    // What is no order's is not ours.
    private static ListedPayment? Listed(PaymentEntity? payment) => payment?.OrderId is { } order
        ? RazorpayMapping.Outcome(payment) is { } outcome
            ? new ListedPayment(order, outcome)
            : new ListedPayment(order, Unknown("the payment is unreadable", order))
        : null;

    private static DateTimeOffset? OldestOf(List<PaymentEntity?> payments)
    {
        var oldest = Latest;
        foreach (var payment in payments)
        {
            if (payment?.CreatedAt is not (>= Earliest and <= Latest and var madeAt))
            {
                return null;
            }

            oldest = Math.Min(oldest, madeAt);
        }

        return payments.Count == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(oldest);
    }

    private static long SecondsOf(DateTimeOffset time) => Math.Clamp(time.ToUnixTimeSeconds(), Earliest, Latest);
}
