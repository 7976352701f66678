using System.Text;
using System.Text.Json.Nodes;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Payments.Tests.Stored;

/// <summary>What earlier versions stored is still read, and means what it meant.</summary>
public sealed class StoredJournalTests
{
    private const string File = "journals-2026-11.json";

    private static readonly string[] TypesOfThatVersion =
    [
        "attempt_accepted", "attempt_failed", "attempt_not_sent", "attempt_resent", "attempt_started",
        "authorization_released", "capture_refused", "capture_requested", "outcome_unknown", "payment_authorized",
        "payment_cancelled", "payment_captured", "payment_created", "payment_expired", "refund_accepted",
        "refund_failed", "refund_not_sent", "refund_outcome_unknown", "refund_requested", "refund_resent",
        "refund_review_required", "refund_review_resolved", "refund_succeeded", "request_repeated", "review_required",
        "review_resolved", "surplus_authorized", "surplus_captured", "void_refused", "void_requested",
    ];

    public static TheoryData<int> Journals => [.. Enumerable.Range(0, StoredJournal.Read(File).Length)];

    [Fact]
    public void The_journals_hold_every_type_of_event_of_that_version() => Assert.Equal(
        TypesOfThatVersion,
        StoredJournal.Read(File)
            .SelectMany(journal => journal.Stored.Events)
            .Select(happened => happened.Type)
            .Distinct()
            .Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Journals))]
    public void A_stored_payment_folds_to_the_figures_that_were_recorded(int index)
    {
        var journal = StoredJournal.Read(File)[index];
        var state = PaymentRecord.Fold(journal.Stored);
        Assert.Equal(journal.Figures, Figures.Of(state, journal.Payment));
    }

    [Theory]
    [MemberData(nameof(Journals))]
    public void The_timeline_of_a_stored_payment_is_the_one_that_was_recorded(int index)
    {
        var journal = StoredJournal.Read(File)[index];
        var timeline = PaymentMapping.Timeline(journal.Stored.Events, 0);
        Assert.Equal(journal.Timeline, Figures.Of(timeline));
        Assert.All(timeline, entry => Assert.NotEmpty(entry.Summary));
    }

    // Nothing that was stored is overlooked: each member that an event was written with is one that is written again.
    [Theory]
    [MemberData(nameof(Journals))]
    public void A_stored_event_is_read_whole(int index)
    {
        foreach (var stored in StoredJournal.Read(File)[index].Stored.Events)
        {
            var again = PaymentEventJson.Write(PaymentEventJson.Read(stored), stored.Version);
            Assert.Equal((stored.Type, stored.PublicType), (again.Type, again.PublicType));
            Assert.True(
                JsonNode.DeepEquals(JsonNode.Parse(stored.Data), JsonNode.Parse(again.Data)),
                $"{Encoding.UTF8.GetString(stored.Data)}\nbecomes\n{Encoding.UTF8.GetString(again.Data)}");
        }
    }
}
