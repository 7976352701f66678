using FsCheck;
using FsCheck.Fluent;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Payments.Tests;

/// <summary>
/// Whatever is reported of an operation's sends, in whatever order: nothing is sent again that may have arrived, and no
/// success is lost. Each send has one response, which may be reported late, more than once and after later sends.
/// Status queries are sent at any time, and their results arrive later.
/// </summary>
public sealed class OperationPropertyTests
{
    private static readonly OperationKind[] AllKinds = Enum.GetValues<OperationKind>();

    private static readonly ProviderOutcome[] Responses =
    [
        new ProviderOutcome.NotSent { Reason = "Refused." },
        new ProviderOutcome.Unknown { Reason = "Timeout." },
        new ProviderOutcome.Declined { Failure = Given.Refused },
        new ProviderOutcome.Declined { Failure = Given.Refused with { Party = FailureParty.Provider } },
        Given.Captured(),
    ];

    public static TheoryData<OperationKind> Kinds => [.. AllKinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_may_have_arrived_is_not_sent_again_and_a_success_is_never_lost(OperationKind kind) => Prop
        .ForAll(Histories.OfAnyLength, history => new Play(kind, history).Run())
        .Check(Config.QuickThrowOnFailure.WithMaxTest(3_000).WithEndSize(40));

    private static Given Sending(OperationKind kind) => kind switch
    {
        OperationKind.Charge => Given.Started().WithElsewhere(),
        OperationKind.Capture => Given.Capturing(),
        OperationKind.Void => Given.Held().When(new CancelPayment()),
        OperationKind.Refund => Given.Paid().When(new RefundPayment()),
    };

    /// <summary>One history, made of numbers so that a failing one shrinks.</summary>
    private sealed class Play(OperationKind kind, int[] history)
    {
        private readonly OperationKey _key = new() { Kind = kind, Number = 1 };
        private Given _given = Sending(kind);
        private DateTimeOffset? _queriedAt;

        // What was reported of the latest send that proves that nothing of it arrived, or that it was refused.
        private bool _isProved;
        private bool _hasSucceeded;

        private ProviderOperation Operation => _given.State.Operation(_key)!;

        public void Run()
        {
            foreach (var number in history)
            {
                Do(number);
                Assert.True(!_hasSucceeded || IsBooked, "a success was lost");
            }
        }

        private bool IsBooked => kind switch
        {
            OperationKind.Charge or OperationKind.Capture =>
                _given.State.Attempts[0].CapturedMinor == Given.Amount.AmountMinor,
            OperationKind.Void => _given.State.Attempts[0].AuthorizedMinor == 0,
            OperationKind.Refund => _given.State.Refunds[0].Status == RefundStatus.Success,
        };

        private void Do(int choice)
        {
            switch (choice % 6)
            {
                case 0:
                    _given = _given.After(TimeSpan.FromSeconds(choice / 6 % 120));
                    break;
                case 1:
                    _queriedAt = _given.Now;
                    break;
                case 2 when _queriedAt is { } at:
                    NotFound(at);
                    break;
                case 3:
                    Decide(new ResumePayment());
                    break;
                default:
                    Respond((choice / 6 % Operation.Sends) + 1);
                    break;
            }
        }

        // The response to a send, always the same.
        private void Respond(int send)
        {
            var response = Responses[(history[send % history.Length] + send) % Responses.Length];
            _hasSucceeded |= response is ProviderOutcome.Succeeded;
            _isProved |= send == Operation.Sends && response is ProviderOutcome.NotSent or ProviderOutcome.Declined;
            Decide(Given.About(_key, response, send: send));
        }

        // A capture and a release are not found where the charge is still authorised.
        private void NotFound(DateTimeOffset at)
        {
            _isProved |= at >= Operation.Send.NotFoundFinalAt;
            var report = kind is OperationKind.Charge or OperationKind.Refund
                ? Given.About(_key, new ProviderOutcome.NotFound(), ReportSource.Query)
                : Given.About(OperationKey.Charge(1), Given.AuthorizedOutcome(), ReportSource.Query);
            if (!_hasSucceeded)
            {
                Decide(report with { QueriedAt = at });
            }
        }

        private void Decide(object command)
        {
            var decision = _given.Decide(command);
            foreach (var send in ((decision as Decision.Accepted)?.Effects ?? []).OfType<PaymentEffect.SendOperation>())
            {
                Assert.True(_isProved, $"{send} although the send before may have arrived");
                _isProved = false;
            }

            _given = _given.After(decision);
        }
    }
}
