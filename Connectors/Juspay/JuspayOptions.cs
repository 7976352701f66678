using System.ComponentModel.DataAnnotations;
using PaymentCluster.Connectors.Http;

namespace PaymentCluster.Connectors.Juspay;

/// <summary>How Juspay is reached. Section <c>Connectors:Juspay</c>.</summary>
public sealed class JuspayOptions : ProviderHttpOptions
{
    /// <summary>Juspay's production host; the sandbox is <c>https://sandbox.juspay.in</c>, and banks that sell Juspay
    /// under their own name have hosts of their own.</summary>
    public JuspayOptions() => BaseUrl = new Uri("https://api.juspay.in/");

    /// <summary>The <c>version</c> that chooses the shape of responses: the one that the documents' samples of the
    /// order's status are of.</summary>
    [Required, RegularExpression("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    public string ApiVersion { get; set; } = "2023-06-30";

    /// <summary>The visibility window: how long after the last possible send a "not found" is not yet final. Default 60
    /// s; Juspay documents none, and a request that is still on its way ends with its connection well before.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan VisibilityWindow { get; set; } = TimeSpan.FromSeconds(60);
}
