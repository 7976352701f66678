namespace PaymentCluster.Hosting.Logs;

/// <summary>How log lines look, section <c>Log</c>. Levels are Serilog's own section,
/// <c>Serilog:MinimumLevel</c>.</summary>
public sealed class LogOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Log";

    /// <summary>Default <see cref="LogFormat.Auto"/>.</summary>
    public LogFormat Format { get; set; }
}

/// <summary>The form of log lines.</summary>
public enum LogFormat
{
    /// <summary>Human on a terminal, JSON otherwise.</summary>
    Auto = 0,

    /// <summary>A line to read.</summary>
    Human = 1,

    /// <summary>One JSON object per line.</summary>
    Json = 2,
}
