using PaymentCluster.Testing;

namespace PaymentCluster.Chaos.Tests.Hosts;

/// <summary>Which processes a deployment of this flavour consists of.</summary>
internal static class Deployment
{
#if LOCAL_SILO
    /// <summary>The flavour's name.</summary>
    public const string Flavour = "local";

    /// <summary>How many processes host grains: the one that is everything.</summary>
    public const int Silos = 1;

    /// <summary>The gateway's own process has none here.</summary>
    public static string? Gateway => null;

    /// <summary>The program that hosts grains.</summary>
    public const string Silo = "Standalone";

    /// <summary>Settings of a silo beside those that all have.</summary>
    public static Dictionary<string, string> SiloSettings(int gatewayPort) => new(StringComparer.Ordinal)
    {
        ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{gatewayPort}",
        ["Silo__Port"] = $"{Ports.Free()}",
        ["Silo__GatewayPort"] = $"{Ports.Free()}",
    };
#else
    /// <summary>The flavour's name.</summary>
    public const string Flavour = "packages";

    /// <summary>Three, because with two a single vote evicts.</summary>
    public const int Silos = 3;

    /// <summary>The gateway's program.</summary>
    public static string? Gateway => "Gateway.Api";

    /// <summary>The program that hosts grains.</summary>
    public const string Silo = "Silo";

    /// <summary>Settings of a silo beside those that all have.</summary>
    public static Dictionary<string, string> SiloSettings(int gatewayPort) => new(StringComparer.Ordinal)
    {
        ["Silo__Address"] = "127.0.0.1",
        ["Silo__Port"] = $"{Ports.Free()}",
        ["Silo__GatewayPort"] = $"{Ports.Free()}",
    };
#endif
}
