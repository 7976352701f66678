using System.Text.Json.Nodes;
using Npgsql;
using PaymentCluster.Chaos.Tests.Hosts;
using PaymentCluster.Chaos.Tests.Load;
using PaymentCluster.Testing;

namespace PaymentCluster.Chaos.Tests.Checks;

/// <summary>After healing: waiting customers decide, merchants capture their authorised payments, and everything must
/// become final within a bounded time.</summary>
internal sealed class Liveness(
    ChaosOptions options, ChaosSystem system, IReadOnlyDictionary<string, Client> clients, Customers customers)
{
    private const string OpenSql =
        """
        select p.merchant_id, payment_text(p.payment_id) as id, p.order_id, p.status, s.due_at is not null,
               coalesce(extract(epoch from s.due_at - now()), 0)::float8, extract(epoch from now() - p.created_at)::float8,
               (select data->>'provider' from payment_events e where e.payment_id = p.payment_id and type = 'attempt_started' order by version desc limit 1),
               (select data->>'provider_reference' from payment_events e where e.payment_id = p.payment_id and type = 'attempt_accepted' order by version desc limit 1),
               exists (select from payment_events e where e.payment_id = p.payment_id and type = 'capture_requested')
        from payments p left join payment_schedule s using (payment_id)
        where p.status in (1, 2, 3)
           or exists (
               select from payment_events asked
               where asked.payment_id = p.payment_id and asked.type = 'refund_requested'
                 and not exists (
                     select from payment_events ended
                     where ended.payment_id = p.payment_id and ended.type in ('refund_succeeded', 'refund_failed', 'refund_review_required')
                       and ended.data->>'refund' = asked.data->>'refund'))
        """;

    // As if hours had passed: every scheduled payment is due now.
    private const string HurrySql =
        "update payment_schedule set due_at = now() where due_at > now() + interval '3 seconds'";

    private const string HurryOpenSql =
        $"{HurrySql} and payment_id in (select payment_uuid(open.id) from ({OpenSql}) as open)";

    private const string OverdueSql = "select count(*) from payment_schedule "
        + "where due_at < now() - interval '10 seconds'";

    private const int FreshOrders = 8;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    private readonly List<Violation> _found = [];

    /// <summary>What was wrong on the way.</summary>
    public IReadOnlyList<Violation> Found => _found;

    /// <summary>Returns when nothing is open any more.</summary>
    /// <exception cref="TimeoutException">Something stays open.</exception>
    public async Task AllEndsAsync()
    {
        _found.AddRange((await OpenAsync()).Select(WokenInTime).OfType<Violation>());
        // Refunds that could not be sent are tried again when their age has doubled.
        var timeout = TimeSpan.FromSeconds(90) + options.Load;
        await EndsAsync(timeout);
        // Failed attempts are queried again after hours and days; let them pass.
        await ExecuteAsync(HurrySql);
        await Eventually.HoldsAsync(
            async () => await ScalarAsync("select count(*) from payment_schedule where due_at <= now()") == 0,
            "the sweepers wake all that are due", timeout);
        await EndsAsync(timeout);
        await Eventually.HoldsAsync(
            async () => await ScalarAsync(OverdueSql) == 0, "no payment waits for a sweeper any more", timeout);
    }

    /// <summary>New payments are taken as before anything went wrong.</summary>
    public async Task FreshPaymentsSucceedAsync()
    {
        var payments = await Task.WhenAll(Enumerable.Range(0, FreshOrders).Select(FreshAsync));
        foreach (var payment in payments)
        {
            if (payment.Text("status") != "SUCCESS")
            {
                _found.Add(new Violation(
                    "I20",
                    $"a payment after healing is {payment.Text("status") ?? payment.Status.ToString()}",
                    payment.Text("id")));
            }
        }
    }

    private async Task<Received> FreshAsync(int number)
    {
        var (order, client) = ($"fresh-{number}", clients[Merchant.All[number % Merchant.All.Length].Name]);
        var body = new JsonObject { ["amount"] = 10_000, ["currency"] = "INR", ["capture"] = "automatic" };
        Order.PayWith(body, Draws.Of(options.Seed, order));
        var told = Received.Nothing;
        await Eventually.HoldsAsync(
            async () => (told = await client.StartAsync(order, body, order)).IsYes,
            () => $"{order} is accepted; the last response: {told}");
        var payment = told.Text("id")!;
        await Eventually.HoldsAsync(
            async () =>
            {
                told = await client.GetAsync(order, payment, wait: 1);
                if (told.Text("status") == "REQUIRES_ACTION" && told.Text("provider_reference") is { } reference)
                {
                    await customers.DecideAsync(told.Text("provider")!, reference, approves: true);
                }

                return told.Text("status") is not (null or "PENDING" or "REQUIRES_ACTION" or "AUTHORIZED");
            },
            () => $"{order} comes to its end; it is {told}. The logs:\n{system.Log()}",
            TimeSpan.FromSeconds(60));
        return told;
    }

    private async Task EndsAsync(TimeSpan timeout)
    {
        List<OpenPayment> open = [];
        await Eventually.HoldsAsync(
            async () =>
            {
                open = await OpenAsync();
                await Task.WhenAll(open.Select(HelpAsync));
                await ExecuteAsync(HurryOpenSql);
                await Task.Delay(PollInterval);
                return open.Count == 0;
            },
            () => $"everything comes to its end; open: {string.Join(", ", open.Take(10))} of {open.Count}. "
                + $"The logs:\n{system.Log()}",
            timeout);
    }

    // What only people can do.
    private async Task HelpAsync(OpenPayment payment)
    {
        if (payment is { Status: 1 or 2, Reference: { } reference, Provider: { } provider }
            && !payment.WasLeft(options))
        {
            await customers.DecideAsync(provider, reference, approves: true);
        }
        else if (payment is { Status: 3, IsCaptureRequested: false })
        {
            await clients[payment.Merchant].CommandAsync(
                "capture", payment.Order, payment.Id, [], $"{payment.Order}-closing");
        }
    }

    // I7: the steps to the next look at something open grow with its age, five times from one to the next at most.
    private static Violation? WokenInTime(OpenPayment payment) => payment switch
    {
        { IsScheduled: false } => new Violation("I7", $"it will never be due again: {payment}", payment.Id),
        { DueIn: var due, Age: var age, Status: not 3 } when due > (5 * age) + 15 =>
            new Violation("I7", $"it is {age:0} s old, and the next look at it is {due:0} s away", payment.Id),
        _ => null,
    };

    private async Task<List<OpenPayment>> OpenAsync()
    {
        await using var connection = new NpgsqlConnection(system.Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(OpenSql, connection);
        await using var rows = await command.ExecuteReaderAsync();
        List<OpenPayment> open = [];
        while (await rows.ReadAsync())
        {
            open.Add(new OpenPayment(
                rows.GetString(0), rows.GetString(1), rows.GetString(2), rows.GetInt16(3), rows.GetBoolean(4),
                rows.GetDouble(5), rows.GetDouble(6), rows.IsDBNull(7) ? null : rows.GetString(7),
                rows.IsDBNull(8) ? null : rows.GetString(8), rows.GetBoolean(9)));
        }

        return open;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(system.Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<long> ScalarAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(system.Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private sealed record OpenPayment(
        string Merchant, string Id, string Order, int Status, bool IsScheduled, double DueIn, double Age,
        string? Provider, string? Reference, bool IsCaptureRequested)
    {
        /// <summary>Whether its customer left without a word: then it has to expire.</summary>
        public bool WasLeft(ChaosOptions options) =>
            Order.Split('-') is ["order", var number]
            && Load.Order.Draw(options.Seed, int.Parse(number, null), options.MayAbandon).Customer
                == CustomerMood.Abandons;
    }
}
