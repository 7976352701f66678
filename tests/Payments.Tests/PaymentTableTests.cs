using System.Collections.Immutable;
using System.Text;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Payments.Tests;

/// <summary>
/// Every status × every command, each cell stated. A cell names the events, then the effects behind <c>→</c>; <c>=</c>
/// is a command that changes nothing; a lower-case word is a refusal. <c>docs/states.md</c> shows the same table.
/// </summary>
public sealed class PaymentTableTests
{
    private static readonly (string Name, Func<Given> State)[] Columns =
    [
        ("PENDING", () => Given.Started()),
        ("REQUIRES_ACTION", () => Given.RequiresAction()),
        ("AUTHORIZED", Given.Authorized),
        ("SUCCESS", Given.Paid),
        ("FAILED", Given.Failed),
        ("CANCELLED", Given.Cancelled),
        ("EXPIRED", Given.Expired),
        ("NEEDS_REVIEW", Given.NeedsReview),
    ];

    private static readonly (string Name, object Command)[] Rows =
    [
        ("start, same content", Given.StartCommand()),
        ("start, other amount", Given.StartCommand() with { Amount = Given.Amount with { AmountMinor = 1 } }),
        ("start, by a page", Given.StartCommand() with { IsByPage = true }),
        ("confirm", new ConfirmPayment { Instrument = Given.UpiIntent }),
        ("confirm, instead of the attempt", new ConfirmPayment { Instrument = Given.UpiIntent, Replaces = 1 }),
        ("capture", new CapturePayment()),
        ("cancel", new CancelPayment()),
        ("refund", new RefundPayment { AmountMinor = 100 }),
        ("resolve: paid", new ResolvePayment { Paid = true, By = "ops", Note = "seen" }),
        ("resolve: not paid", new ResolvePayment { Paid = false, By = "ops", Note = "not seen" }),
        ("provider: pending", Charge(Given.PendingWithAction)),
        ("provider: authorised", Charge(Given.AuthorizedOutcome())),
        ("provider: captured", Charge(Given.Captured())),
        ("provider: captured, other amount", Charge(Given.Captured(Given.Amount with { AmountMinor = 1 }))),
        ("provider: declined", Charge(new ProviderOutcome.Declined { Failure = Given.Refused })),
        ("provider: not sent", Charge(new ProviderOutcome.NotSent { Reason = "Refused." })),
        ("provider: unknown", Charge(new ProviderOutcome.Unknown { Reason = "Timeout." })),
        ("provider: not found", Charge(new ProviderOutcome.NotFound(), ReportSource.Query)),
        ("webhook: captured", Charge(Given.Captured(), ReportSource.Webhook)),
        ("webhook: captured, other amount", Charge(
            Given.Captured(Given.Amount with { AmountMinor = 1 }), ReportSource.Webhook)),
        ("webhook: captured, other order", Charge(
            Given.Captured() with { ProviderOrder = "order_B" }, ReportSource.Webhook)),
        ("webhook: pending", Charge(new ProviderOutcome.Pending(), ReportSource.Webhook)),
        ("capture response: captured", Given.About(OperationKey.Capture(1), Given.Captured())),
        ("void response: released", Given.About(OperationKey.Void(1), Given.Captured())),
        ("customer returned", new QueryAttempt(1)),
        ("unproven hint", new HintAttempt(1)),
        ("wake up", new ResumePayment()),
    ];

    // PENDING | REQUIRES_ACTION | AUTHORIZED | SUCCESS | FAILED | CANCELLED | EXPIRED | NEEDS_REVIEW
    private const string Table = """
        start, same content: = | = | = | = | AttemptStarted → SendCharge | = | AttemptStarted → SendCharge | =
        start, other amount: order_conflict | order_conflict | order_conflict | order_conflict | order_conflict | order_conflict | order_conflict | order_conflict
        start, by a page: order_conflict | order_conflict | order_conflict | order_conflict | order_conflict | order_conflict | order_conflict | order_conflict
        confirm: outcome_pending | status_conflict | status_conflict | status_conflict | AttemptStarted → SendCharge | status_conflict | AttemptStarted → SendCharge | status_conflict
        confirm, instead of the attempt: outcome_pending | AttemptStarted → SendCharge | status_conflict | status_conflict | AttemptStarted → SendCharge | status_conflict | AttemptStarted → SendCharge | status_conflict
        capture: status_conflict | status_conflict | CaptureRequested → SendCapture | = | status_conflict | status_conflict | status_conflict | status_conflict
        cancel: outcome_pending | PaymentCancelled | PaymentCancelled | status_conflict | status_conflict | = | status_conflict | status_conflict
        refund: status_conflict | status_conflict | status_conflict | RefundRequested → SendRefund | status_conflict | status_conflict | status_conflict | status_conflict
        resolve: paid: status_conflict | status_conflict | status_conflict | status_conflict | status_conflict | status_conflict | status_conflict | ReviewResolved, PaymentCaptured
        resolve: not paid: status_conflict | status_conflict | status_conflict | status_conflict | status_conflict | status_conflict | status_conflict | ReviewResolved, AttemptFailed
        provider: pending: AttemptAccepted | = | = | = | = | = | = | AttemptAccepted, PaymentExpired
        provider: authorised: PaymentAuthorized, CaptureRequested → SendCapture | PaymentAuthorized, CaptureRequested → SendCapture | = | = | PaymentAuthorized, CaptureRequested → SendCapture | = | PaymentAuthorized, CaptureRequested → SendCapture | PaymentAuthorized, CaptureRequested → SendCapture
        provider: captured: PaymentCaptured | PaymentCaptured | PaymentCaptured | = | PaymentCaptured | SurplusCaptured, RefundRequested → SendRefund | PaymentCaptured | PaymentCaptured
        provider: captured, other amount: ReviewRequired | ReviewRequired | ReviewRequired | = | ReviewRequired | SurplusCaptured, RefundRequested → SendRefund | ReviewRequired | ReviewRequired
        provider: declined: AttemptFailed | AttemptFailed | → QueryCharge | → QueryCharge | = | AttemptFailed | AttemptFailed | AttemptFailed
        provider: not sent: AttemptNotSent | = | = | = | = | = | = | AttemptFailed
        provider: unknown: OutcomeUnknown | = | = | = | = | = | = | OutcomeUnknown
        provider: not found: = | = | = | = | = | = | = | AttemptFailed
        webhook: captured: PaymentCaptured | PaymentCaptured | → QueryCharge | = | PaymentCaptured | → QueryCharge | PaymentCaptured | PaymentCaptured
        webhook: captured, other amount: → QueryCharge | → QueryCharge | → QueryCharge | → QueryCharge | → QueryCharge | → QueryCharge | → QueryCharge | → QueryCharge
        webhook: captured, other order: → QueryCharge | → QueryCharge | → QueryCharge | = | → QueryCharge | → QueryCharge | → QueryCharge | → QueryCharge
        webhook: pending: AttemptAccepted | = | = | = | = | = | = | → QueryCharge
        capture response: captured: = | = | = | = | = | = | = | =
        void response: released: = | = | = | = | = | = | = | =
        customer returned: → QueryCharge | → QueryCharge | → QueryCharge | = | → QueryCharge | → QueryCharge | → QueryCharge | → QueryCharge
        unproven hint: → QueryCharge | → QueryCharge | = | = | = | → QueryCharge | → QueryCharge | → QueryCharge
        wake up: → QueryCharge | → QueryCharge | → QueryCharge | = | = | → QueryCharge | → QueryCharge | → QueryCharge
        """;

    public static TheoryData<string, string, string> Cells()
    {
        var cells = new TheoryData<string, string, string>();
        foreach (var line in Table.Split('\n'))
        {
            var name = line[..line.LastIndexOf(
                ": ", line.IndexOf('|', StringComparison.Ordinal), StringComparison.Ordinal)];
            var expected = line[(name.Length + 2)..].Split(" | ");
            for (var i = 0; i < Columns.Length; i++)
            {
                cells.Add(name, Columns[i].Name, expected[i]);
            }
        }

        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Every_command_does_in_every_status_what_the_table_says(string command, string status, string expected)
    {
        var given = Columns.Single(column => column.Name == status).State();
        Assert.Equal(status, Name(given.State.Status));
        Assert.Equal(expected, Describe(given.Decide(Rows.Single(row => row.Name == command).Command)));
    }

    [Fact]
    public void The_table_has_every_command_and_every_status()
    {
        Assert.Equal(Enum.GetValues<PaymentStatus>().Select(Name), Columns.Select(column => column.Name));
        Assert.Equal(Rows.Length * Columns.Length, Cells().Count);
    }

    [Fact]
    public void The_documented_table_is_the_rules()
    {
        var rows = new StringBuilder();
        rows.Append("| | ").AppendJoin(" | ", Columns.Select(column => column.Name)).Append(" |\n");
        rows.Append("|---|").Insert(rows.Length, "---|", Columns.Length).Append('\n');
        foreach (var (name, command) in Rows)
        {
            rows.Append($"| {name} | ")
                .AppendJoin(" | ", Columns.Select(column => Describe(column.State().Decide(command))))
                .Append(" |\n");
        }

        var path = Path.Combine(Repository.Root, "docs", "states.md");
        Assert.True(
            File.ReadAllText(path).Contains(rows.ToString(), StringComparison.Ordinal),
            $"docs/states.md does not hold the table that the rules give:\n\n{rows}");
    }

    private static RecordOutcome Charge(ProviderOutcome outcome, ReportSource source = ReportSource.Response) =>
        Given.About(OperationKey.Charge(1), outcome, source);

    internal static string Describe(Decision decision) => decision switch
    {
        Decision.Rejected rejected => rejected.Refusal.Code.Entry().Name,
        Decision.Accepted { Events.IsEmpty: true, Effects.IsEmpty: true } or Decision.AlreadyApplied => "=",
        Decision.Accepted accepted => string.Join(
            " → ",
            new[] { Names(accepted.Events), Names(accepted.Effects) }.Where(
                (part, index) => part.Length > 0 || (index == 0 && accepted.Effects.Length > 0))).TrimStart(),
        _ => throw new InvalidOperationException(),
    };

    private static string Names<T>(ImmutableArray<T> items)
        where T : notnull =>
        string.Join(", ", items.Select(item => item is PaymentEffect effect ? effect.Name : item.GetType().Name));

    private static string Name(PaymentStatus status) => status switch
    {
        PaymentStatus.RequiresAction => "REQUIRES_ACTION",
        PaymentStatus.NeedsReview => "NEEDS_REVIEW",
        PaymentStatus.Pending or PaymentStatus.Authorized or PaymentStatus.Success or PaymentStatus.Failed
            or PaymentStatus.Cancelled or PaymentStatus.Expired => status.ToString().ToUpperInvariant(),
    };
}

/// <summary>Where the repository is, for tests that hold its documents to the code.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "PaymentCluster.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName
            ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
