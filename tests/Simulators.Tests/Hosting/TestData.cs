using System.Text.Json;

namespace PaymentCluster.Simulators.Tests.Hosting;

/// <summary>The recorded facts that tests carry with them.</summary>
internal static class TestData
{
    public static JsonElement Read(string name)
    {
        using var stream = typeof(TestData).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"There is no test data {name}.");
        return JsonDocument.Parse(stream).RootElement.Clone();
    }
}
