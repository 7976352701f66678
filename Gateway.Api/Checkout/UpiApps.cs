namespace PaymentCluster.Gateway.Api.Checkout;

/// <summary>UPI apps that have an address of their own. On Android <c>upi://</c> lets the customer choose among the
/// apps that are there; on iOS it opens whichever took the name first, so that each app is called by its own.</summary>
/// <remarks>The forms are published by poa.cybrilla.com/docs/capabilities/Payments/UPI_URI_usage, the schemes by
/// razorpay.com/docs/payments/payment-methods/upi/supported-apps. An app that is not there does nothing.</remarks>
public static class UpiApps
{
    private const string Any = "upi://pay?";
    private const int Shown = 4;

    private static readonly (string Code, string Name, string Address)[] All =
    [
        ("google_pay", "Google Pay", "tez://upi/pay?"), ("phonepe", "PhonePe", "phonepe://pay?"),
        ("paytm", "Paytm", "paytmmp://pay?"), ("bhim", "BHIM", "bhim://pay?"),
        ("cred", "CRED", "credpay://upi/pay?"), ("amazonpay", "Amazon Pay", "amazonpay://upi/pay?"),
        ("navi", "Navi", "navipay://pay?"), ("super", "super.money", "super://pay?"),
    ];

    /// <summary>The apps that a link is offered in, the preferred one first; none if the link is not UPI's.</summary>
    /// <param name="link">The payment's link, as its provider made it.</param>
    /// <param name="preferred">The code of the customer's app; null if they have not said.</param>
    public static IEnumerable<(string Name, string Url)> For(string link, string? preferred) =>
        !link.StartsWith(Any, StringComparison.Ordinal)
            ? []
            : All.Where((app, place) => place < Shown || app.Code == preferred)
                .OrderBy(app => app.Code == preferred ? 0 : 1)
                .Select(app => (app.Name, app.Address + link[Any.Length..]));
}
