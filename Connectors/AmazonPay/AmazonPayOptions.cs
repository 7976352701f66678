using System.ComponentModel.DataAnnotations;
using PaymentCluster.Connectors.Http;

namespace PaymentCluster.Connectors.AmazonPay;

/// <summary>How Amazon Pay is reached. Section <c>Connectors:AmazonPay</c>.</summary>
public sealed class AmazonPayOptions : ProviderHttpOptions
{
    /// <summary>The host of the region <c>na</c>. Those of the other regions are next to it; any other URL serves
    /// all regions.</summary>
    public AmazonPayOptions() => BaseUrl = new Uri("https://pay-api.amazon.com/");

    /// <summary>Whether keys that do not begin with <c>SANDBOX-</c> or <c>LIVE-</c> are the sandbox's; the path says so
    /// for them. Default: no.</summary>
    public bool Sandbox { get; set; }

    /// <summary>The version of the requests' signature: 2, or the older 1, for key pairs that were registered for it.
    /// Default 2.</summary>
    [Range(1, 2)]
    public int SignatureVersion { get; set; } = 2;

    /// <summary>The one address that certificates of notifications are taken from. Default: none, which means SNS's own
    /// hosts, over TLS.</summary>
    public Uri? CertificateUrl { get; set; }

    /// <summary>The visibility window: how long after the last possible send a "not found" is not yet final. Default 60
    /// s; Amazon documents none, and a request that is still on its way ends with its connection well before.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan VisibilityWindow { get; set; } = TimeSpan.FromSeconds(60);

    /// <inheritdoc/>
    public override IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var result in base.Validate(validationContext))
        {
            yield return result;
        }

        if (CertificateUrl is { } url
            && !(url.IsAbsoluteUri
                && (url.Scheme == Uri.UriSchemeHttps
                    || (url.Scheme == Uri.UriSchemeHttp && (url.IsLoopback || AllowPlainHttp)))))
        {
            yield return new ValidationResult(
                "CertificateUrl must be https; http is allowed for loopback, or with AllowPlainHttp.",
                [nameof(CertificateUrl)]);
        }
    }

    /// <summary>The same settings for another address.</summary>
    internal AmazonPayOptions At(Uri address)
    {
        var other = (AmazonPayOptions)MemberwiseClone();
        other.BaseUrl = address;
        return other;
    }
}
