using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;
using PaymentCluster.Bench.Processes;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Bench.Scenarios;

/// <summary>PostgreSQL's own benchmark client, with the journal's statements over rows that the server makes
/// (<c>bench/limit.sql</c>).</summary>
internal sealed partial class Pgbench
{
    // The journal's statements of an accepted and of a completed payment.
    private static readonly (string Name, string Sql)[] Statements =
    [
        (nameof(PaymentSql.InsertPayments), PaymentSql.InsertPayments),
        (nameof(PaymentSql.UpsertSchedule), PaymentSql.UpsertSchedule),
        (nameof(PaymentSql.InsertEvents), PaymentSql.InsertEvents),
        (nameof(PaymentSql.UpdatePayments), PaymentSql.UpdatePayments),
        (nameof(PaymentSql.DeleteSchedule), PaymentSql.DeleteSchedule),
        (nameof(PaymentSql.InsertOutbox), PaymentSql.InsertOutbox),
        (nameof(PaymentSql.InsertTransfers), PaymentSql.InsertTransfers),
        (nameof(PaymentSql.AddToBalances), PaymentSql.AddToBalances),
    ];

    private static readonly string Script = Path.Combine(Checkout.Root, "bench", "limit.sql");

    private readonly NpgsqlConnectionStringBuilder _login;
    private readonly LimitPayments _payments;

    /// <summary>Checks the script.</summary>
    /// <param name="login">The application's login.</param>
    /// <param name="payments">The payments whose events and transfers are written.</param>
    /// <exception cref="InvalidOperationException">The script does not have the journal's statements.</exception>
    public Pgbench(string login, LimitPayments payments)
    {
        (_login, _payments) = (new NpgsqlConnectionStringBuilder(login), payments);
        var script = Plain(File.ReadAllText(Script));
        foreach (var (name, sql) in Statements)
        {
            if (!script.Contains(Plain(sql), StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"{Script} has another {name} than the journal.");
            }
        }
    }

    /// <summary>Whether it is there.</summary>
    public static bool IsInstalled
    {
        get
        {
            try
            {
                using var process = Process.Start(
                    new ProcessStartInfo("pgbench", "--version")
                    {
                        UseShellExecute = false, RedirectStandardOutput = true,
                    })!;
                process.WaitForExit();
                return process.ExitCode == 0;
            }
            catch (Win32Exception)
            {
                return false;
            }
        }
    }

    /// <summary>Writes payments for that long; returns how many.</summary>
    public async Task<long> LoadAsync(double seconds)
    {
        var start = new ProcessStartInfo("pgbench")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in Arguments((int)Math.Ceiling(seconds)))
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["PGPASSWORD"] = _login.Password;
        start.Environment["PGOPTIONS"] = PaymentDatabase.WriterSettings;
        using var process = Process.Start(start)!;
        var texts = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode == 0 && Transactions().Match(texts[0]) is { Success: true } transactions
            ? long.Parse(transactions.Groups["count"].Value, CultureInfo.InvariantCulture) * LimitScenario.Batch
            : throw new InvalidOperationException($"pgbench ended with {process.ExitCode}:\n{texts[1]}{texts[0]}");
    }

    private IEnumerable<string> Arguments(int seconds)
    {
        var writers = LimitScenario.Writers.ToString(CultureInfo.InvariantCulture);
        yield return "--host=" + _login.Host;
        yield return "--port=" + _login.Port.ToString(CultureInfo.InvariantCulture);
        yield return "--username=" + _login.Username;
        yield return "--client=" + writers;
        yield return "--time=" + seconds.ToString(CultureInfo.InvariantCulture);
        yield return "--protocol=prepared";
        yield return "--no-vacuum";
        yield return "--file=" + Script;
        foreach (var (name, value) in Variables())
        {
            yield return $"--define={name}={value}";
        }

        yield return _login.Database!;
    }

    private IEnumerable<(string Name, string Value)> Variables()
    {
        var (accept, complete) = (_payments.Accept, _payments.Complete);
        yield return ("first", "1");
        yield return ("size", LimitScenario.Batch.ToString(CultureInfo.InvariantCulture));
        yield return ("lane", ((int)accept.Lane).ToString(CultureInfo.InvariantCulture));
        yield return ("created", Encoding.UTF8.GetString(accept.Events[0].Data));
        yield return ("started", Encoding.UTF8.GetString(accept.Events[1].Data));
        yield return ("captured", Encoding.UTF8.GetString(complete.Events[0].Data));
        yield return ("amount", complete.Transfers[0].Amount.AmountMinor.ToString(CultureInfo.InvariantCulture));
        yield return ("fee", complete.Transfers[1].Amount.AmountMinor.ToString(CultureInfo.InvariantCulture));
    }

    // Without names of parameters and columns, and without spaces.
    private static string Plain(string sql) => Space().Replace(Parameter().Replace(sql, "?"), "");

    [GeneratedRegex(@"\$\d+|(?<!:):[a-z_]+", RegexOptions.None, 1_000)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\s+", RegexOptions.None, 1_000)]
    private static partial Regex Space();

    [GeneratedRegex(@"number of transactions actually processed: (?<count>\d+)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Transactions();
}
