using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;

namespace PaymentCluster.Connectors.Tests.PayU;

/// <summary>The simulated PayU, with the rig's account.</summary>
public sealed class SimulatedPayU() : SimulatedProvider(
    "payu", "--Simulators:PayU:ActionDelay=00:00:00.050")
{
    /// <summary>A connector that talks to it.</summary>
    public IConnector Connect(Action<ProviderHttpOptions>? configure = null) =>
        new PayURig().Create(Options(configure), TimeProvider.System, new CapturedLogs());

    /// <inheritdoc/>
    public override Task AddAccountAsync(Uri? webhookUrl) =>
        PutAccountAsync(PayURig.Key, new { salt = PayURig.Salt, webhook_url = webhookUrl?.AbsoluteUri });

    /// <summary>Posts a form as the customer's browser does, and returns the page.</summary>
    public async Task<string> PostAsync(string url, IEnumerable<KeyValuePair<string, string>> fields)
    {
        using var form = new FormUrlEncodedContent(fields);
        using var response = await Http.PostAsync(url, form);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync();
    }
}
