using System.ComponentModel.DataAnnotations;
using PaymentCluster.Connectors.Http;

namespace PaymentCluster.Connectors.Razorpay;

/// <summary>How Razorpay is called, and the contact that it is sent where the customer is not known. Section
/// <c>Connectors:Razorpay</c>.</summary>
public sealed class RazorpayOptions : ProviderHttpOptions
{
    /// <summary>Razorpay's one host; the key's prefix tells test from live
    /// (razorpay.com/docs/api/authentication).</summary>
    public RazorpayOptions() => BaseUrl = new Uri("https://api.razorpay.com/");

    /// <summary>The e-mail address of a customer who gave none. Razorpay demands one, and refuses invented ones in
    /// international payments, so a merchant that accepts these should send it. Customers whose cards Razorpay keeps
    /// have addresses of their own under its domain. Default: an address that is never delivered.</summary>
    [Required, EmailAddress, MaxLength(40)]
    public string DefaultEmail { get; set; } = "customer@example.com";

    /// <summary>The phone number of a customer who gave none.</summary>
    [Required, RegularExpression(@"^\+?[0-9]{8,14}$")]
    public string DefaultContact { get; set; } = "+919000000000";

    /// <summary>The address of a customer's device that is not known. Razorpay demands one and scores it.</summary>
    [Required, MaxLength(45)]
    public string DefaultIpAddress { get; set; } = "127.0.0.1";

    /// <summary>The browser of a customer that is not known.</summary>
    [Required, MaxLength(255)]
    public string DefaultUserAgent { get; set; } = "Mozilla/5.0";

    /// <summary>The visibility window: how long after the last possible send a "not found" is not yet final. Default 60
    /// s; Razorpay documents none, and a request that is still on its way ends with its connection well
    /// before.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan VisibilityWindow { get; set; } = TimeSpan.FromSeconds(60);
}
