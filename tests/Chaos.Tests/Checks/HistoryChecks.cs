using System.Text.RegularExpressions;

namespace PaymentCluster.Chaos.Tests.Checks;

/// <summary>What is stored, against itself and against what came in.</summary>
internal static partial class HistoryChecks
{
    // The public events for merchants.
    private static readonly string[] Announced =
    [
        "attempt_accepted", "payment_authorized", "capture_refused", "payment_captured", "surplus_captured",
        "attempt_failed", "payment_cancelled", "payment_expired", "review_required", "authorization_released",
        "refund_requested", "refund_succeeded", "refund_failed", "refund_review_required", "refund_found",
        "unexpected_money_reported",
    ];

    private static readonly string[] Ends = ["SUCCESS", "FAILED", "CANCELLED", "EXPIRED", "NEEDS_REVIEW"];

    /// <summary>I7: nothing is stuck: after healing every payment has come to its end, and so has every
    /// refund.</summary>
    public static IEnumerable<Violation> I7_no_one_is_stuck(Evidence evidence)
    {
        foreach (var payment in evidence.Store.Payments.Values)
        {
            if (!Ends.Contains(payment.Status))
            {
                yield return new Violation("I7", $"it is {payment.Status}", payment.Id);
            }

            var ended = payment.Of("refund_succeeded", "refund_failed", "refund_review_required")
                .Select(each => each.Number("refund"))
                .ToHashSet();
            foreach (var open in payment.Of("refund_requested").Where(each => !ended.Contains(each.Number("refund"))))
            {
                yield return new Violation("I7", $"its refund {open.Number("refund")} has no end", payment.Id);
            }
        }
    }

    /// <summary>I8: versions are dense, and each public event is in the outbox once.</summary>
    public static IEnumerable<Violation> I8_the_log_is_dense(Evidence evidence)
    {
        foreach (var payment in evidence.Store.Payments.Values)
        {
            if (!payment.Events.Select(each => each.Version).SequenceEqual(Enumerable.Range(1, payment.Version)))
            {
                yield return new Violation(
                    "I8",
                    $"it has version {payment.Version} and the events "
                        + $"{string.Join(", ", payment.Events.Select(each => each.Version))}",
                    payment.Id);
            }

            // That a provider works on it is news only with something for the customer to do;
            // and a failure is not where the next attempt follows in the same commit.
            var told = payment.Of(Announced)
                .Where(each => each.Type != "attempt_accepted" || each.Data.TryGetProperty("action", out _))
                .Where(each => !each.Data.TryGetProperty("moves_on", out var movesOn) || !movesOn.GetBoolean())
                .Select(each => each.Version).ToList();
            if (told.Except(payment.Announced).Any()
                || payment.Announced.Except(payment.Events.Select(each => each.Version)).Any())
            {
                yield return new Violation(
                    "I8",
                    $"merchants are to be told of {string.Join(", ", told)} and the outbox holds "
                        + $"{string.Join(", ", payment.Announced)}",
                    payment.Id);
            }
        }
    }

    /// <summary>I11: every history is a path in the state graph, and ends where the row says.</summary>
    public static IEnumerable<Violation> I11_the_path_is_legal(Evidence evidence)
    {
        foreach (var payment in evidence.Store.Payments.Values)
        {
            var fold = new Fold();
            var illegal = payment.Events.Select(fold.Next).FirstOrDefault(each => each is not null);
            if (illegal is not null)
            {
                yield return new Violation("I11", illegal, payment.Id);
            }
            else if ((
                fold.Status, fold.Captured, fold.Refunded) != (payment.Status, payment.Captured, payment.Refunded))
            {
                yield return new Violation(
                    "I11",
                    $"its events make it {fold.Status} with {fold.Captured} captured and {fold.Refunded} refunded, "
                        + $"its row {payment.Status} with {payment.Captured} and {payment.Refunded}",
                    payment.Id);
            }
        }
    }

    /// <summary>I13: an acknowledged webhook has an inbox row, a forged one never has, and an event means one
    /// thing.</summary>
    public static IEnumerable<Violation> I13_webhooks_are_taken_in_once(Evidence evidence)
    {
        var inbox = evidence.Store.Inbox.ToHashSet();
        foreach (var delivery in evidence.Deliveries)
        {
            var row = new InboxRow(delivery.Merchant, delivery.Provider, delivery.EventId);
            if (delivery.IsForged && (delivery.Status is >= 200 and < 300 || inbox.Contains(row)))
            {
                yield return new Violation("I13", $"a forged webhook got {delivery.Status}: {delivery.Body}");
            }
            else if (delivery.Status is not (null or 200 or 401 or 429 or 503))
            {
                yield return new Violation(
                    "I13", $"the event {delivery.EventId} got {delivery.Status} at {delivery.At:O}");
            }
            else if (delivery.Status is >= 200 and < 300 && !inbox.Contains(row))
            {
                yield return new Violation(
                    "I13",
                    $"{delivery.Provider}'s event {delivery.EventId} for {delivery.Merchant} got "
                        + $"{delivery.Status} and is not remembered: {delivery.Body}");
            }
        }

        foreach (var seen in evidence.Deliveries.Where(each => each.Status is >= 200 and < 300)
            .GroupBy(each => each.EventId, StringComparer.Ordinal))
        {
            if (seen.Select(each => each.Body).Distinct(StringComparer.Ordinal).Count() > 1)
            {
                yield return new Violation("I13", $"the event {seen.Key} was taken in with two bodies");
            }
        }
    }

    /// <summary>I13: what an acknowledged webhook says of a charge is known: the payment is not behind it.</summary>
    public static IEnumerable<Violation> I13_what_a_webhook_said_is_known(Evidence evidence)
    {
        foreach (var delivery in evidence.Deliveries.Where(each =>
            each is { IsForged: false, Status: >= 200 and < 300 }))
        {
            if (!delivery.Body.Contains("\"event\":\"payment.captured\"", StringComparison.Ordinal))
            {
                continue;
            }

            if (evidence.Store.Payments.TryGetValue(
                $"pay_{AttemptName().Match(delivery.Body).Groups[1].Value}", out var named)
                && !named.Of("payment_captured", "surplus_captured", "review_required").Any())
            {
                yield return new Violation(
                    "I13",
                    $"its capture was announced by a webhook that got {delivery.Status}, and is not known",
                    named.Id);
            }
        }
    }

    [GeneratedRegex("att_([0-9a-z]{26})_")]
    private static partial Regex AttemptName();
}
