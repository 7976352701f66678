using PaymentCluster.Testing;

namespace PaymentCluster.Chaos.Tests.Hosts;

/// <summary>Which processes a deployment consists of.</summary>
internal static class Deployment
{
    /// <summary>Three, because with two a single vote evicts.</summary>
    public const int Silos = 3;

    /// <summary>The gateway's program.</summary>
    public const string Gateway = "Gateway.Api";

    /// <summary>The program that hosts grains.</summary>
    public const string Silo = "Silo";

    /// <summary>Settings of a silo beside those that all have.</summary>
    public static Dictionary<string, string> SiloSettings(int gatewayPort) => new(StringComparer.Ordinal)
    {
        ["Silo__Address"] = "127.0.0.1",
        ["Silo__Port"] = $"{Ports.Free()}",
        ["Silo__GatewayPort"] = $"{Ports.Free()}",
    };
}
