using System.Collections.Immutable;
using System.Text;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Payments.Tests;

/// <summary>Charge, capture, release and refund live one life: each report about each of them, and what follows. A cell
/// reads as in <see cref="PaymentTableTests"/>. <c>docs/states.md</c> shows the same table.</summary>
public sealed class OperationTableTests
{
    private static readonly (string Name, Func<Given> UnderWay, Func<ProviderOutcome, int?, object> Report)[] Columns =
    [
        ("charge", () => Given.Started(), (outcome, send) => new RecordCharge
        {
            Attempt = 1, Outcome = outcome, Source = ReportSource.Answer, Send = send,
        }),
        ("capture", Given.Capturing, (outcome, send) => new RecordCapture
        {
            Attempt = 1, Outcome = outcome, Send = send,
        }),
        ("release", () => Given.Held().When(new CancelPayment()), (outcome, send) => new RecordVoid
        {
            Attempt = 1, Outcome = outcome, Send = send,
        }),
        ("refund", () => Given.Paid().When(new RefundPayment()), (outcome, send) => new RecordRefund
        {
            Number = 1, Outcome = outcome, Source = ReportSource.Answer, Send = send,
        }),
    ];

    private static readonly ProviderOutcome NotSent = new ProviderOutcome.NotSent { Reason = "Refused." };
    private static readonly ProviderOutcome Unknown = new ProviderOutcome.Unknown { Reason = "Timeout." };

    private static readonly (string Name, Func<int, string> Cell)[] Rows =
    [
        ("done", column => Answer(column, Given.Captured())),
        ("declined", column => Answer(column, new ProviderOutcome.Declined { Failure = Given.Refused })),
        ("not sent", column => Answer(column, NotSent)),
        ("not sent: tried again after", column => RetryAfter(column)),
        ("not sent, and its time has come", column => Describe(Retried(column).Decision)),
        ("not sent, of a send before the latest", column => Answer(column, NotSent, Retried(column).Given, send: 1)),
        ("not sent, of the latest send", column => Answer(column, NotSent, Retried(column).Given, send: 2)),
        ("unknown", column => Answer(column, Unknown)),
        ("unknown, once more", column => Answer(column, Unknown, Reported(column, Unknown))),
        ("unknown, and provably not arrived", column => Describe(Lost(column))),
    ];

    // charge | capture | release | refund
    private const string Table = """
        done: PaymentCaptured | PaymentCaptured | AuthorizationReleased | RefundSucceeded
        declined: AttemptFailed | CaptureRefused | VoidRefused → QueryCharge | RefundFailed
        not sent: AttemptNotSent | CaptureNotSent | VoidNotSent | RefundNotSent
        not sent: tried again after: 1 s | 1 s | 1 s | 4 s
        not sent, and its time has come: AttemptResent → SendCharge | CaptureRequested → SendCapture | VoidRequested → SendVoid | RefundResent → SendRefund
        not sent, of a send before the latest: = | = | = | =
        not sent, of the latest send: AttemptNotSent | CaptureNotSent | VoidNotSent | RefundNotSent
        unknown: OutcomeUnknown | CaptureOutcomeUnknown | VoidOutcomeUnknown | RefundOutcomeUnknown
        unknown, once more: = | = | = | =
        unknown, and provably not arrived: AttemptResent → SendCharge | CaptureRequested → SendCapture | VoidRequested → SendVoid | RefundResent → SendRefund
        """;

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

    private static string Answer(int column, ProviderOutcome outcome, Given? given = null, int? send = null) =>
        Describe((given ?? Columns[column].UnderWay()).Decide(Columns[column].Report(outcome, send)));

    private static Given Reported(int column, ProviderOutcome outcome) =>
        Columns[column].UnderWay().When(Columns[column].Report(outcome, null));

    private static string RetryAfter(int column)
    {
        var given = Reported(column, NotSent);
        return $"{(PaymentSchedule.NextActionAt(given.State, given.Now) - given.Now)!.Value.TotalSeconds:0} s";
    }

    private static (Decision Decision, Given Given) Retried(int column)
    {
        var given = Reported(column, NotSent);
        given = given.At(PaymentSchedule.NextActionAt(given.State, given.Now)!.Value);
        return (given.Decide(new ResumePayment()), given.When(new ResumePayment()));
    }

    // The status query is asked when nothing of the send can arrive any more. A capture and a release are looked for as
    // the authorisation that they change.
    private static Decision Lost(int column)
    {
        var given = Reported(column, Unknown).After(TimeSpan.FromSeconds(90));
        return given.Decide(Columns[column].Name switch
        {
            "refund" => new RecordRefund
            {
                Number = 1, Outcome = new ProviderOutcome.NotFound(), Source = ReportSource.Query,
            },
            "charge" => new RecordCharge
            {
                Attempt = 1, Outcome = new ProviderOutcome.NotFound(), Source = ReportSource.Query,
            },
            _ => new RecordCharge { Attempt = 1, Outcome = Given.AuthorizedOutcome(), Source = ReportSource.Query },
        });
    }

    private static string Describe(Decision decision) => decision switch
    {
        Decision.AlreadyApplied or Decision.Accepted { Events.IsEmpty: true, Effects.IsEmpty: true } => "=",
        Decision.Accepted { Effects.IsEmpty: true } accepted => Names(accepted.Events),
        Decision.Accepted accepted => $"{Names(accepted.Events)} → {Names(accepted.Effects)}",
        _ => throw new InvalidOperationException($"{decision} is not expected."),
    };

    private static string Names<T>(ImmutableArray<T> items)
        where T : notnull => string.Join(", ", items.Select(item => item.GetType().Name));
}
