namespace PaymentCluster.Gateway.Api.Checkout;

/// <summary>The banks that the page offers; the provider declines a charge through one that it does not support. Names
/// are the banks' own, the same in every language.</summary>
public static class CheckoutLists
{
    /// <summary>Banks, by the first four letters of their IFSC.</summary>
    public static IReadOnlyList<(string Code, string Name)> Banks { get; } =
    [
        ("HDFC", "HDFC Bank"), ("ICIC", "ICICI Bank"), ("SBIN", "State Bank of India"), ("UTIB", "Axis Bank"),
        ("KKBK", "Kotak Mahindra Bank"), ("YESB", "Yes Bank"), ("INDB", "IndusInd Bank"), ("FDRL", "Federal Bank"),
        ("IDFB", "IDFC FIRST Bank"), ("IDIB", "Indian Bank"), ("BARB_R", "Bank of Baroda"), ("CNRB", "Canara Bank"),
        ("PUNB_R", "Punjab National Bank"), ("UBIN", "Union Bank of India"), ("RATN", "RBL Bank"),
    ];
}
