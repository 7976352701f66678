using System.Text;
using System.Text.RegularExpressions;
using Npgsql;
using PaymentCluster.Testing;

namespace PaymentCluster.System.Tests;

/// <summary>
/// Cards that exist nowhere else are paid with, refused, misspelt and saved, and then looked for everywhere: in answers,
/// logs, the simulators' books, every table but the vault's, and the database's files with its log (PCI DSS 3.3, 3.5).
/// </summary>
public sealed partial class CanaryTests
{
    private const string Typed = "4929421234567897";
    private const string Kept = "4716108999716531";
    private const string Code = "9173";

    private static readonly string[] Canaries =
    [
        .. ((string[])[Typed, Kept]).SelectMany(number => (string[])
        [
            number,
            string.Join(' ', number.Chunk(4).Select(group => new string(group))),
            string.Join('-', number.Chunk(4).Select(group => new string(group))),
            new string([.. number.Reverse()]),
            // The part of the base64 text that does not depend on what stands around it.
            Convert.ToBase64String(Encoding.ASCII.GetBytes(number))[..20],
        ]),
    ];

    [Fact]
    public async Task No_card_number_and_no_security_code_is_found_anywhere_but_in_the_vault()
    {
        await using var system = await RunningSystem.PrepareAsync();
        system.Settings["Serilog__MinimumLevel__Default"] = "Debug";
        await system.OpenAsync();
        var answers = new StringBuilder();
        await UseCardsAsync(system, answers);

        NothingIn("the answers", answers.ToString());
        NothingIn("the server's log", system.ServerLog);
        using var simulators = system.Simulators();
        NothingIn("the simulators' journal", (await simulators.SendAsync(HttpMethod.Get, "/_journal"))!.Text);
        await NothingInTablesAsync(system.Database);
        await NothingInFilesAsync(system.Database);
    }

    private static async Task UseCardsAsync(RunningSystem system, StringBuilder answers)
    {
        using var administrator = system.Administrator();
        await administrator.PutAsync("/api/v1/merchants/shop", new { name = "Shop", card_vault = true });
        using var shop = system.Http(system.ShopKey);
        await SendAsync(HttpMethod.Put, "/api/v1/customers/canary", """{"name":"A Customer"}""");
        await Eventually.HoldsAsync(
            async () => (await SendAsync(HttpMethod.Post, "/api/v1/customers/canary/cards", Saved)).Contains("\"token\"", StringComparison.Ordinal),
            "the card is saved");
        var token = Token().Match(await SendAsync(HttpMethod.Get, "/api/v1/customers/canary/cards", null)).Groups[1].Value;
        await PayAsync("typed", $$"""{"number":"{{Typed}}","expiry_month":12,"expiry_year":2040,"cvv":"{{Code[..3]}}","name":"A Customer"}""");
        await PayAsync("kept", $$"""{"token":"{{token}}","cvv":"{{Code[..3]}}"}""");
        // What cannot be read is as secret as what can.
        await PayAsync("misspelt", $$"""{"number":"{{Typed}}","expiry_month":13,"expiry_year":2040,"cvv":"{{Code}}","name":"A Customer"}""");
        await PayAsync("unknown", $$"""{"pan":"{{Typed}}","cvv":"{{Code}}"}""");
        await SendAsync(HttpMethod.Post, "/api/v1/payments", $$"""{"card":{"number":"{{Typed}}","cvv":"{{Code}}" """);
        await SendAsync(HttpMethod.Get, $"/api/v1/payments?order_id={Typed}x", null);

        async Task PayAsync(string order, string card)
        {
            var answer = await SendAsync(
                HttpMethod.Post,
                "/api/v1/payments",
                $$"""{"order_id":"{{order}}","amount":50000,"currency":"INR","method":"card","customer_id":"canary","card":{{card}} }""");
            if (PaymentId().Match(answer) is { Success: true } match)
            {
                await Eventually.HoldsAsync(
                    async () => (await SendAsync(HttpMethod.Get, $"/api/v1/payments/{match.Groups[1].Value}", null))
                        .Contains("\"settled\":true", StringComparison.Ordinal),
                    $"the payment of order {order} settles");
                await SendAsync(HttpMethod.Get, $"/api/v1/payments/{match.Groups[1].Value}/timeline", null);
            }
        }

        async Task<string> SendAsync(HttpMethod method, string path, string? body)
        {
            using var request = new HttpRequestMessage(method, path);
            request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
            using var response = await shop.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            answers.Append(response.Headers).Append(text).Append('\n');
            return text;
        }
    }

    private const string Saved =
        $$"""{"number":"{{Kept}}","expiry_month":12,"expiry_year":2040,"name":"A Customer","issued_in":"US","consent":{"agreed":true,"text_version":"t1"} }""";

    private static async Task NothingInTablesAsync(string database)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        var tables = new List<string>();
        await using (var list = new NpgsqlCommand(
            "select quote_ident(schemaname) || '.' || quote_ident(tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema', 'vault')",
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
            await using var rows = new NpgsqlCommand($"select coalesce(string_agg(t::text, E'\n'), '') from {table} t", connection);
            var text = (string)(await rows.ExecuteScalarAsync())!;
            NothingIn(table, text);
            // Documents are kept as bytes.
            NothingIn(table, Bytes().Replace(text, match => Encoding.UTF8.GetString(Convert.FromHexString(match.Groups[1].Value))));
        }
    }

    // What no query shows any more may still be there: dead rows, and the log. The vault's pages are among these.
    private static async Task NothingInFilesAsync(string database)
    {
        await using var connection = new NpgsqlConnection(
            Environment.GetEnvironmentVariable("PAYMENTCLUSTER_TEST_DB")!);
        await connection.OpenAsync();
        await using var where = new NpgsqlCommand(
            "checkpoint; select current_setting('data_directory') || '|' || oid from pg_database where datname = @name", connection);
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
                NothingIn(file, Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)));
            }
        }
    }

    private static void NothingIn(string where, string text)
    {
        foreach (var canary in Canaries)
        {
            Assert.False(text.Contains(canary, StringComparison.Ordinal), $"{where} holds a card's number.");
        }

        Assert.False(NamedCode().IsMatch(text), $"{where} holds a security code.");
    }

    // Three digits alone are found everywhere; beside their name they are a code.
    [GeneratedRegex("(cvv|cvc|security_code|securityCode|SecurityCode)[^0-9]{1,20}917", RegexOptions.None, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex NamedCode();

    [GeneratedRegex("\"token\":\"([^\"]+)\"", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Token();

    [GeneratedRegex("\"id\":\"(pay_[^\"]+)\"", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex PaymentId();

    [GeneratedRegex("\\\\x([0-9a-f]+)", RegexOptions.None, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Bytes();
}
