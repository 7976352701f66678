using System.Text;
using System.Text.RegularExpressions;
using Npgsql;

namespace PaymentCluster.System.Tests;

/// <summary>Cards that exist nowhere else are paid with, refused, misspelt and saved, and then looked for everywhere:
/// in responses, logs, traces, metrics, the simulators' books, every table but the vault's, and the database's files
/// with its log (PCI DSS 3.3, 3.5).</summary>
public sealed partial class CanaryTests
{
    [Fact]
    public async Task No_card_number_and_no_security_code_is_found_anywhere_but_in_the_vault()
    {
        await using var collector = await Collector.StartAsync();
        await using var system = await RunningSystem.PrepareAsync();
        system.ServerStart = new HostStart { KeptLines = int.MaxValue };
        system.Settings["Serilog__MinimumLevel__Default"] = "Debug";
        collector.Watch(system);
        CanaryShop.Hurry(system);
        await system.OpenAsync();
        using var shop = new CanaryShop(system);
        await shop.UseCardsAsync();
        using var simulators = system.Simulators();
        var journal = (await simulators.SendAsync(HttpMethod.Get, "/_journal"))!.Text;
        // What it still has to tell, it tells when it stops.
        Assert.Equal(0, await system.StopServerAsync());

        Canaries.NothingIn("the responses", shop.Responses);
        Canaries.NothingIn("the server's log", system.ServerLog);
        Canaries.NothingIn("the simulators' journal", journal);
        EverythingIsTold(collector, shop);
        Canaries.NothingIn("traces or metrics", collector.Everything);
        Assert.All(shop.Secrets, secret => Assert.False(
            $"{system.ServerLog}{collector.Everything}".Contains(secret, StringComparison.Ordinal),
            "A key or token is told to the operator."));
        await NothingInTablesAsync(system.Database);
        await NothingInFilesAsync(system.Database);
    }

    [Theory]
    [InlineData("a card 4929421234567897 in a text")]
    [InlineData("4929 4212 3456 7897")]
    [InlineData("number=4929+4212+3456+7897&")]
    [InlineData("7987654321249294")]
    [InlineData("{\"n\":\"NDkyOTQyMTIzNDU2Nzg5Nw==\"}")]
    [InlineData("eyJudW1iZXIiOiI0OTI5NDIxMjM0NTY3ODk3In0=")]
    [InlineData("34393239343231323334353637383937")]
    [InlineData("{\"cvv\":\"917\"}")]
    [InlineData("ccvv=917")]
    public void A_number_or_a_code_is_found_however_it_is_spelt(string text) => Assert.NotNull(Canaries.Find(text));

    [Theory]
    [InlineData("4929421234567896")]
    [InlineData("card_917")]
    public void What_only_looks_like_one_is_not(string text) => Assert.Null(Canaries.Find(text));

    // A search in nothing proves nothing: spans and measurements of all that was done, in the middle of which
    // the cards were.
    private static void EverythingIsTold(Collector collector, CanaryShop shop)
    {
        Assert.Contains(CanaryShop.Failed, shop.Ends);
        Assert.Contains(CanaryShop.Refused, shop.Ends);
        foreach (var text in (string[])
            [
                "Microsoft.AspNetCore", "Npgsql", "PaymentCluster.Payments", "PaymentCluster.Connectors",
                shop.LastPayment, "razorpay charge", "payu ", "paytm ", "juspay ", "wallet.confirm", "cards.list",
                "unknown",
            ])
        {
            Assert.True(collector.Has(Collector.Traces, text), $"No trace speaks of {text}.");
        }

        foreach (var text in (string[])
            [
                "paymentcluster.connector.call.duration", "paymentcluster.payment.events", "journal.commit.duration",
                "payment_captured", "attempt_failed", "outcome_unknown", "unknown", "http.server.request.duration",
            ])
        {
            Assert.True(collector.Has(Collector.Metrics, text), $"No metric speaks of {text}.");
        }
    }

    private static async Task NothingInTablesAsync(string database)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        var tables = new List<string>();
        await using (var list = new NpgsqlCommand(
            "select quote_ident(schemaname) || '.' || quote_ident(tablename) from pg_tables "
                + "where schemaname not in ('pg_catalog', 'information_schema', 'vault')",
            connection))
        await using (var reader = await list.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                tables.Add(reader.GetString(0));
            }
        }

        Assert.True(tables.Count > 8, "The schema has fewer tables than it should.");
        foreach (var table in tables)
        {
            await using var rows = new NpgsqlCommand(
                $"select coalesce(string_agg(t::text, E'\n'), '') from {table} t", connection);
            var text = (string)(await rows.ExecuteScalarAsync())!;
            Canaries.NothingIn(table, text);
            // Documents are kept as bytes.
            Canaries.NothingIn(
                table,
                Bytes().Replace(text, match => Encoding.UTF8.GetString(Convert.FromHexString(match.Groups[1].Value))));
        }
    }

    // What no query shows any more may still be there: dead rows, and the log. The vault's pages are among these.
    private static async Task NothingInFilesAsync(string database)
    {
        await using var connection = new NpgsqlConnection(
            Environment.GetEnvironmentVariable("PAYMENTCLUSTER_TEST_DB")!);
        await connection.OpenAsync();
        await using var where = new NpgsqlCommand(
            "checkpoint; select current_setting('data_directory') || '|' || oid from pg_database where datname = @name",
            connection);
        where.Parameters.AddWithValue("name", new NpgsqlConnectionStringBuilder(database).Database!);
        var place = ((string)(await where.ExecuteScalarAsync())!).Split('|');
        foreach (var folder in (string[])[Path.Combine(place[0], "base", place[1]), Path.Combine(place[0], "pg_wal")])
        {
            if (!Directory.Exists(folder))
            {
                // A server elsewhere: its files are not here to be read.
                return;
            }

            foreach (var file in Directory.EnumerateFiles(folder))
            {
                try
                {
                    Canaries.NothingIn(file, Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)));
                }
                catch (FileNotFoundException)
                {
                    // The server has removed it meanwhile, a cache of its own or a segment of the log.
                }
            }
        }
    }

    [GeneratedRegex("\\\\x([0-9a-f]+)", RegexOptions.None, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Bytes();
}
