using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Templates;
using Serilog.Templates.Themes;

namespace PaymentCluster.Hosting.Logs;

/// <summary>Serilog behind the logging of the framework.</summary>
internal static class LogsRegistration
{
    // Each line ends with its ids: payment, request and the request's trace, which is also the traceId of an error that
    // the caller saw.
    private const string HumanLine =
        "{@t:HH:mm:ss.fff} {@l:u3} {@m}"
        + "{#if PaymentId is not null or RequestId is not null or @tr is not null or TraceId is not null} ["
        + "{#if PaymentId is not null}{PaymentId} {#end}{#if RequestId is not null}{RequestId} {#end}"
        + "{Coalesce(@tr, TraceId)}]{#end}"
        + "\n{@x}";

    private const string JsonLine =
        "{ {time: @t, level: @l, message: @m, eventId: EventId.Id, traceId: Coalesce(@tr, TraceId), "
        + "requestId: RequestId, merchant: Merchant, paymentId: PaymentId, process: Process, source: SourceContext, exception: @x, "
        + "properties: rest()} }\n";

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
            .Enrich.With<RequestEnricher>()
            .Filter.ByExcluding(IsImpossible);
        foreach (var source in ChattySources)
        {
            configuration.MinimumLevel.Override(source, LogEventLevel.Warning);
        }

        configuration.MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Information);
        configuration.ReadFrom.Configuration(builder.Configuration);

        configuration.WriteTo.Console(LineOf(human));
        builder.Logging.ClearProviders();
        // Levels are decided in one place, Serilog's configuration: this lets every line through to it.
        builder.Logging.AddSerilog(configuration.CreateLogger(), dispose: true);
    }

    private static ITextFormatter LineOf(bool human) => human
        ? new ExpressionTemplate(HumanLine, theme: Console.IsOutputRedirected ? null : TemplateTheme.Literate)
        : new ExpressionTemplate(JsonLine);

    // Orleans' watchdog may look at its other half before that has noted when it started, and then reports that it has
    // stood still since the machine was switched on (10.4.2).
    private static bool IsImpossible(LogEvent line) =>
        line.Properties.TryGetValue("TimeSinceLastTick", out var property)
        && property is ScalarValue { Value: TimeSpan stall }
        && stall > Stopwatch.GetElapsedTime(Start) + TimeSpan.FromMinutes(1);
}
