using System.Data.Common;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace PaymentCluster.Hosting.Startup;

/// <summary>Runs a process from its first line to its exit code.</summary>
public static class HostProgram
{
    /// <summary>
    /// Runs the host. What a user can cause (a setting, a port that is taken, a database that is away) ends in one
    /// sentence on standard error and exit code 1; anything else is a bug and keeps its stack trace.
    /// </summary>
    /// <returns>The exit code: 0 after a stop on request, 1 after a failure.</returns>
    public static async Task<int> RunAsync(Func<Task> host)
    {
        try
        {
            await host();
            return 0;
        }
        catch (Exception exception) when (Explain(exception) is { } sentence)
        {
            await Console.Error.WriteLineAsync(sentence);
            return 1;
        }
    }

    /// <summary>
    /// The command line of a host. Settings are read once, at the start: a watcher of their file watches all folders
    /// beside it, and where a private PostgreSQL's data are among them, it hears of every write.
    /// </summary>
    public static string[] Arguments(string[] args) => ["--hostBuilder:reloadConfigOnChange=false", .. args];

    /// <summary>The sentence for a failure that a user can repair; null if it is none.</summary>
    internal static string? Explain(Exception exception) => exception switch
    {
        StartupException refusal => refusal.Message,
        OptionsValidationException invalid => $"The configuration is not valid: {string.Join(" ", invalid.Failures)}",
        IOException { InnerException: AddressInUseException } taken => $"A port is taken: {taken.Message}",
        SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } taken =>
            $"A port is taken: {taken.Message}",
        DbException database => $"The database does not respond as expected: {Whole(database)}",
        AggregateException { InnerExceptions: [var only] } => Explain(only),
        _ => exception.InnerException is { } inner ? Explain(inner) : null,
    };

    // Npgsql says "Failed to connect to …" and keeps the reason in the inner exception.
    private static string Whole(Exception exception) =>
        exception.InnerException is { } inner ? $"{exception.Message} {inner.Message}" : exception.Message;
}
