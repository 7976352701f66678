using System.ComponentModel.DataAnnotations;
using PaymentCluster.Connectors.Http;

namespace PaymentCluster.Connectors.PayU;

/// <summary>How PayU India is called, and the contact that it is sent where the customer is not known. Section
/// <c>Connectors:PayU</c>.</summary>
public sealed class PayUOptions : ProviderHttpOptions
{
    /// <summary>PayU's payment host (docs.payu.in/reference, environments and base URLs).</summary>
    public PayUOptions() => BaseUrl = new Uri("https://secure.payu.in/");

    /// <summary>The command API, up to and without <c>merchant/postservice.php</c>. Default: its documented public
    /// address.</summary>
    [Required]
    public Uri? CommandUrl { get; set; } = new("https://info.payu.in/");

    /// <summary>Whether QR codes are PayU's own dynamic ones (<c>DBQR</c>), which PayU must have switched on for the
    /// account. Default: no; the link of a UPI intent is shown as a code, as PayU advises for the web.</summary>
    public bool DynamicQr { get; set; }

    /// <summary>The e-mail address of a customer who gave none, or a longer one than PayU takes. PayU demands one.
    /// Default: an address that is never delivered.</summary>
    [Required, EmailAddress, MaxLength(50)]
    public string DefaultEmail { get; set; } = "customer@example.com";

    /// <summary>The phone number of a customer who gave none.</summary>
    [Required, RegularExpression("^[0-9]{10,12}$")]
    public string DefaultPhone { get; set; } = "9000000000";

    /// <summary>The first name of a customer who gave none.</summary>
    [Required, RegularExpression("^[A-Za-z ]{1,60}$")]
    public string DefaultName { get; set; } = "Customer";

    /// <summary>The address of a customer's device that is not known. PayU demands one and scores it.</summary>
    [Required, MaxLength(45)]
    public string DefaultIpAddress { get; set; } = "127.0.0.1";

    /// <summary>The browser of a customer that is not known.</summary>
    [Required, MaxLength(255)]
    public string DefaultUserAgent { get; set; } = "Mozilla/5.0";

    /// <summary>The visibility window: how long after the last possible send a "not found" is not yet final. Default 60
    /// s; PayU documents none, and a request that is still on its way ends with its connection well before.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan VisibilityWindow { get; set; } = TimeSpan.FromSeconds(60);

    /// <inheritdoc/>
    public override IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        base.Validate(validationContext).Concat(Objections(CommandUrl, nameof(CommandUrl)));
}
