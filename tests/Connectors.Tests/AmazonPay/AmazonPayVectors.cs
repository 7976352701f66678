using System.Text.Json;

namespace PaymentCluster.Connectors.Tests.AmazonPay;

/// <summary>Signatures that were made with Amazon Pay's own library, and strings that it publishes.
/// The keys are made for these tests.</summary>
public static class AmazonPayVectors
{
    private static readonly JsonElement All = Load();

    public static string PublicKey => Text("amazonpay-key", "public_key");

    public static string PrivateKey => Text("amazonpay-key", "private_key");

    public static string Text(string id, string name) => All.GetProperty(id).GetProperty(name).GetString()!;

    public static JsonElement Inputs(string id) => All.GetProperty(id).GetProperty("inputs");

    private static JsonElement Load()
    {
        using var stream = typeof(AmazonPayVectors).Assembly.GetManifestResourceStream("amazonpay-vectors")
            ?? throw new InvalidOperationException("The vectors are missing.");
        return JsonDocument.Parse(stream).RootElement.Clone();
    }
}
