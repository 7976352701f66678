using System.Text;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Payments.Tests;

/// <summary>
/// Charge, capture, release and refund live one life: every phase × every report about each of them, and what follows
/// with time. A cell reads as in <see cref="PaymentTableTests"/>; <c>–</c> is a phase that the kind does not have.
/// <c>docs/states.md</c> shows the same table.
/// </summary>
public sealed class OperationTableTests
{
    private static readonly TimeSpan Final = TimeSpan.FromSeconds(90);
    private static readonly ProviderOutcome NotSent = new ProviderOutcome.NotSent { Reason = "Refused." };
    private static readonly ProviderOutcome Unknown = new ProviderOutcome.Unknown { Reason = "Timeout." };
    private static readonly ProviderOutcome Declined = new ProviderOutcome.Declined { Failure = Given.Refused };
    private static readonly ProviderOutcome Pending = new ProviderOutcome.Pending();

    private static readonly (string Name, OperationKey Key, Func<Given> Sending)[] Columns =
    [
        ("charge", OperationKey.Charge(1), () => Given.Started()),
        ("capture", OperationKey.Capture(1), Given.Capturing),
        ("release", OperationKey.Void(1), () => Given.Held().When(new CancelPayment())),
        ("refund", OperationKey.Refund(1), () => Given.Paid().When(new RefundPayment())),
    ];

    private static readonly (OperationPhase Phase, string Name, ProviderOutcome? Report)[] Phases =
    [
        (OperationPhase.Sending, "sending", null),
        (OperationPhase.NotSent, "not sent", NotSent),
        (OperationPhase.Unknown, "unknown", Unknown),
        (OperationPhase.Accepted, "accepted", Pending),
        (OperationPhase.Done, "done", Given.Captured()),
        (OperationPhase.Failed, "failed", Declined),
    ];

    private static readonly (string Name, Func<Given, OperationKey, Decision> Decide)[] Reports =
    [
        ("succeeded", (given, key) => given.Decide(Given.About(key, Given.Captured()))),
        ("pending", (given, key) => given.Decide(Given.About(key, Pending))),
        ("declined", (given, key) => given.Decide(Given.About(key, Declined))),
        ("not sent", (given, key) => given.Decide(Given.About(key, NotSent))),
        ("unknown", (given, key) => given.Decide(Given.About(key, Unknown))),
        ("status query: unknown", (given, key) => given.Decide(Given.About(key, Unknown, ReportSource.Query))),
        ("status query: not found", NotFound),
        ("status query: not found, final", (given, key) => NotFound(given.After(Final), key)),
        ("its time has come", (given, _) => given.At(Next(given) ?? given.Now).Decide(new ResumePayment())),
    ];

    private static readonly (string Name, Func<int, string> Cell)[] Sends =
    [
        ("not sent: tried again after", column => After(column, 1)),
        ("not sent a second time: tried again after", column => After(column, 2)),
        ("not sent a tenth time: tried again after", column => After(column, 10)),
        ("sent again: declined, of the send before", column => OfSendBefore(column, Declined)),
        ("sent again: not sent, of the send before", column => OfSendBefore(column, NotSent)),
        ("sent again: unknown, of the send before", column => OfSendBefore(column, Unknown)),
        ("sent again: succeeded, of the send before", column => OfSendBefore(column, Given.Captured())),
    ];

    // What a webhook reported is confirmed by a status query.
    private static readonly (string Name, Func<int, string> Cell)[] Confirmations =
    [
        ("done by webhook; succeeded", column => ByWebhook(column, given => given, Given.Captured(), isQuery: false)),
        ("done by webhook; status query: succeeded", column => ByWebhook(column, given => given, Given.Captured())),
        ("done by webhook; status query: unknown", column => ByWebhook(column, given => given.After(Final), Unknown)),
        ("done by webhook; status query: pending", column => ByWebhook(column, given => given, Pending)),
        ("done by webhook; status query: pending, final",
            column => ByWebhook(column, given => given.After(Final), Pending)),
        ("done by webhook; status query: declined, final",
            column => ByWebhook(column, given => given.After(Final), Declined)),
        ("done by webhook; status query: other amount, final", column => ByWebhook(
            column, given => given.After(Final), Given.Captured(Given.Amount with { AmountMinor = 1 }))),
        ("done by webhook; status query: not found, final",
            column => ByWebhook(column, given => given.After(Final), new ProviderOutcome.NotFound())),
        ("done by webhook, contradicted; status query: succeeded", column => ByWebhook(
            column,
            given => given.After(Final).Report(
                Columns[column].Key, new ProviderOutcome.NotFound(), ReportSource.Query),
            Given.Captured())),
        ("done by webhook; its time has come", column => ByWebhook(
            column, given => given, given => given.At(Next(given)!.Value).Decide(new ResumePayment()))),
    ];

    // charge | capture | release | refund
    private const string Table = """
        sending; succeeded: PaymentCaptured | PaymentCaptured | AuthorizationReleased | RefundSucceeded
        sending; pending: AttemptAccepted | = | = | RefundAccepted
        sending; declined: AttemptFailed | CaptureRefused | VoidRefused → QueryCharge | RefundFailed
        sending; not sent: AttemptNotSent | CaptureNotSent | VoidNotSent | RefundNotSent
        sending; unknown: OutcomeUnknown | CaptureOutcomeUnknown | VoidOutcomeUnknown | RefundOutcomeUnknown
        sending; status query: unknown: = | = | = | =
        sending; status query: not found: = | = | = | =
        sending; status query: not found, final: AttemptResent → SendCharge | CaptureRequested → SendCapture | VoidRequested → SendVoid | RefundResent → SendRefund
        sending; its time has come: → QueryCharge | → QueryCharge | → QueryCharge | → QueryRefund
        not sent; succeeded: PaymentCaptured | PaymentCaptured | AuthorizationReleased | RefundSucceeded
        not sent; pending: AttemptAccepted | = | = | RefundAccepted
        not sent; declined: AttemptFailed | CaptureRefused | VoidRefused → QueryCharge | RefundFailed
        not sent; not sent: = | = | = | =
        not sent; unknown: = | = | = | =
        not sent; status query: unknown: = | = | = | =
        not sent; status query: not found: = | = | = | =
        not sent; status query: not found, final: = | = | = | =
        not sent; its time has come: AttemptResent → SendCharge | CaptureRequested → SendCapture | VoidRequested → SendVoid | RefundResent → SendRefund
        unknown; succeeded: PaymentCaptured | PaymentCaptured | AuthorizationReleased | RefundSucceeded
        unknown; pending: AttemptAccepted | = | = | RefundAccepted
        unknown; declined: AttemptFailed | CaptureRefused | VoidRefused → QueryCharge | RefundFailed
        unknown; not sent: = | = | = | =
        unknown; unknown: = | = | = | =
        unknown; status query: unknown: = | = | = | =
        unknown; status query: not found: = | = | = | =
        unknown; status query: not found, final: AttemptResent → SendCharge | CaptureRequested → SendCapture | VoidRequested → SendVoid | RefundResent → SendRefund
        unknown; its time has come: → QueryCharge | → QueryCharge | → QueryCharge | → QueryRefund
        accepted; succeeded: PaymentCaptured | – | – | RefundSucceeded
        accepted; pending: = | – | – | =
        accepted; declined: AttemptFailed | – | – | RefundFailed
        accepted; not sent: = | – | – | =
        accepted; unknown: = | – | – | =
        accepted; status query: unknown: = | – | – | =
        accepted; status query: not found: = | – | – | =
        accepted; status query: not found, final: = | – | – | =
        accepted; its time has come: → QueryCharge | – | – | → QueryRefund
        done; succeeded: = | = | = | =
        done; pending: = | = | = | =
        done; declined: → QueryCharge | = | = | → QueryRefund
        done; not sent: = | = | = | =
        done; unknown: = | = | = | =
        done; status query: unknown: = | = | = | =
        done; status query: not found: = | = | SurplusAuthorized, VoidRequested → SendVoid | =
        done; status query: not found, final: = | = | SurplusAuthorized, VoidRequested → SendVoid | =
        done; its time has come: = | = | → QueryCharge | =
        failed; succeeded: PaymentCaptured | PaymentCaptured | AuthorizationReleased | RefundSucceeded
        failed; pending: = | = | = | =
        failed; declined: = | = | = | =
        failed; not sent: = | = | = | =
        failed; unknown: = | = | = | =
        failed; status query: unknown: = | = | = | =
        failed; status query: not found: = | = | = | =
        failed; status query: not found, final: = | = | = | =
        failed; its time has come: = | → QueryCharge | → QueryCharge | =
        not sent: tried again after: 1 s | 1 s | 1 s | 1 s
        not sent a second time: tried again after: 2 s | 2 s | 2 s | 2 s
        not sent a tenth time: tried again after: 60 s | 512 s | 512 s | 512 s
        sent again: declined, of the send before: = | = | = | =
        sent again: not sent, of the send before: = | = | = | =
        sent again: unknown, of the send before: = | = | = | =
        sent again: succeeded, of the send before: PaymentCaptured | PaymentCaptured | AuthorizationReleased | RefundSucceeded
        done by webhook; succeeded: = | – | – | =
        done by webhook; status query: succeeded: CaptureConfirmed | – | – | RefundConfirmed
        done by webhook; status query: unknown: = | – | – | =
        done by webhook; status query: pending: = | – | – | =
        done by webhook; status query: pending, final: ReviewRequired | – | – | RefundReviewRequired
        done by webhook; status query: declined, final: ReviewRequired | – | – | RefundReviewRequired
        done by webhook; status query: other amount, final: ReviewRequired | – | – | RefundReviewRequired
        done by webhook; status query: not found, final: ReviewRequired | – | – | RefundReviewRequired
        done by webhook, contradicted; status query: succeeded: CaptureConfirmed | – | – | RefundConfirmed
        done by webhook; its time has come: → QueryCharge | – | – | → QueryRefund
        """;

    private static (string Name, Func<int, string> Cell)[] Rows { get; } =
    [
        .. from phase in Phases
           from report in Reports
           select ($"{phase.Name}; {report.Name}", (Func<int, string>)(column => Cell(column, phase, report.Decide))),
        .. Sends,
        .. Confirmations,
    ];

    public static TheoryData<int, int> Cells()
    {
        var cells = new TheoryData<int, int>();
        for (var row = 0; row < Rows.Length; row++)
        {
            for (var column = 0; column < Columns.Length; column++)
            {
                cells.Add(row, column);
            }
        }

        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Every_report_about_every_operation_does_what_the_table_says(int row, int column)
    {
        var line = Table.Split('\n')[row];
        Assert.StartsWith(Rows[row].Name + ": ", line, StringComparison.Ordinal);
        var expected = line[(Rows[row].Name.Length + 2)..].Split(" | ")[column];
        Assert.Equal(expected, Rows[row].Cell(column));
    }

    [Fact]
    public void The_table_has_every_phase() => Assert.Equal(
        Enum.GetValues<OperationPhase>(), Phases.Select(phase => phase.Phase));

    [Fact]
    public void The_documented_table_is_the_rules()
    {
        var rows = new StringBuilder();
        rows.Append("| | ").AppendJoin(" | ", Columns.Select(column => column.Name)).Append(" |\n");
        rows.Append("|---|").Insert(rows.Length, "---|", Columns.Length).Append('\n');
        foreach (var (name, cell) in Rows)
        {
            rows.Append($"| {name} | ")
                .AppendJoin(" | ", Enumerable.Range(0, Columns.Length).Select(cell))
                .Append(" |\n");
        }

        var path = Path.Combine(Repository.Root, "docs", "states.md");
        Assert.True(
            File.ReadAllText(path).Contains(rows.ToString(), StringComparison.Ordinal),
            $"docs/states.md does not hold the table that the rules give:\n\n{rows}");
    }

    private static string Cell(
        int column,
        (OperationPhase Phase, string Name, ProviderOutcome? Report) phase,
        Func<Given, OperationKey, Decision> decide)
    {
        var key = Columns[column].Key;
        var given = Columns[column].Sending();
        given = phase.Report is { } report ? given.Report(key, report) : given;
        return given.State.Operation(key)!.Phase == phase.Phase
            ? PaymentTableTests.Describe(decide(given, key))
            : "–";
    }

    // A capture and a release are looked for as the authorisation that they change.
    private static Decision NotFound(Given given, OperationKey key) =>
        given.Decide(given.State.Operation(key)!.Traits.QueriedAs == key.Kind
            ? Given.About(key, new ProviderOutcome.NotFound(), ReportSource.Query)
            : Given.About(OperationKey.Charge(key.Number), Given.AuthorizedOutcome(), ReportSource.Query));

    private static DateTimeOffset? Next(Given given) => PaymentSchedule.NextActionAt(given.State, given.Now);

    private static string After(int column, int sends)
    {
        var given = Columns[column].Sending();
        for (var send = 1; send < sends; send++)
        {
            given = given.Report(Columns[column].Key, NotSent);
            given = given.At(Next(given)!.Value).When(new ResumePayment());
        }

        given = given.Report(Columns[column].Key, NotSent);
        return $"{(Next(given) - given.Now)!.Value.TotalSeconds:0} s";
    }

    private static string ByWebhook(
        int column, Func<Given, Given> then, ProviderOutcome outcome, bool isQuery = true) =>
        ByWebhook(column, then, given => given.Decide(Given.About(
            Columns[column].Key, outcome, isQuery ? ReportSource.Query : ReportSource.Webhook)));

    private static string ByWebhook(int column, Func<Given, Given> then, Func<Given, Decision> decide)
    {
        var key = Columns[column].Key;
        return key.Kind is OperationKind.Charge or OperationKind.Refund
            ? PaymentTableTests.Describe(
                decide(then(Columns[column].Sending().Report(key, Given.Captured(), ReportSource.Webhook))))
            : "–";
    }

    private static string OfSendBefore(int column, ProviderOutcome outcome)
    {
        var given = Columns[column].Sending().Report(Columns[column].Key, NotSent);
        given = given.At(Next(given)!.Value).When(new ResumePayment());
        return PaymentTableTests.Describe(given.Decide(Given.About(Columns[column].Key, outcome, send: 1)));
    }
}
