using System.Net;
using Orleans.Storage;

namespace Orleans.Configuration;

/// <summary>The names under which a cluster finds its silos and its data.</summary>
public class ClusterOptions
{
    /// <summary>The cluster; another id is another cluster.</summary>
    public string ClusterId { get; set; } = "default";

    /// <summary>The service; a part of the stored key of every state, so never change it.</summary>
    public string ServiceId { get; set; } = "default";
}

/// <summary>Where a silo of a cluster listens. The local flavour has no cluster and ignores it.</summary>
public class EndpointOptions
{
    /// <summary>The address that other silos are told.</summary>
    public IPAddress? AdvertisedIPAddress { get; set; }

    /// <summary>The port for silos.</summary>
    public int SiloPort { get; set; }

    /// <summary>The port for clients.</summary>
    public int GatewayPort { get; set; }

    /// <summary>Where to listen for silos, if not at the advertised address.</summary>
    public IPEndPoint? SiloListeningEndpoint { get; set; }

    /// <summary>Where to listen for clients, if not at the advertised address.</summary>
    public IPEndPoint? GatewayListeningEndpoint { get; set; }
}

/// <summary>When grains leave memory.</summary>
public class GrainCollectionOptions
{
    /// <summary>How often to look for idle grains; 1 minute by default.</summary>
    public TimeSpan CollectionQuantum { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a grain may be idle; 15 minutes by default.</summary>
    public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);
}

/// <summary>What silos remember of each other's grains. The local flavour has no cluster and ignores it.</summary>
public class GrainDirectoryOptions
{
    /// <summary>Of how many grains the place is remembered.</summary>
    public int CacheSize { get; set; } = 1_000_000;
}

/// <summary>How long a caller in a silo's process waits.</summary>
public class SiloMessagingOptions
{
    /// <summary>Then the call fails with a <see cref="TimeoutException"/>; 30 seconds by default.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>Where silos find each other. The local flavour has no cluster and ignores it.</summary>
public class AdoNetClusteringSiloOptions
{
    /// <summary>The database.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>The ADO.NET provider's name.</summary>
    public string? Invariant { get; set; }
}

/// <summary>Where and how states are stored.</summary>
public class AdoNetGrainStorageOptions
{
    /// <summary>The database.</summary>
    public string ConnectionString { get; set; } = null!;

    /// <summary>The ADO.NET provider's name; the local flavour takes any for <c>Npgsql</c>.</summary>
    public string? Invariant { get; set; }

    /// <summary>Turns states into bytes; must be set in the local flavour.</summary>
    public IGrainStorageSerializer GrainStorageSerializer { get; set; } = null!;

    /// <summary>Whether clearing a state deletes its row.</summary>
    public bool DeleteStateOnClear { get; set; }
}
