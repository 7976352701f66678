using System.Net;
using Microsoft.Extensions.Configuration;
using PaymentCluster.Grains;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Hosting.Startup;

namespace PaymentCluster.Silo;

/// <summary>Where a silo listens, section <c>Silo</c>, and its database.</summary>
internal sealed record SiloSettings
{
    /// <summary><c>Silo:Port</c>, where other silos reach this one. Default 11111.</summary>
    public required int Port { get; init; }

    /// <summary><c>Silo:GatewayPort</c>, where gateways reach it. Default 30000.</summary>
    public required int GatewayPort { get; init; }

    /// <summary><c>Silo:Address</c>, the address that other processes connect to. Default: the machine's own, which in
    /// a container is the container's.</summary>
    public required IPAddress? Address { get; init; }

    /// <summary><c>ConnectionStrings:PaymentCluster</c>, for everyday work: a login that may not change the
    /// schema.</summary>
    public required string Database { get; init; }

    /// <summary>Reads the settings.</summary>
    /// <exception cref="StartupException">A setting is missing or malformed.</exception>
    public static SiloSettings Read(IConfiguration configuration) => new()
    {
        Port = PortOf(configuration, "Silo:Port", 11111),
        GatewayPort = PortOf(configuration, "Silo:GatewayPort", 30000),
        Address = AddressOf(configuration["Silo:Address"]),
        Database = configuration.GetConnectionString(StoreRegistration.Application) is { Length: > 0 } database
            ? StoreConnection.Complete(database)
            : throw new StartupException(
                $"ConnectionStrings:{StoreRegistration.Application} is missing: "
                    + "the application's login at its database."),
    };

    private static int PortOf(IConfiguration configuration, string key, int otherwise) => configuration[key] switch
    {
        null or "" => otherwise,
        var text when int.TryParse(text, out var port) && port is > 0 and <= ushort.MaxValue => port,
        var text => throw new StartupException($"{key} is not a port: '{text}'."),
    };

    private static IPAddress? AddressOf(string? text) => text switch
    {
        null or "" => null,
        _ when IPAddress.TryParse(text, out var address) => address,
        _ => throw new StartupException($"Silo:Address is not an IP address: '{text}'."),
    };
}
