using Npgsql;
using PaymentCluster.Testing;
using static PaymentCluster.Api.Tests.ApiFixture;

namespace PaymentCluster.Api.Tests;

/// <summary>What callers see of a payment whose events are in an archive that the silo cannot read.</summary>
[Collection(ApiCollection.Name)]
public sealed class ArchivedPaymentTests(ApiFixture api)
{
    [Fact]
    public async Task An_archived_payment_shows_its_status_and_amounts_and_says_that_it_is_archived()
    {
        var order = NewOrder();
        var path = await StartAsync(api.Shop, Upi(order));
        var before = await UntilFinalAsync(api.Shop, path, "SUCCESS");
        await ArchiveAsync(path);
        // So that no activation has it in memory.
        await api.Running.KillServerAsync();
        await api.Running.StartServerAsync();

        var archived = await (await api.Shop.GetAsync(path)).JsonAsync();
        Assert.True(archived.GetProperty("archived").GetBoolean());
        foreach (var shown in new[] { "id", "order_id", "status", "amount", "captured_amount", "method", "version" })
        {
            Assert.Equal(before.GetProperty(shown).ToString(), archived.GetProperty(shown).ToString());
        }

        await (await api.Shop.GetAsync(path + "/timeline")).ProblemAsync(409, "payment_archived");
        await (await api.Shop.GetAsync(path + "/events")).ProblemAsync(409, "payment_archived");
        await (await api.Shop.SendJsonAsync(path + "/refunds", "{}")).ProblemAsync(409, "payment_archived");
        // Not a second payment of the order.
        await (await api.Shop.SendJsonAsync(Payments, Upi(order))).ProblemAsync(409, "payment_archived");
        var listed = await (await api.Shop.GetAsync($"{Payments}?order_id={order}")).JsonAsync();
        Assert.Single(listed.GetProperty("data").EnumerateArray());
    }

    // What an archive leaves of one payment.
    private async Task ArchiveAsync(string path)
    {
        await using var connection = new NpgsqlConnection(api.Running.Database);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var statement in new[]
        {
            "alter table payment_events disable trigger user",
            $"delete from payment_events where payment_id = payment_uuid('{path.Split('/')[^1]}')",
            "alter table payment_events enable trigger user",
            """
            insert into archives (number, until_id, payments, events, transfers, carried, folder, manifest, archived_at)
            values (1, payment_first_id(now() + interval '1 hour'), 1, 3, 2, 0, '0001', sha256(''), now())
            """,
        })
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
    }
}
