using System.Text.Json;

namespace PaymentCluster.Chaos.Tests.Checks;

/// <summary>Clients' responses, against what is stored.</summary>
internal static class PromiseChecks
{
    // One machine, so one clock; what is allowed is what the silos' clocks may be off, and a busy machine.
    private static readonly TimeSpan ClockError = TimeSpan.FromSeconds(1);

    /// <summary>I3: every 2xx is durable: the payment, the capture, the cancellation, the refund is there.</summary>
    public static IEnumerable<Violation> I3_what_was_accepted_exists(Evidence evidence) =>
        from call in evidence.Clients
        where call.IsYes
        let payment = evidence.Store.Payments.GetValueOrDefault(call.Payment ?? "")
        let missing = payment is null ? "no such payment is stored" : Missing(call, payment)
        where missing is not null
        select new Violation(
            "I3",
            $"{call.Request.Verb} of {call.Request.Order} got {call.Response!.Status}, but {missing}",
            call.Payment);

    /// <summary>I3: nothing that exists is reported as missing, and every response is one of those that the API
    /// documents.</summary>
    public static IEnumerable<Violation> I3_nothing_is_denied(Evidence evidence) =>
        from call in evidence.Clients
        where call.Response?.Status is { } status && !IsDocumented(call.Request.Verb, status)
        select new Violation(
            "I3",
            $"{call.Request.Verb} of {call.Request.Order} got {call.Response!.Status}: {call.Response.Response}",
            call.Request.Payment);

    /// <summary>I10: all responses to one key name one payment or refund, and all its requests have one body.</summary>
    public static IEnumerable<Violation> I10_same_key_same_thing(Evidence evidence) =>
        from call in evidence.Clients
        where call is { IsYes: true, Request.Key: not null }
        group call by (call.Request.Merchant, call.Request.Key, call.Request.Verb) into same
        where same.Select(call => (call.Text("id"), call.Request.Body)).Distinct().Count() > 1
        select new Violation(
            "I10",
            $"the key {same.Key} got "
                + string.Join(
                    " and ", same.Select(call => $"{call.Text("id")} for {call.Request.Body}").Distinct()),
            same.First().Payment);

    /// <summary>I10: an order is one payment, however many clients start it.</summary>
    public static IEnumerable<Violation> I10_one_payment_per_order(Evidence evidence) =>
        from payment in evidence.Store.Payments.Values
        group payment by (payment.Merchant, payment.OrderId) into same
        where same.Count() > 1
        select new Violation("I10", $"the order {same.Key} has {same.Count()} payments", same.First().Id);

    /// <summary>I12: every read of a version of a payment shows what that version is: there was never another writer of
    /// it, and none was taken back.</summary>
    public static IEnumerable<Violation> I12_a_version_is_one_thing(Evidence evidence)
    {
        foreach (var seen in evidence.Clients.Where(call => call.IsYes && call.Request.Verb != "refund")
            .GroupBy(call => call.Payment ?? "", StringComparer.Ordinal))
        {
            if (!evidence.Store.Payments.TryGetValue(seen.Key, out var payment))
            {
                continue;
            }

            var versions = new Dictionary<int, (string Status, long Captured, long Refunded)>();
            var fold = new Fold();
            foreach (var happened in payment.Events)
            {
                fold.Next(happened);
                versions[happened.Version] = fold.Shown;
            }

            foreach (var call in seen)
            {
                var version = call.Json.GetProperty("version").GetInt32();
                var view = (
                    call.Text("status")!,
                    call.Json.GetProperty("captured_amount").GetInt64(),
                    call.Json.GetProperty("refunded_amount").GetInt64());
                if (!versions.TryGetValue(version, out var stored) || stored != view)
                {
                    yield return new Violation(
                        "I12", $"version {version} was shown as {view} and is stored as {stored}", seen.Key);
                }
            }
        }
    }

    /// <summary>I7: deadlines are set by the database's clock, whatever a silo's own shows: a payment was made between
    /// its request and its response.</summary>
    public static IEnumerable<Violation> I7_time_is_the_databases(Evidence evidence)
    {
        var starts = evidence.Clients.Where(call => call.Request.Verb == "start")
            .ToLookup(call => call.Request.Order, StringComparer.Ordinal);
        foreach (var call in starts.SelectMany(order => order).Where(call => call.Response?.Status == 202))
        {
            if (!evidence.Store.Payments.TryGetValue(call.Payment ?? "", out var payment) || payment.Events.IsEmpty)
            {
                continue;
            }

            var made = payment.Events[0].At;
            // The first request may have been another one of this key or order, so that only the end is certain.
            var first = starts[call.Request.Order].Min(other => other.Request.At);
            if (made > call.Response!.At + ClockError || made < first - ClockError)
            {
                yield return new Violation(
                    "I7",
                    $"made at {made:O}, although requested at {first:O} and completed at {call.Response.At:O}",
                    payment.Id);
            }
        }
    }

    private static bool IsDocumented(string verb, int status) => verb switch
    {
        "start" => status is 200 or 202 or 409 or 422 or 429 or 503,
        "get" => status is 200 or 429 or 503,
        _ => status is 200 or 202 or 409 or 422 or 429 or 503,
    };

    private static string? Missing(ClientCall call, StoredPayment payment) => call.Request.Verb switch
    {
        _ when payment.Merchant != call.Request.Merchant => $"the payment is {payment.Merchant}'s",
        "start" when payment.OrderId != call.Request.Order => $"the payment is of {payment.OrderId}",
        "start" when JsonDocument.Parse(call.Request.Body!).RootElement is var body
            && (payment.Amount, payment.Currency)
                != (body.GetProperty("amount").GetInt64(), body.GetProperty("currency").GetString()) =>
                $"the payment is of {payment.Amount} {payment.Currency}",
        "capture" when !payment.Of("capture_requested", "payment_captured").Any() => "nothing was captured",
        "cancel" when !payment.Of("payment_cancelled").Any() => "nothing was cancelled",
        "refund" when !payment.Of("refund_requested").Any(each =>
            payment.RefundName(each.Number("refund")) == call.Text("id")
            && each.Amount == call.Json.GetProperty("amount").GetInt64()) =>
                $"there is no such refund as {call.Text("id")}",
        _ => null,
    };
}
