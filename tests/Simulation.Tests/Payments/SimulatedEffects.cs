using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Simulation.Tests.Providers;
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Payments;

/// <summary>What payments ask of the provider, outside their turns: the order of steps of the product.
/// A new kind of effect gets its arm in <see cref="RunAsync"/>, and its request in
/// <see cref="SimulatedConnector"/>.</summary>
internal sealed class SimulatedEffects(World world, SimulatedSilo silo)
{
    private readonly SimulatedConnector _connector = new(world, silo);
    private readonly HashSet<(PaymentKey, PaymentEffect)> _running = [];
    private readonly HashSet<(PaymentKey, int Attempt)> _cards = [];

    /// <summary>Whether the card of an attempt that is under way from this silo is in its memory.</summary>
    public bool HasCardOf(PaymentKey key, int attempt) => _cards.Contains((key, attempt));

    /// <summary>Starts an effect, unless it is under way on this silo. Returns at once.</summary>
    public void Start(PaymentKey key, PaymentState state, PaymentEffect effect, bool hasCard, SendWindow window)
    {
        if (!IsAnswerUnderWay(key, effect) && _running.Add((key, effect)))
        {
            world.Begin(silo.Life, async () =>
            {
                await RunAsync(key, state, effect, hasCard, window);
                _running.Remove((key, effect));
            });
        }
    }

    private bool IsAnswerUnderWay(PaymentKey key, PaymentEffect effect) => effect switch
    {
        PaymentEffect.AskCharge ask => _running.Contains((key, new PaymentEffect.SendCharge(ask.Attempt, Resend: false)))
            || _running.Contains((key, new PaymentEffect.SendCharge(ask.Attempt, Resend: true)))
            || _running.Contains((key, new PaymentEffect.SendCapture(ask.Attempt)))
            || _running.Contains((key, new PaymentEffect.SendVoid(ask.Attempt))),
        PaymentEffect.AskRefund ask => _running.Contains((key, new PaymentEffect.SendRefund(ask.Refund))),
        _ => false,
    };

    private async Task RunAsync(PaymentKey key, PaymentState state, PaymentEffect effect, bool hasCard, SendWindow window)
    {
        var id = key.Payment;
        switch (effect)
        {
            case PaymentEffect.SendCharge send:
                await SendAsync(key, state, send, hasCard, window);
                break;
            case PaymentEffect.AskCharge ask:
                var askedAt = silo.Clock.GetUtcNow();
                var known = await _connector.AskChargeAsync(id, state.Attempts[ask.Attempt - 1]);
                await ReportAsync(key, new RecordCharge
                {
                    Attempt = ask.Attempt, Outcome = known, Source = ReportSource.Query, AskedAt = askedAt,
                });
                break;
            case PaymentEffect.SendCapture send:
                var captured = await _connector.CaptureAsync(id, state.Attempts[send.Attempt - 1], window);
                await silo.Reach("reports the capture");
                await world.Cluster.CallAsync(
                    silo.Life, key, grain => grain.RecordAsync(new RecordCapture { Attempt = send.Attempt, Outcome = captured }));
                break;
            case PaymentEffect.SendVoid send:
                var released = await _connector.VoidAsync(id, state.Attempts[send.Attempt - 1], window);
                await silo.Reach("reports the release");
                await world.Cluster.CallAsync(
                    silo.Life, key, grain => grain.RecordAsync(new RecordVoid { Attempt = send.Attempt, Outcome = released }));
                break;
            case PaymentEffect.SendRefund send:
                var refunded = await _connector.RefundAsync(id, state, state.Refunds[send.Refund - 1], window);
                await ReportAsync(key, new RecordRefund { Number = send.Refund, Outcome = refunded, Source = ReportSource.Answer });
                break;
            case PaymentEffect.AskRefund ask:
                var refundAskedAt = silo.Clock.GetUtcNow();
                var progress = await _connector.AskRefundAsync(id, state, state.Refunds[ask.Refund - 1]);
                await ReportAsync(key, new RecordRefund
                {
                    Number = ask.Refund, Outcome = progress, Source = ReportSource.Query, AskedAt = refundAskedAt,
                });
                break;
            default:
                throw new InvalidOperationException($"{effect.GetType().Name} is not an effect.");
        }
    }

    // The card stays at hand until the payment has taken the answer in: it may send it elsewhere.
    private async Task SendAsync(PaymentKey key, PaymentState state, PaymentEffect.SendCharge send, bool hasCard, SendWindow window)
    {
        var attempt = state.Attempts[send.Attempt - 1];
        if (hasCard)
        {
            _cards.Add((key, send.Attempt));
        }

        var outcome = await _connector.ChargeAsync(key.Payment, state, attempt, send.Resend, window);
        await ReportAsync(key, new RecordCharge
        {
            Attempt = send.Attempt, Send = attempt.Sends, Outcome = outcome, Source = ReportSource.Answer,
        });
        _cards.Remove((key, send.Attempt));
    }

    private async Task ReportAsync(PaymentKey key, RecordCharge report)
    {
        world.Tell(silo.Name, $"{report.Source} about attempt {report.Attempt}: {report.Outcome.GetType().Name}");
        await silo.Reach("reports the charge");
        await world.Cluster.CallAsync(silo.Life, key, grain => grain.RecordAsync(report));
    }

    private async Task ReportAsync(PaymentKey key, RecordRefund report)
    {
        world.Tell(silo.Name, $"{report.Source} about refund {report.Number}: {report.Outcome.GetType().Name}");
        await silo.Reach("reports the refund");
        await world.Cluster.CallAsync(silo.Life, key, grain => grain.RecordAsync(report));
    }
}
