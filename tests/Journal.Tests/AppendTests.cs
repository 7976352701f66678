using System.Text;
using Npgsql;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Journal.Tests;

public sealed class AppendTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task A_payment_reads_back_as_it_was_written()
    {
        await using var store = fixture.Open();
        var accepted = Commits.Accepted(request: Commits.Request("read-back"));
        var captured = Commits.Captured(accepted);
        Assert.IsType<CommitResult.Committed>(await store.Payments.AppendAsync(accepted));
        Assert.IsType<CommitResult.Committed>(await store.Payments.AppendAsync(captured));

        var stored = await store.Payments.LoadAsync(accepted.Key);

        Assert.NotNull(stored);
        Assert.Equal(2, stored.Version);
        Assert.Equal(InMicroseconds(captured.Row), stored.Row);
        Assert.Equal(["payment_accepted", "payment_captured"], stored.Events.Select(each => each.Type));
        Assert.Equal([null, "payment.succeeded"], stored.Events.Select(each => each.PublicType));
        Assert.Equal(captured.Events[0].Data, stored.Events[1].Data);
        Assert.Equal(StoredTime.Of(captured.Events[0].At), stored.Events[1].At.UtcDateTime);
    }

    [Fact]
    public async Task A_payment_that_is_not_there_is_null()
    {
        await using var store = fixture.Open();
        Assert.Null(await store.Payments.LoadAsync(Commits.Accepted().Key));
    }

    [Fact]
    public async Task Another_merchants_id_leads_to_a_payment_that_does_not_exist()
    {
        await using var store = fixture.Open();
        var mine = Commits.Accepted();
        await store.Payments.AppendAsync(mine);

        Assert.Null(await store.Payments.LoadAsync(mine.Key with { Merchant = "thief" }));
        var theirs = Commits.Accepted(merchant: "thief", id: mine.Key.Payment);
        Assert.IsType<CommitResult.VersionConflict>(await store.Payments.AppendAsync(theirs));
        Assert.IsType<CommitResult.VersionConflict>(
            await store.Payments.AppendAsync(Commits.Captured(mine) with { Key = theirs.Key }));
    }

    [Fact]
    public async Task A_stale_decision_fails_alone_and_writes_nothing()
    {
        await using var store = fixture.Open(new JournalOptions { Writers = 1 });
        var payments = Enumerable.Range(0, 60).Select(_ => Commits.Accepted()).ToList();
        await Task.WhenAll(payments.Select(store.Payments.AppendAsync));
        var stale = payments.Where((_, index) => index % 20 == 0).ToList();
        await Task.WhenAll(stale.Select(each => store.Payments.AppendAsync(Commits.Noted(each))));

        var results = await Task.WhenAll(payments.Select(each => store.Payments.AppendAsync(Commits.Captured(each))));

        for (var index = 0; index < payments.Count; index++)
        {
            var stored = await store.Payments.LoadAsync(payments[index].Key);
            Assert.Equal(stale.Contains(payments[index]), results[index] is CommitResult.VersionConflict);
            Assert.Equal(2, stored!.Version);
            Assert.Equal(stale.Contains(payments[index]) ? 0 : 50_000, stored.Row.CapturedMinor);
        }
    }

    [Fact]
    public async Task Of_many_payments_for_one_order_one_is_accepted_and_the_others_learn_which()
    {
        await using var first = fixture.Open();
        await using var second = fixture.Open();
        var order = Commits.NewOrder();
        var racers = Enumerable.Range(0, 100).Select(_ => Commits.Accepted(order)).ToList();
        var bystanders = Enumerable.Range(0, 100).Select(_ => Commits.Accepted()).ToList();

        var others = bystanders.Select(each => first.Payments.AppendAsync(each)).ToList();
        var results = await Task.WhenAll(
            racers.Select((each, index) => (index % 2 == 0 ? first : second).Payments.AppendAsync(each)));

        var winner = racers[Array.FindIndex(results, each => each is CommitResult.Committed)].Key.Payment;
        Assert.Single(results, each => each is CommitResult.Committed);
        Assert.Equal(99, results.Count(each => each is CommitResult.OrderTaken taken && taken.Holder == winner));
        Assert.All(await Task.WhenAll(others), each => Assert.IsType<CommitResult.Committed>(each));
    }

    [Fact]
    public async Task Of_many_requests_with_one_key_one_takes_effect_and_the_others_learn_which()
    {
        await using var first = fixture.Open();
        await using var second = fixture.Open();
        var racers = Enumerable.Range(0, 100).Select(
            index => Commits.Accepted(request: Commits.Request("one-key", $"{index % 2}"))).ToList();

        var results = await Task.WhenAll(
            racers.Select((each, index) => (index % 2 == 0 ? first : second).Payments.AppendAsync(each)));

        var winner = racers[Array.FindIndex(results, each => each is CommitResult.Committed)].Key.Payment;
        Assert.Single(results, each => each is CommitResult.Committed);
        Assert.Equal(99, results.Count(each => each is CommitResult.RequestTaken taken && taken.Holder == winner));
    }

    [Fact]
    public async Task One_key_belongs_to_each_merchant_by_itself()
    {
        await using var store = fixture.Open();
        var order = Commits.NewOrder();
        foreach (var merchant in new[] { "left", "right" })
        {
            var result = await store.Payments.AppendAsync(Commits.Accepted(order, Commits.Request("shared"), merchant));
            Assert.IsType<CommitResult.Committed>(result);
        }
    }

    [Fact]
    public async Task Of_two_activations_of_one_payment_one_writes()
    {
        await using var first = fixture.Open();
        await using var second = fixture.Open();
        var payments = Enumerable.Range(0, 50).Select(_ => Commits.Accepted()).ToList();
        await Task.WhenAll(payments.Select(first.Payments.AppendAsync));

        var left = payments.Select(each => first.Payments.AppendAsync(Commits.Captured(each))).ToList();
        var right = payments.AsEnumerable()
            .Reverse()
            .Select(each => second.Payments.AppendAsync(Commits.Captured(each)))
            .Reverse()
            .ToList();

        for (var index = 0; index < payments.Count; index++)
        {
            CommitResult[] both = [await left[index], await right[index]];
            Assert.Single(both, each => each is CommitResult.Committed);
            Assert.Single(both, each => each is CommitResult.VersionConflict);
        }
    }

    [Fact]
    public async Task The_first_reason_is_the_version_then_the_request_then_the_order()
    {
        await using var store = fixture.Open();
        var holder = Commits.Accepted(request: Commits.Request("precedence"));
        await store.Payments.AppendAsync(holder);

        var all = Commits.Accepted(holder.Row.OrderId, holder.Request, id: holder.Key.Payment);
        Assert.IsType<CommitResult.VersionConflict>(await store.Payments.AppendAsync(all));
        var two = Commits.Accepted(holder.Row.OrderId, holder.Request);
        Assert.Equal(new CommitResult.RequestTaken(holder.Key.Payment), await store.Payments.AppendAsync(two));
        var one = Commits.Accepted(holder.Row.OrderId);
        Assert.Equal(new CommitResult.OrderTaken(holder.Key.Payment), await store.Payments.AppendAsync(one));
        var used = Commits.Noted(holder) with { Request = Commits.Request("precedence", "other") };
        Assert.Equal(new CommitResult.RequestTaken(holder.Key.Payment), await store.Payments.AppendAsync(used));
        Assert.Equal(1, (await store.Payments.LoadAsync(holder.Key))!.Version);
    }

    [Fact]
    public async Task Ten_thousand_concurrent_appends_are_all_there_once_with_dense_versions()
    {
        await using var first = fixture.Open();
        await using var second = fixture.Open();
        const int Payments = 2_500;
        var merchant = "many";

        await Task.WhenAll(Enumerable.Range(0, Payments).Select(async index =>
        {
            var store = index % 2 == 0 ? first : second;
            var commit = Commits.Accepted(merchant: merchant, request: Commits.Request($"many-{index}"));
            Assert.IsType<CommitResult.Committed>(await store.Payments.AppendAsync(commit));
            for (var step = 0; step < 2; step++)
            {
                commit = Commits.Noted(commit);
                Assert.IsType<CommitResult.Committed>(await store.Payments.AppendAsync(commit));
            }

            Assert.IsType<CommitResult.Committed>(await store.Payments.AppendAsync(Commits.Captured(commit)));
        }));

        Assert.Equal(Payments, await fixture.Database.ScalarAsync<long>(
            $"""
             select count(*) from payments p
             where merchant_id = '{merchant}' and version = 4
               and (select array_agg(version order by version) from payment_events e where e.payment_id = p.payment_id) = array[1, 2, 3, 4]
               and exists (select from outbox o where o.payment_id = p.payment_id and o.version = 4)
               and not exists (select from payment_schedule s where s.payment_id = p.payment_id)
             """));
        Assert.Equal(
            Payments,
            await fixture.Database.ScalarAsync<long>(
                $"select count(*) from payments where merchant_id = '{merchant}'"));
        Assert.Equal(
            Payments,
            await fixture.Database.ScalarAsync<long>(
                $"select count(*) from idempotency_keys where merchant_id = '{merchant}'"));
    }

    [Fact]
    public async Task A_commit_that_the_store_cannot_take_fails_alone()
    {
        await using var store = fixture.Open(new JournalOptions { Writers = 1 });
        var good = Enumerable.Range(0, 40).Select(_ => Commits.Accepted()).ToList();
        var zero = Commits.Accepted(order: "order\0zero");
        var broken = Commits.Accepted(order: "order\ud800lone");

        var results = good.Select(store.Payments.AppendAsync).ToList();
        var failures = new[] { zero, broken }.Select(store.Payments.AppendAsync).ToList();
        results.AddRange(Enumerable.Range(0, 40).Select(_ => store.Payments.AppendAsync(Commits.Accepted())));

        Assert.All(await Task.WhenAll(results), each => Assert.IsType<CommitResult.Committed>(each));
        await Assert.ThrowsAsync<PostgresException>(() => failures[0]);
        await Assert.ThrowsAnyAsync<Exception>(() => failures[1]);
    }

    [Fact]
    public async Task A_transfer_is_posted_once()
    {
        await using var store = fixture.Open();
        var accepted = Commits.Accepted();
        var captured = Commits.Captured(accepted);
        await store.Payments.AppendAsync(accepted);
        await store.Payments.AppendAsync(captured);

        var again = Commits.Noted(captured) with { Transfers = captured.Transfers };

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => store.Payments.AppendAsync(again));
        Assert.Equal("ledger_transfers_pkey", refusal.ConstraintName);
        Assert.Equal(2, (await store.Payments.LoadAsync(accepted.Key))!.Version);
    }

    [Fact]
    public async Task A_commit_without_events_moves_the_schedule_only_if_its_version_still_holds()
    {
        await using var store = fixture.Open();
        var accepted = Commits.Accepted();
        await store.Payments.AppendAsync(accepted);
        var dueAt = new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

        Assert.IsType<CommitResult.Committed>(await store.Payments.AppendAsync(Commits.Rescheduled(accepted, dueAt)));
        Assert.Equal(dueAt.UtcDateTime, await DueAtAsync(accepted.Key));
        await store.Payments.AppendAsync(Commits.Noted(accepted) with { NextActionAt = dueAt });
        Assert.IsType<CommitResult.VersionConflict>(
            await store.Payments.AppendAsync(Commits.Rescheduled(accepted, null)));
        Assert.Equal(dueAt.UtcDateTime, await DueAtAsync(accepted.Key));
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once()
    {
        await using var store = fixture.Open(new JournalOptions { Writers = 1, QueueLimit = 4 });
        await using var blocker = await fixture.Database.OpenOwnerAsync();
        await using var transaction = await blocker.BeginTransactionAsync();
        await using (var block = new NpgsqlCommand("lock table outbox in access exclusive mode", blocker))
        {
            await block.ExecuteNonQueryAsync();
        }

        var accepted = new List<Task<CommitResult>>();
        var refused = await Assert.ThrowsAsync<JournalOverloadedException>(async () =>
        {
            for (var index = 0; index < 2_000; index++)
            {
                accepted.Add(store.Payments.AppendAsync(Commits.Accepted() with { Events = [.. WithOutbox()] }));
                await Task.Yield();
            }
        });

        await transaction.RollbackAsync();
        Assert.NotNull(refused);
        Assert.All(await Task.WhenAll(accepted), each => Assert.IsType<CommitResult.Committed>(each));
    }

    [Fact]
    public async Task Where_new_payments_are_refused_there_is_room_for_what_became_of_others()
    {
        await using var store = fixture.Open(new JournalOptions { Writers = 1, QueueLimit = 4, ReservedPercent = 50 });
        var existing = Commits.Accepted();
        await store.Payments.AppendAsync(existing);
        await using var blocker = await fixture.Database.OpenOwnerAsync();
        await using var transaction = await blocker.BeginTransactionAsync();
        await using (var block = new NpgsqlCommand("lock table payment_events in access exclusive mode", blocker))
        {
            await block.ExecuteNonQueryAsync();
        }

        var accepted = new List<Task<CommitResult>>();
        await Assert.ThrowsAsync<JournalOverloadedException>(async () =>
        {
            for (var index = 0; index < 2_000; index++)
            {
                accepted.Add(store.Payments.AppendAsync(Commits.Accepted()));
                await Task.Yield();
            }
        });
        accepted.Add(store.Payments.AppendAsync(Commits.Captured(existing)));

        await transaction.RollbackAsync();
        Assert.All(await Task.WhenAll(accepted), each => Assert.IsType<CommitResult.Committed>(each));
    }

    public static TheoryData<string> Contradictions => ["gap", "empty", "refunded", "transfer", "request"];

    [Theory]
    [MemberData(nameof(Contradictions))]
    public async Task A_commit_that_contradicts_itself_is_not_queued(string which)
    {
        await using var store = fixture.Open();
        var good = Commits.Accepted();
        var bad = which switch
        {
            "gap" => good with { Events = [good.Events[0] with { Version = 2 }] },
            "empty" => good with { Events = [] },
            "refunded" => good with { Row = good.Row with { RefundedMinor = 1 } },
            "transfer" =>
                good with { Transfers = [Commits.Transfer("att_x_1", TransferKind.Capture, "same", "same", 1)] },
            _ => good with { Request = new() { Key = "key", Fingerprint = "short" } },
        };
        await Assert.ThrowsAsync<ArgumentException>(() => store.Payments.AppendAsync(bad));
    }

    private static IEnumerable<JournaledEvent> WithOutbox() => [new JournaledEvent
    {
        Version = 1,
        Type = "payment_accepted",
        At = TimeProvider.System.GetUtcNow(),
        Data = Encoding.UTF8.GetBytes("{}"),
        PublicType = "payment.accepted",
    }];

    private static PaymentRow InMicroseconds(PaymentRow row) => row with
    {
        CreatedAt = new DateTimeOffset(StoredTime.Of(row.CreatedAt)),
        UpdatedAt = new DateTimeOffset(StoredTime.Of(row.UpdatedAt)),
    };

    private Task<DateTime> DueAtAsync(PaymentKey key) =>
        fixture.Database.ScalarAsync<DateTime>(
            $"select due_at from payment_schedule where payment_id = '{key.Payment.Value}'");
}
