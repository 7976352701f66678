using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Json;
using Serilog.Sinks.SystemConsole.Themes;

namespace PaymentCluster.Hosting.Logs;

/// <summary>Serilog behind the logging of the framework.</summary>
internal static class LogsRegistration
{
    private const string HumanLine = "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{Ids:l}{NewLine}{Exception}";

    // What the framework, Orleans, its retries and the driver tell at Information is about themselves, per request, per
    // activation and per membership change.
    private static readonly string[] ChattySources = ["Microsoft", "System", "Orleans", "Polly", "Npgsql"];

    private static readonly long Start = Stopwatch.GetTimestamp();

    public static void AddLogs(this IHostApplicationBuilder builder, string process)
    {
        var options = builder.Configuration.GetSection(LogOptions.Section).Get<LogOptions>() ?? new();
        var human = options.Format == LogFormat.Human || (
            options.Format == LogFormat.Auto && !Console.IsOutputRedirected);

        var configuration = new LoggerConfiguration()
            .MinimumLevel.Information()
            .Enrich.WithProperty("Process", process)
            .Filter.ByExcluding(IsImpossible);
        foreach (var source in ChattySources)
            configuration.MinimumLevel.Override(source, LogEventLevel.Warning);
        configuration.MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Information);
        configuration.ReadFrom.Configuration(builder.Configuration);

        if (human)
        {
            var theme = Console.IsOutputRedirected ? ConsoleTheme.None : AnsiConsoleTheme.Literate;
            configuration.Enrich.With<IdsEnricher>();
            configuration.WriteTo.Console(outputTemplate: HumanLine, theme: theme);
        }
        else
        {
            configuration.WriteTo.Console(new JsonFormatter(renderMessage: true));
        }

        builder.Logging.ClearProviders();
        // Levels are decided in one place, Serilog's configuration: this lets every line through to it.
        builder.Logging.AddSerilog(configuration.CreateLogger(), dispose: true);
    }

    // Orleans' watchdog may look at its other half before that has noted when it started, and then reports that it has
    // stood still since the machine was switched on (10.4.2).
    private static bool IsImpossible(LogEvent line) =>
        line.Properties.TryGetValue("TimeSinceLastTick", out var property)
        && property is ScalarValue { Value: TimeSpan stall }
        && stall > Stopwatch.GetElapsedTime(Start) + TimeSpan.FromMinutes(1);
}
