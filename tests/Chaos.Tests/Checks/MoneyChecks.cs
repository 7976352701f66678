namespace PaymentCluster.Chaos.Tests.Checks;

/// <summary>What is stored, against what providers did.</summary>
internal static class MoneyChecks
{
    // What the engine itself says of an attempt that did not come to pass.
    private static readonly string[] TakenAsLost = ["interrupted_before_send", "not_executed"];

    /// <summary>I4: every charge at a provider is an attempt that was intended before, and every attempt that is
    /// captured is one charge, of the same amount.</summary>
    public static IEnumerable<Violation> I4_charges_are_attempts(Evidence evidence)
    {
        var charges = evidence.Provider.Where(line => line.Kind == "charge")
            .ToLookup(line => line.Reference ?? "", StringComparer.Ordinal);
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var payment in evidence.Store.Payments.Values)
        {
            foreach (var started in payment.Of("attempt_started"))
            {
                var (number, name) = (started.Number("attempt"), payment.AttemptName(started.Number("attempt")));
                known.Add(name);
                var taken = charges[name].Where(line => line.Captured).ToList();
                var booked = payment.Of("payment_captured", "surplus_captured")
                    .Where(each => each.Number("attempt") == number)
                    .ToList();
                // Another amount than was requested is never booked: an operator compares the two.
                var isReviewed = taken.Exists(line => line.Amount != payment.Amount)
                    && payment.Of("review_required").Any();
                if (taken.Count > 1)
                {
                    yield return new Violation("I4", $"{name} was charged {taken.Count} times", payment.Id);
                }
                else if (booked.Count != taken.Count && !isReviewed)
                {
                    yield return new Violation(
                        "I4", $"{name} is booked {booked.Count} times and was charged {taken.Count} times", payment.Id);
                }
                else if (booked.Count == 1
                    && (booked[0].Amount, payment.Currency) != (taken[0].Amount, taken[0].Currency))
                {
                    yield return new Violation(
                        "I4",
                        $"{name} is booked with {booked[0].Amount} and was charged {taken[0].Amount}",
                        payment.Id);
                }

                if (charges[name].Any(line => line.At < started.At.ToUnixTimeMilliseconds() - 1_000))
                {
                    yield return new Violation("I4", $"{name} was charged before it was intended", payment.Id);
                }
            }
        }

        foreach (var stranger in charges.Where(line => !known.Contains(line.Key)))
        {
            yield return new Violation(
                "I4",
                $"the provider charged {stranger.Key}, which is no attempt of ours: {stranger.First()}",
                PaymentOf(stranger.Key));
        }
    }

    /// <summary>I4: every refund that a provider paid out was requested, once, and every refund that is booked was paid
    /// out.</summary>
    public static IEnumerable<Violation> I4_payouts_are_refunds(Evidence evidence)
    {
        var payouts = evidence.Provider.Where(line => line.Kind == "refund" && line.Reference is not null)
            .ToLookup(line => line.Reference!, StringComparer.Ordinal);
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var payment in evidence.Store.Payments.Values)
        {
            foreach (var requested in payment.Of("refund_requested"))
            {
                var (number, name) = (requested.Number("refund"), payment.RefundName(requested.Number("refund")));
                known.Add(name);
                var paid = payouts[name].Where(line => line.Status == "processed").ToList();
                var booked = payment.Of("refund_succeeded").Count(each => each.Number("refund") == number);
                if (payouts[name].Count() > 1)
                {
                    yield return new Violation(
                        "I4", $"{name} is {payouts[name].Count()} refunds at the provider", payment.Id);
                }
                else if (booked != paid.Count)
                {
                    yield return new Violation(
                        "I4", $"{name} is booked {booked} times and was paid out {paid.Count} times", payment.Id);
                }
                else if (paid.Count == 1 && paid[0].Amount != requested.Amount)
                {
                    yield return new Violation(
                        "I4", $"{name} is of {requested.Amount} and {paid[0].Amount} was paid out", payment.Id);
                }
            }
        }

        foreach (var stranger in payouts.Where(line => !known.Contains(line.Key)))
        {
            yield return new Violation(
                "I4", $"the provider refunded {stranger.Key}, which is no refund of ours", PaymentOf(stranger.Key));
        }
    }

    /// <summary>I4: what was called failed is not found charged later. The provider's own refusals are final here, but
    /// for customers who tried again at the provider, and a request that was taken to be lost can only arrive where the
    /// provider broke its visibility window.</summary>
    public static IEnumerable<Violation> I4_failed_means_not_charged(Evidence evidence)
    {
        foreach (var payment in evidence.Store.Payments.Values)
        {
            foreach (var failed in payment.Of("attempt_failed"))
            {
                var later = payment.Of("payment_authorized", "payment_captured", "surplus_captured")
                    .FirstOrDefault(each =>
                        each.Version > failed.Version && each.Number("attempt") == failed.Number("attempt"));
                var code = failed.Data.GetProperty("failure").GetProperty("code").GetString();
                var isLateAuthorisation = evidence.DecidedAgain.Contains(later?.Text("provider_reference") ?? "");
                if (later is not null && !isLateAuthorisation
                    && !(evidence.VisibilityWindowWasBroken && TakenAsLost.Contains(code)))
                {
                    yield return new Violation(
                        "I4",
                        $"attempt {failed.Number("attempt")} was called failed ({code}) at version {failed.Version} "
                            + $"and turned out to be charged at version {later.Version}",
                        payment.Id);
                }
            }
        }
    }

    /// <summary>I4: "not found" is final only once the request can no longer arrive.</summary>
    public static IEnumerable<Violation> I4_not_found_is_final_late(Evidence evidence)
    {
        foreach (var payment in evidence.Store.Payments.Values)
        {
            var believable = new Dictionary<int, DateTimeOffset>();
            var unsent = new HashSet<int>();
            foreach (var happened in payment.Events)
            {
                var attempt = happened.Number("attempt");
                var isGivenUp = happened.Type == "attempt_failed"
                    && TakenAsLost.Contains(happened.Data.GetProperty("failure").GetProperty("code").GetString());
                // What provably did not leave need not be waited for.
                if ((isGivenUp || happened.Type == "attempt_resent") && !unsent.Contains(attempt)
                    && believable.TryGetValue(attempt, out var from) && happened.At < from)
                {
                    yield return new Violation(
                        "I4",
                        $"{happened.Type} at version {happened.Version} came at {happened.At:O}, "
                            + $"although \"not found\" was not to be believed before {from:O}",
                        payment.Id);
                }

                if (happened.Type is "attempt_started" or "attempt_resent")
                {
                    unsent.Remove(attempt);
                    believable[attempt] = NotFoundFinalAt(happened);
                }
                else if (happened.Type == "attempt_not_sent")
                {
                    unsent.Add(attempt);
                }
            }
        }
    }

    /// <summary>I4: the same for refunds, whose sends carry limits of their own.</summary>
    public static IEnumerable<Violation> I4_a_refund_is_sent_again_late(Evidence evidence)
    {
        foreach (var payment in evidence.Store.Payments.Values)
        {
            foreach (var refund in payment.Events.Where(
                each => each.Type.StartsWith("refund_", StringComparison.Ordinal))
                .GroupBy(each => each.Number("refund")))
            {
                StoredEvent? last = null;
                foreach (var happened in refund)
                {
                    if (happened.Type == "refund_resent"
                        && last?.Type is "refund_requested" or "refund_resent" or "refund_outcome_unknown"
                        && happened.At < NotFoundFinalAt(refund.Last(each =>
                            each.Version < happened.Version && each.Type is "refund_requested" or "refund_resent")))
                    {
                        yield return new Violation(
                            "I4",
                            $"refund {refund.Key} was sent again at version {happened.Version}, "
                                + "while it could still arrive",
                            payment.Id);
                    }

                    last = happened;
                }
            }
        }
    }

    /// <summary>I5: an order is paid at most once net of refunds, and nothing is more than it may be.</summary>
    public static IEnumerable<Violation> I5_paid_at_most_once(Evidence evidence)
    {
        foreach (var payment in evidence.Store.Payments.Values)
        {
            if (payment.Captured > payment.Authorized || payment.Refunded > payment.Captured)
            {
                yield return new Violation(
                    "I5",
                    $"{payment.Authorized} authorised, {payment.Captured} captured, {payment.Refunded} refunded",
                    payment.Id);
            }

            if (payment.Of("payment_captured").Count() > 1)
            {
                yield return new Violation("I5", "it was paid more than once", payment.Id);
            }

            if (payment.Captured - payment.Refunded > payment.Amount)
            {
                yield return new Violation(
                    "I5",
                    $"{payment.Captured - payment.Refunded} was kept of an order of {payment.Amount}",
                    payment.Id);
            }

            foreach (var surplus in payment.Of("surplus_captured"))
            {
                if (!payment.Of("refund_requested").Any(each =>
                    each.Version == surplus.Version + 1 && each.Amount == surplus.Amount))
                {
                    yield return new Violation(
                        "I5", $"the surplus at version {surplus.Version} was not given back", payment.Id);
                }
            }
        }
    }

    /// <summary>I6: each capture, fee and refund is one posting, and there is no other.</summary>
    public static IEnumerable<Violation> I6_one_posting_each(Evidence evidence)
    {
        foreach (var payment in evidence.Store.Payments.Values)
        {
            var wanted = payment.Events.SelectMany(happened => PostingsOf(payment, happened)).Order().ToList();
            var posted = payment.Transfers.Select(transfer => (transfer.Cause, transfer.Kind, transfer.Amount))
                .Order()
                .ToList();
            if (!wanted.SequenceEqual(posted))
            {
                yield return new Violation(
                    "I6",
                    $"its events request {string.Join(", ", wanted)} and the ledger holds {string.Join(", ", posted)}",
                    payment.Id);
            }
        }
    }

    /// <summary>I18: what went to providers is in proportion to what was to be done.</summary>
    public static IEnumerable<Violation> I18_retries_have_a_budget(Evidence evidence)
    {
        // A charge is an order and a payment; each call is made at most three times while it provably does not leave.
        var intents = evidence.Store.Payments.Values.Sum(payment => payment
            .Of(
                "attempt_started",
                "attempt_resent",
                "capture_requested",
                "void_requested",
                "refund_requested",
                "refund_resent")
            .Sum(each => each.Type.StartsWith("attempt", StringComparison.Ordinal) ? 2 : 1));
        if (evidence.Requests.Effects > 3 * intents)
        {
            yield return new Violation(
                "I18", $"{evidence.Requests.Effects} requests with an effect for {intents} that were intended");
        }

        if (evidence.Requests.Queries > 40 * (intents + 1))
        {
            yield return new Violation("I18", $"{evidence.Requests.Queries} status queries for {intents} intents");
        }
    }

    private static IEnumerable<(string Cause, int Kind, long Amount)> PostingsOf(
        StoredPayment payment, StoredEvent happened)
    {
        switch (happened.Type)
        {
            case "payment_captured" or "surplus_captured":
                var attempt = payment.AttemptName(happened.Number("attempt"));
                yield return (attempt, 1, happened.Amount);
                if (happened.Data.TryGetProperty("fee_minor", out var fee) && fee.GetInt64() > 0)
                {
                    yield return (attempt, 2, fee.GetInt64());
                }

                break;
            case "refund_found":
                yield return (payment.RefundName(happened.Number("refund")), 3, happened.Amount);
                break;
            case "unexpected_money_reported":
                yield return (
                    $"{payment.AttemptName(happened.Number("attempt"))}+{happened.Number("number")}",
                    happened.Number("direction") == 1 ? 7 : 8,
                    happened.Amount);
                break;
            case "refund_succeeded":
                var number = happened.Number("refund");
                yield return (
                    payment.RefundName(number),
                    3,
                    payment.Of("refund_requested").First(each => each.Number("refund") == number).Amount);
                break;
            default:
                break;
        }
    }

    private static DateTimeOffset NotFoundFinalAt(StoredEvent send) =>
        send.Data.GetProperty("send").GetProperty("believe_not_found_at").GetDateTimeOffset();

    // att_<payment>_<n>
    private static string? PaymentOf(string name) => name.Split('_') is [_, var id, _] ? $"pay_{id}" : null;
}
