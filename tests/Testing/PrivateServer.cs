using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Npgsql;

namespace PaymentCluster.Testing;

/// <summary>A PostgreSQL server of a test's own, to be stopped, crashed and set up as no shared one may be. Loopback
/// only.</summary>
public sealed class PrivateServer : IAsyncDisposable
{
    private const string Standby = "standby";

    private readonly string _binaries;
    private readonly string[] _as;
    private readonly string _home;

    private PrivateServer(string binaries, string[] runAs, string home, int port)
    {
        (_binaries, _as, _home, Port) = (binaries, runAs, home, port);
        ConnectionString = $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres;Timeout=5";
    }

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>The superuser's connection string.</summary>
    public string ConnectionString { get; }

    private string Data => Path.Combine(_home, "data");

    private async Task<object?> ExecuteSqlAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Creates and starts a server with durable settings.</summary>
    /// <param name="home">A folder for it, which is removed with it; one of its own unless stated.</param>
    /// <param name="settings">PostgreSQL's settings, such as <c>fsync=off</c>.</param>
    /// <exception cref="InvalidOperationException">There are no server binaries here, or no user to run them
    /// as.</exception>
    public static async Task<PrivateServer> StartAsync(string? home = null, params string[] settings)
    {
        home ??= Path.Combine(
            Path.GetTempPath(), $"paymentcluster-{RandomNumberGenerator.GetHexString(12, lowercase: true)}");
        Directory.CreateDirectory(home);
        var server = new PrivateServer(await FindBinariesAsync(), await ChooseUserAsync(home), home, Ports.Free());
        await server.RunAsync(
            "initdb", "-D", server.Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
        await server.StartAgainAsync(settings);
        return server;
    }

    /// <summary>Creates and starts a synchronous standby of it: from now on nothing counts as committed that the
    /// standby does not have.</summary>
    public async Task<PrivateServer> StartStandbyAsync()
    {
        var home = $"{_home}-standby";
        Directory.CreateDirectory(home);
        await ChooseUserAsync(home);
        var standby = new PrivateServer(_binaries, _as, home, Ports.Free());
        await standby.RunAsync(
            "pg_basebackup",
            "-D",
            standby.Data,
            "-d",
            $"host=127.0.0.1 port={Port} user=postgres application_name={Standby}",
            "-R",
            "-X",
            "stream",
            "--checkpoint=fast",
            "--no-sync");
        await standby.StartAgainAsync();
        await ExecuteSqlAsync($"alter system set synchronous_standby_names = '{Standby}'");
        await ReloadAsync();
        await Eventually.HoldsAsync(
            async () => await ExecuteSqlAsync("select sync_state from pg_stat_replication") is "sync",
            "the standby is synchronous");
        return standby;
    }

    /// <summary>Makes a standby the primary.</summary>
    public async Task PromoteAsync()
    {
        // It does not wait for a standby of its own.
        await RunAsync("pg_ctl", "-D", Data, "-w", "promote");
        await ExecuteSqlAsync("alter system reset synchronous_standby_names");
        await ReloadAsync();
    }

    /// <summary>Starts it after a stop.</summary>
    /// <param name="settings">PostgreSQL's settings, such as <c>fsync=off</c>.</param>
    public Task StartAgainAsync(params string[] settings)
    {
        string[] all = [$"port={Port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", .. settings];
        var options = string.Join(' ', all.Select(setting => $"-c {setting}"));
        return RunAsync("pg_ctl", "-D", Data, "-l", Path.Combine(_home, "log"), "-o", options, "-w", "start");
    }

    /// <summary>Ends it as a power cut of its process does: nothing is written any more, and the next start
    /// recovers.</summary>
    public Task CrashAsync() => RunAsync("pg_ctl", "-D", Data, "-m", "immediate", "-w", "stop");

    /// <summary>Freezes all of its processes: connections stay open, without a response.</summary>
    public Task FreezeAsync() => SignalAsync("-STOP");

    /// <summary>Lets it go on after <see cref="FreezeAsync"/>.</summary>
    public Task ThawAsync() => SignalAsync("-CONT");

    /// <summary>Makes new transactions read-only, or lets them write again, those of open sessions included.</summary>
    public async Task SetReadOnlyAsync(bool isReadOnly)
    {
        await ExecuteSqlAsync($"alter system set default_transaction_read_only = {(isReadOnly ? "on" : "off")}");
        await ReloadAsync();
        await Eventually.HoldsAsync(
            async () => await ExecuteSqlAsync("show default_transaction_read_only") is "on" == isReadOnly,
            "the setting has effect");
    }

    /// <summary>Ends all sessions, whatever they are doing.</summary>
    public Task CutConnectionsAsync() => ExecuteSqlAsync(
        """
        select count(pg_terminate_backend(pid)) from pg_stat_activity
        where backend_type = 'client backend' and pid <> pg_backend_pid()
        """);

    /// <summary>Makes it read its settings again.</summary>
    public Task ReloadAsync() => RunAsync("pg_ctl", "-D", Data, "reload");

    /// <summary>Whether it runs.</summary>
    public async Task<bool> IsRunningAsync()
    {
        try
        {
            await RunAsync("pg_ctl", "-D", Data, "status");
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Stops it and removes everything of it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")) && await IsRunningAsync())
        {
            await CrashAsync();
        }

        Directory.Delete(_home, recursive: true);
    }

    private static async Task<string> FindBinariesAsync()
    {
        const string Debian = "/usr/lib/postgresql";
        var candidates = Directory.Exists(Debian)
            ? Directory.GetDirectories(Debian)
                .OrderByDescending(Path.GetFileName, StringComparer.Ordinal)
                .Select(each => Path.Combine(each, "bin"))
            : [];
        var found = candidates.FirstOrDefault(each => File.Exists(Path.Combine(each, "initdb")));
        return found ?? (await ExecuteAsync("pg_config", ["--bindir"])).Trim();
    }

    // PostgreSQL does not run as root.
    private static async Task<string[]> ChooseUserAsync(string home)
    {
        if (Environment.UserName != "root")
        {
            return [];
        }

        var users = (await File.ReadAllLinesAsync("/etc/passwd")).Select(line => line.Split(':')).ToList();
        var user = users.Find(each => each[0] == "postgres") ?? users.Find(each => each[0] == "nobody")
            ?? throw new InvalidOperationException(
                "PostgreSQL does not run as root, and there is no user postgres or other unprivileged user.");
        await ExecuteAsync("chown", [user[2], home]);
        return ["setpriv", $"--reuid={user[2]}", $"--regid={user[3]}", "--clear-groups"];
    }

    private async Task SignalAsync(string signal)
    {
        var postmaster = (await File.ReadAllLinesAsync(Path.Combine(Data, "postmaster.pid")))[0];
        var children = Directory.GetDirectories("/proc")
            .Where(each => char.IsAsciiDigit(Path.GetFileName(each)[0]) && ParentOf(each) == postmaster)
            .Select(each => Path.GetFileName(each));
        await ExecuteAsync("kill", [signal, postmaster, .. children]);
    }

    // The fourth field of /proc/<pid>/stat; the second, the name, is in parentheses and may hold anything.
    private static string? ParentOf(string process)
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(process, "stat"));
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It has just ended, or may not be read.
            return null;
        }
    }

    private Task RunAsync(string program, params string[] arguments)
    {
        string[] command = [.. _as, Path.Combine(_binaries, program), .. arguments];
        return ExecuteAsync(command[0], command[1..]);
    }

    private static async Task<string> ExecuteAsync(string program, string[] arguments)
    {
        // Output goes to a file: the server inherits it, and a pipe would stay open as long as the server lives.
        var output = Path.GetTempFileName();
        try
        {
            var shell = new ProcessStartInfo("/bin/sh") { WorkingDirectory = "/" };
            foreach (var argument in (string[])["-c", "exec \"$@\" > \"$0\" 2>&1", output, program, .. arguments])
            {
                shell.ArgumentList.Add(argument);
            }

            using var process = Process.Start(shell) ?? throw new InvalidOperationException("There is no /bin/sh.");
            await process.WaitForExitAsync();
            var text = await File.ReadAllTextAsync(output);
            return process.ExitCode == 0
                ? text
                : throw new InvalidOperationException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {text}"));
        }
        finally
        {
            File.Delete(output);
        }
    }
}
