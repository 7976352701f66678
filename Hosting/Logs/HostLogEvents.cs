namespace PaymentCluster.Hosting.Logs;

/// <summary>The ids of the log events that every process has, 1 to 99; <c>docs/log-events.md</c> lists them
/// all.</summary>
internal static class HostLogEvents
{
    /// <summary>A process starts; the line says which version it is.</summary>
    public const int ProcessStarting = 1;

    /// <summary>The files of the process's certificate were replaced; connections that begin now use the new
    /// one.</summary>
    public const int CertificateReplaced = 2;

    /// <summary>The files of the process's certificate were replaced by some that cannot be used; the certificate
    /// before remains in use.</summary>
    public const int CertificateUnusable = 3;
}
