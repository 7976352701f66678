namespace PaymentCluster.Hosting.Logs;

/// <summary>The ids of the log events that every process has, 1 to 99; <c>docs/log-events.md</c> lists them
/// all.</summary>
internal static class HostLogEvents
{
    /// <summary>A process starts; the line says which version it is.</summary>
    public const int ProcessStarting = 1;
}
