using Microsoft.Extensions.Logging;
using PaymentCluster.Hosting.Logs;
using PaymentCluster.Hosting.Startup;

namespace PaymentCluster.Hosting.Clustering;

/// <summary>
/// The certificates of this process as its files are now. They are read again when a connection begins, at most once a
/// second, so that files that are replaced count without a restart; connections that exist go on with what they began
/// with. Files that cannot be used do not count: those before them do.
/// </summary>
public sealed partial class ClusterCertificates
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly CertificateFiles? _files;
    private readonly ClusterRole _role;
    private readonly TimeProvider _time;
    private readonly ILogger<ClusterCertificates> _logger;
    private readonly Lock _gate = new();
    private CertificateSet _current;
    private string _seen;
    private long _readAt;

    /// <summary>Certificates that are in memory alone, and never change.</summary>
    public ClusterCertificates(CertificateSet set, ILogger<ClusterCertificates> logger)
        : this(null, ClusterRole.Silo, set, "", TimeProvider.System, logger)
    {
    }

    private ClusterCertificates(
        CertificateFiles? files,
        ClusterRole role,
        CertificateSet current,
        string seen,
        TimeProvider time,
        ILogger<ClusterCertificates> logger)
    {
        (_files, _role, _current, _seen, _time, _logger) = (files, role, current, seen, time, logger);
        _readAt = time.GetTimestamp();
    }

    /// <summary>What a connection that begins now uses.</summary>
    public CertificateSet Current
    {
        get
        {
            lock (_gate)
            {
                if (_files is not null && _time.GetElapsedTime(_readAt) >= Interval)
                {
                    _readAt = _time.GetTimestamp();
                    ReadAgain(_files);
                }

                return _current;
            }
        }
    }

    /// <summary>Reads the certificates of a process.</summary>
    /// <param name="files">Where they are.</param>
    /// <param name="role">What the process is.</param>
    /// <param name="time">The time by which they are read again.</param>
    /// <returns>What makes them, once there is a log.</returns>
    /// <exception cref="StartupException">They cannot be used.</exception>
    public static Func<ILogger<ClusterCertificates>, ClusterCertificates> Read(
        CertificateFiles files, ClusterRole role, TimeProvider time)
    {
        var first = files.ReadUnlessSeen("", out var digest)!;
        return first.FaultAs(role) is { } fault
            ? throw new StartupException($"The certificate of this process {fault}.")
            : logger => new ClusterCertificates(files, role, first, digest, time, logger);
    }

    private void ReadAgain(CertificateFiles files)
    {
        try
        {
            if (files.ReadUnlessSeen(_seen, out var digest) is not { } next)
            {
                return;
            }

            _seen = digest;
            if (next.FaultAs(_role) is { } fault)
            {
                LogUnusable($"The new certificate {fault}.");
                return;
            }

            _current = next;
            LogReplaced(next.Own.NotAfter.ToUniversalTime());
        }
        catch (StartupException failure)
        {
            LogUnusable(failure.Message);
        }
    }

    [LoggerMessage(
        HostLogEvents.CertificateReplaced,
        LogLevel.Information,
        "This process has a new certificate, valid until {NotAfter:u}")]
    private partial void LogReplaced(DateTime notAfter);

    [LoggerMessage(
        HostLogEvents.CertificateUnusable,
        LogLevel.Warning,
        "The certificate of this process was not replaced, the one before remains in use: {Reason}")]
    private partial void LogUnusable(string reason);
}
