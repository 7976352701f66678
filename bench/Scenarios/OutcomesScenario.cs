using System.Globalization;
using PaymentCluster.Bench.Load;
using PaymentCluster.Bench.Processes;
using PaymentCluster.Bench.Reports;

namespace PaymentCluster.Bench.Scenarios;

/// <summary><c>outcomes</c>: how soon after a customer has paid the payment is known as paid, at one merchant's account
/// at each simulated provider, with its webhooks and with the provider's own budget of status queries.</summary>
internal static class OutcomesScenario
{
    // The simulated customer takes this long, so that a payment's charge is this long after its provider's response.
    private const int ApprovalSeconds = 1;

    private const double WarmUpSeconds = 5;

    // In which most of what is not known by webhook must be known; without any webhook, all of it.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(35);
    private static readonly TimeSpan RestWithoutWebhooks = TimeSpan.FromSeconds(65);

    public static async IAsyncEnumerable<Row> RunAsync(BenchOptions options)
    {
        foreach (var provider in options.Providers)
        {
            await using var system = await RunningSystem.StartAsync(
                provider,
                options.Webhooks,
                [("Simulators__Customer__ApprovalDelay", $"00:00:0{ApprovalSeconds}")]);
            var meter = new Meter(system);
            var plan = meter.Orders(options, options.Rate, options.Quick ? 1 : WarmUpSeconds);
            var measured = await meter.RunAsync(plan);
            await Task.Delay(
                options.Quick ? TimeSpan.FromSeconds(3) : options.Webhooks ? Rest : RestWithoutWebhooks);
            yield return await ToRowAsync(system, provider, measured, plan, options) with
            {
                Load = $"{provider}, {options.Rate:0}/s for {options.Seconds:0} s"
                    + (options.Webhooks ? "" : ", no webhooks"),
            };
        }
    }

    private static async Task<Row> ToRowAsync(
        RunningSystem system, string provider, Measured measured, LoadPlan plan, BenchOptions options)
    {
        var orders = await system.Database.ReadAsync<long>(
            $"select count(*) from payments where starts_with(order_id, '{plan.OrderPrefix}')");
        var queries = await system.StatusQueriesAsync();
        var minutes = (plan.WarmUp + options.Seconds) / 60;
        return measured.ToRow("outcomes", "", measured.Load.Accepted) with
        {
            More = Row.None
                .Add("known within 2 s %", await KnownAsync(system, plan, 2) * 100.0 / Math.Max(1, orders))
                .Add("within 30 s %", await KnownAsync(system, plan, 30) * 100.0 / Math.Max(1, orders))
                .Add("60 s after the end %", await KnownAfterAllAsync(system, plan) * 100.0 / Math.Max(1, orders))
                .Add("status queries a minute of load", queries.Sent / minutes)
                .Add("pages of lists", queries.Pages / minutes)
                .Add("queries saved by lists", queries.Listed / minutes)
                .Add("put off a minute of load", queries.Left / minutes)
                .Add("requests in the busiest minute", await system.MostQueriesInAMinuteAsync(provider)),
        };
    }

    private static Task<long> KnownAsync(RunningSystem system, LoadPlan plan, int seconds) =>
        system.Database.ReadAsync<long>(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            select count(*) from payments
            join payment_events as captured using (payment_id)
            join payment_events as accepted using (payment_id)
            where starts_with(payments.order_id, '{plan.OrderPrefix}')
              and captured.type = 'payment_captured' and accepted.type = 'attempt_accepted' and accepted.version = 3
              and captured.at <= accepted.at + interval '{seconds + ApprovalSeconds} s'
            """));

    private static Task<long> KnownAfterAllAsync(RunningSystem system, LoadPlan plan) =>
        system.Database.ReadAsync<long>(
            $"""
            select count(*) from payments join payment_events as captured using (payment_id)
            where starts_with(payments.order_id, '{plan.OrderPrefix}')
              and captured.type = 'payment_captured'
              and captured.at <= (
                select max(created_at) + interval '60 s' from payments
                where starts_with(order_id, '{plan.OrderPrefix}'))
            """);
}
