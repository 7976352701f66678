using PaymentCluster.Grains.Abstractions.Alarms;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Alarms;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Schema;
using PaymentCluster.Testing;

namespace PaymentCluster.Journal.Tests;

/// <summary>Alarms are written and deleted with the commits that raise and clear them.</summary>
public sealed class AlarmTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task An_alarm_is_listed_from_the_commit_that_raises_it_to_the_one_that_clears_it()
    {
        await using var store = fixture.Open();
        var alarms = new AlarmStore(store.Reads, store.Database);
        var accepted = Commits.Accepted(merchant: "alarmed");
        await store.Payments.AppendAsync(accepted);
        var raised = Raising(accepted, AlarmKind.PaymentReview, "The outcome stayed unknown.");
        await store.Payments.AppendAsync(raised);
        await store.Payments.AppendAsync(Raising(raised, AlarmKind.UnexpectedMoney, "Another payment came."));

        var page = await alarms.ListAsync("alarmed", after: null, limit: 20);
        Assert.Equal(
            [
                (AlarmKind.PaymentReview, "The outcome stayed unknown."),
                (AlarmKind.UnexpectedMoney, "Another payment came."),
            ],
            page.Alarms.Select(alarm => (alarm.Kind, alarm.Reason)));
        Assert.Null(page.Next);
        Assert.Empty((await alarms.ListAsync("another", after: null, limit: 20)).Alarms);
        Assert.Equal(1, (await alarms.CountAsync())[AlarmKind.UnexpectedMoney]);

        await store.Payments.AppendAsync(Next(raised with { ExpectedVersion = 2 }) with
        {
            Cleared = [new PaymentAlarm(AlarmKind.UnexpectedMoney, 1)],
        });
        page = await alarms.ListAsync("alarmed", after: null, limit: 20);
        Assert.Equal(AlarmKind.PaymentReview, Assert.Single(page.Alarms).Kind);
        Assert.False((await alarms.CountAsync()).ContainsKey(AlarmKind.UnexpectedMoney));
    }

    [Fact]
    public async Task A_page_ends_with_a_payment_and_the_next_one_begins_after_it()
    {
        await using var store = fixture.Open();
        var alarms = new AlarmStore(store.Reads, store.Database);
        for (var payment = 0; payment < 3; payment++)
        {
            var accepted = Commits.Accepted(merchant: "paged");
            await store.Payments.AppendAsync(accepted);
            await store.Payments.AppendAsync(Raising(accepted, AlarmKind.PaymentReview, "Unknown."));
        }

        var seen = new List<PaymentId>();
        PaymentId? after = null;
        do
        {
            var page = await alarms.ListAsync("paged", after, limit: 1);
            seen.AddRange(page.Alarms.Select(alarm => alarm.Payment));
            after = page.Next;
        }
        while (after is not null);
        Assert.Equal(3, seen.Distinct().Count());
        Assert.Equal(seen.OrderBy(payment => payment.ToString(), StringComparer.Ordinal), seen);
    }

    [Fact]
    public async Task What_was_in_review_before_there_were_alarms_has_one_after_the_migration()
    {
        await using var database = await TestDatabase.CreateEmptyAsync(TestDatabase.Server);
        await SchemaMigrator.MigrateAsync(
            database.OwnerConnectionString, [.. MigrationScript.BuiltIn.TakeWhile(script => script.Name != "alarms")]);
        await database.ExecuteAsync(
            """
            insert into payments (merchant_id, payment_id, version, status, currency, amount, authorized_amount, captured_amount,
                                  refunded_amount, created_at, updated_at, order_id)
            values ('shop', '019abcde-0000-7000-8000-000000000001', 2, 8, 'INR', 500, 0, 0, 0, now(), now(), 'o1'),
                   ('shop', '019abcde-0000-7000-8000-000000000002', 3, 4, 'INR', 500, 500, 500, 0, now(), now(), 'o2');
            insert into payment_events (payment_id, at, version, type, data)
            values ('019abcde-0000-7000-8000-000000000001', now(), 2, 'review_required', '{"attempt":1,"reason":"Unknown."}'),
                   ('019abcde-0000-7000-8000-000000000002', now(), 1, 'refund_review_required', '{"refund":1,"reason":"Old."}'),
                   ('019abcde-0000-7000-8000-000000000002', now(), 2, 'refund_failed', '{"refund":1}'),
                   ('019abcde-0000-7000-8000-000000000002', now(), 3, 'refund_review_required', '{"refund":2,"reason":"New."}')
            """);

        await SchemaMigrator.MigrateAsync(database.OwnerConnectionString);

        Assert.Equal(
            "1 1 Unknown., 2 2 New.",
            await database.ScalarAsync<string>(
                "select string_agg(kind || ' ' || number || ' ' || reason, ', ' order by kind) from alarms"));
    }

    private static PaymentCommit Raising(PaymentCommit before, AlarmKind kind, string reason)
    {
        var next = Next(before);
        return next with
        {
            Raised = [new RaisedAlarm(new PaymentAlarm(kind, 1), next.Events[0].At, reason)],
        };
    }

    private static PaymentCommit Next(PaymentCommit before) => before with
    {
        ExpectedVersion = before.ExpectedVersion + 1,
        Row = before.Row with { Status = PaymentStatus.NeedsReview },
        Events = [before.Events[0] with { Version = before.ExpectedVersion + 2 }],
        Transfers = [],
        Request = null,
        NextActionAt = null,
        Raised = [],
        Cleared = [],
    };
}
