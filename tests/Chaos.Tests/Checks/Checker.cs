namespace PaymentCluster.Chaos.Tests.Checks;

/// <summary>Every invariant that is checked on the three journals.</summary>
internal static class Checker
{
    public static readonly (string Name, Func<Evidence, IEnumerable<Violation>> Check)[] All =
    [
        (nameof(PromiseChecks.I3_what_was_accepted_exists), PromiseChecks.I3_what_was_accepted_exists),
        (nameof(PromiseChecks.I3_nothing_is_denied), PromiseChecks.I3_nothing_is_denied),
        (nameof(MoneyChecks.I4_charges_are_attempts), MoneyChecks.I4_charges_are_attempts),
        (nameof(MoneyChecks.I4_payouts_are_refunds), MoneyChecks.I4_payouts_are_refunds),
        (nameof(MoneyChecks.I4_failed_means_not_charged), MoneyChecks.I4_failed_means_not_charged),
        (nameof(MoneyChecks.I4_not_found_is_final_late), MoneyChecks.I4_not_found_is_final_late),
        (nameof(MoneyChecks.I4_a_refund_is_sent_again_late), MoneyChecks.I4_a_refund_is_sent_again_late),
        (nameof(MoneyChecks.I5_paid_at_most_once), MoneyChecks.I5_paid_at_most_once),
        (nameof(MoneyChecks.I6_one_posting_each), MoneyChecks.I6_one_posting_each),
        (nameof(HistoryChecks.I7_no_one_is_stuck), HistoryChecks.I7_no_one_is_stuck),
        (nameof(PromiseChecks.I7_time_is_the_databases), PromiseChecks.I7_time_is_the_databases),
        (nameof(HistoryChecks.I8_the_log_is_dense), HistoryChecks.I8_the_log_is_dense),
        (nameof(PromiseChecks.I10_same_key_same_thing), PromiseChecks.I10_same_key_same_thing),
        (nameof(PromiseChecks.I10_one_payment_per_order), PromiseChecks.I10_one_payment_per_order),
        (nameof(HistoryChecks.I11_the_path_is_legal), HistoryChecks.I11_the_path_is_legal),
        (nameof(PromiseChecks.I12_a_version_is_one_thing), PromiseChecks.I12_a_version_is_one_thing),
        (nameof(HistoryChecks.I13_webhooks_are_taken_in_once), HistoryChecks.I13_webhooks_are_taken_in_once),
        (nameof(HistoryChecks.I13_what_a_webhook_said_is_known), HistoryChecks.I13_what_a_webhook_said_is_known),
        (nameof(MoneyChecks.I18_retries_have_a_budget), MoneyChecks.I18_retries_have_a_budget),
    ];

    /// <summary>Everything that must not be.</summary>
    public static List<Violation> Check(Evidence evidence) => [.. All.SelectMany(each => each.Check(evidence))];
}
