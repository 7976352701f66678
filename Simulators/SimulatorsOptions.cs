namespace PaymentCluster.Simulators;

/// <summary>Settings of the host, section <c>Simulators</c>.</summary>
internal sealed class SimulatorsOptions
{
    public const string Section = "Simulators";

    /// <summary>Port on loopback when no <c>--urls</c> is given. Default 8090; 0 takes a free one.</summary>
    public int Port { get; set; } = 8090;

    /// <summary>Where the journals are. Default <c>.local/simulators</c>; one process at a time may use it.</summary>
    public string DataDirectory { get; set; } = ".local/simulators";
}
