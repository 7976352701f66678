using Npgsql;
using PaymentCluster.Testing;
using static PaymentCluster.Api.Tests.ApiFixture;

namespace PaymentCluster.Api.Tests;

/// <summary>What a newer build stored is kept, and what cannot be decided without it is refused: a cluster may be of
/// two versions, or have returned to the one before.</summary>
[Collection(ApiCollection.Name)]
public sealed class NewerBuildTests(ApiFixture api)
{
    [Fact]
    public async Task A_payment_with_an_unknown_event_is_unavailable_and_is_not_written()
    {
        var path = await StartAsync(api.Shop, Upi(NewOrder()));
        var payment = await UntilFinalAsync(api.Shop, path, "SUCCESS");
        await StoreAsync(
            path,
            """
            with moved as (
                update payments set version = version + 1 where payment_id = payment_uuid($1)
                returning payment_id, version)
            insert into payment_events (payment_id, at, version, type, data)
            select payment_id, now(), version, 'payment_insured', '{"at":"2026-11-30T10:00:00Z","by":"x"}' from moved
            """);
        var before = await StoredAsync(path);

        // The activation that is in memory notices with its first command.
        var refund = await api.Shop.SendJsonAsync(path + "/refunds", "{}");
        Assert.True(refund.Headers.Contains("Retry-After"));
        await refund.ProblemAsync(503, "unavailable");
        await (await api.Shop.SendJsonAsync(path + "/cancel", "{}")).ProblemAsync(503, "unavailable");
        await (await api.Shop.GetAsync(path)).ProblemAsync(503, "unavailable");
        await (await api.Shop.GetAsync(path + "/timeline")).ProblemAsync(503, "unavailable");
        Assert.Equal(before, await StoredAsync(path));

        // Lists read the row alone, and show the payment as it is.
        var listed = await (await api.Shop.GetAsync(
            $"{Payments}?order_id={payment.GetProperty("order_id").GetString()}")).JsonAsync();
        Assert.Equal(
            payment.GetProperty("id").GetString(),
            Assert.Single(listed.GetProperty("data").EnumerateArray()).GetProperty("id").GetString());

        // Where the event can be read, the payment goes on.
        await StoreAsync(
            path,
            "delete from payment_events where payment_id = payment_uuid($1) and type = 'payment_insured'",
            "update payments set version = version - 1 where payment_id = payment_uuid($1)");
        Assert.Equal(
            "SUCCESS", (await (await api.Shop.GetAsync(path)).JsonAsync()).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Unknown_members_of_events_are_kept()
    {
        var path = await StartAsync(api.Shop, Upi(NewOrder()));
        await UntilFinalAsync(api.Shop, path, "SUCCESS");
        await StoreAsync(
            path,
            """
            update payment_events set data = (data::jsonb || '{"later_member":{"x":[1]}}')::json
            where payment_id = payment_uuid($1)
            """);
        var before = await StoredAsync(path);
        await api.Running.KillServerAsync();
        await api.Running.StartServerAsync();

        await api.Shop.SendJsonAsync(path + "/refunds", "{}");
        await Eventually.HoldsAsync(
            async () => (await (await api.Shop.GetAsync(path)).JsonAsync()).GetProperty("refund_status").GetString()
                == "full",
            "the payment is refunded");
        var after = await StoredAsync(path);
        Assert.Equal(before, after[..before.Length]);
        Assert.True(after.Length > before.Length, after);
    }

    // As its owner, past the rule that events are append-only.
    private async Task StoreAsync(string path, params string[] statements)
    {
        await using var connection = await OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand(
            "alter table payment_events disable trigger user", connection))
        {
            await command.ExecuteNonQueryAsync();
        }

        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection) { Parameters = { Id(path) } };
            await command.ExecuteNonQueryAsync();
        }

        await using (var command = new NpgsqlCommand("alter table payment_events enable trigger user", connection))
        {
            await command.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
    }

    private async Task<string> StoredAsync(string path)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(
            "select string_agg(version || ' ' || type || ' ' || data::text, chr(10) order by version) "
                + "from payment_events where payment_id = payment_uuid($1)",
            connection)
        {
            Parameters = { Id(path) },
        };
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(api.Running.Database);
        await connection.OpenAsync();
        return connection;
    }

    private static NpgsqlParameter<string> Id(string path) => new() { TypedValue = path.Split('/')[^1] };
}
