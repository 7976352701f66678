using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Simulation.Tests.Checks;
using PaymentCluster.Simulation.Tests.Payments;
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Providers;

/// <summary>
/// A connector as its contract wants it, and the wire between it and the provider: a request can be refused at the door,
/// lost, or arrive late, and its answer can be lost. No byte leaves after the send window has closed; a process can
/// still stand still in the middle of writing them.
/// </summary>
internal sealed class SimulatedConnector(World world, SimulatedSilo silo)
{
    /// <summary>How long a request that left may be on its way at most, with what the provider needs to show it: within
    /// the settle time.</summary>
    public static readonly TimeSpan LongestWay = TimeSpan.FromSeconds(55);

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan UsualWay = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan SlowWay = TimeSpan.FromSeconds(3);

    private enum Fate
    {
        Well,
        Late,
        AnswerLost,
        RequestLost,
        Refused,
    }

    /// <summary>Asks for a charge, under the attempt's id.</summary>
    public async Task<ProviderOutcome> ChargeAsync(
        PaymentId payment, PaymentState state, AttemptState attempt, bool resend, SendWindow window)
    {
        var name = NameOf(payment, attempt.Number);
        if (resend)
        {
            // What it left at the provider is used, not made again, and while that cannot be found out nothing is sent.
            var earlier = await AskChargeAsync(payment, attempt);
            if (earlier is not ProviderOutcome.NotFound)
            {
                return earlier is ProviderOutcome.Unknown { Reason: var reason } ? new ProviderOutcome.NotSent { Reason = reason } : earlier;
            }

            name = world.Mutation == Mutation.FreshProviderKeyOnResend ? $"{name}.{attempt.Sends}" : name;
        }

        var capturesItself = attempt.ProviderCaptures;
        var outcome = await SendAsync(
            attempt.Provider,
            "the charge",
            attempt.Send,
            window,
            (provider, isLate) => provider.Charge(name, state.Amount.AmountMinor, capturesItself, state.ExpiresAt, isLate));
        return outcome is ProviderOutcome.Unknown && world.Mutation == Mutation.TimeoutTakenAsDeclined
            ? SimulatedProvider.Declined("timeout")
            : outcome;
    }

    /// <summary>Asks what became of a charge.</summary>
    public Task<ProviderOutcome> AskChargeAsync(PaymentId payment, AttemptState attempt)
    {
        world.Checker.Asks(payment);
        var name = NameOf(payment, attempt.Number);
        return AskAsync(attempt.Provider, "asks about the charge", provider => provider.AskCharge(name));
    }

    /// <summary>Captures an authorised charge.</summary>
    public Task<ProviderOutcome> CaptureAsync(PaymentId payment, AttemptState attempt, SendWindow window)
    {
        var name = NameOf(payment, attempt.Number);
        var intent = attempt.CaptureIntent!;
        return SendAsync(
            attempt.Provider, "the capture", intent.Send, window, (provider, _) => provider.Capture(name, intent.AmountMinor));
    }

    /// <summary>Releases an authorised charge.</summary>
    public Task<ProviderOutcome> VoidAsync(PaymentId payment, AttemptState attempt, SendWindow window)
    {
        var name = NameOf(payment, attempt.Number);
        return SendAsync(attempt.Provider, "the release", attempt.VoidIntent!, window, (provider, _) => provider.Void(name));
    }

    /// <summary>Asks for a refund, under the refund's id.</summary>
    public Task<ProviderOutcome> RefundAsync(PaymentId payment, PaymentState state, RefundState refund, SendWindow window)
    {
        var charge = NameOf(payment, refund.Attempt);
        var name = RefundNameOf(payment, refund.Number);
        return SendAsync(
            ProviderOf(state, refund), "the refund", refund.Send, window, (provider, _) => provider.Refund(name, charge, refund.AmountMinor));
    }

    /// <summary>Asks what became of a refund.</summary>
    public Task<ProviderOutcome> AskRefundAsync(PaymentId payment, PaymentState state, RefundState refund)
    {
        world.Checker.Asks(payment);
        var name = RefundNameOf(payment, refund.Number);
        return AskAsync(ProviderOf(state, refund), "asks about the refund", provider => provider.AskRefund(name));
    }

    private static string ProviderOf(PaymentState state, RefundState refund) => state.Attempts[refund.Attempt - 1].Provider;

    private static string NameOf(PaymentId payment, int attempt) => new AttemptId { Payment = payment, Number = attempt }.ToString();

    private static string RefundNameOf(PaymentId payment, int refund) => new RefundId { Payment = payment, Number = refund }.ToString();

    private static ProviderOutcome.Unknown Unknown(string reason) => new() { Reason = reason };

    private async Task<ProviderOutcome> SendAsync(
        string provider, string what, SendTerms terms, SendWindow window, Func<SimulatedProvider, bool, ProviderOutcome> act)
    {
        await silo.Reach("sends");
        if (!window.IsOpen)
        {
            return new ProviderOutcome.NotSent { Reason = "the send window has closed" };
        }

        Checker.BytesLeave(silo.Clock.GetUtcNow(), terms);
        if (world.Choices.Happens(world.Weather.Freeze / 2))
        {
            // Between the check and the wire. That the provider knows the request by its name is all that helps.
            silo.Freeze("has written the request");
            await silo.Wait(UsualWay);
        }

        var isLate = !window.IsOpen;
        var outcome = await CallAsync(provider, what, at => act(at, isLate));
        await silo.Reach("takes the answer in");
        return outcome;
    }

    // That the question could not be asked says nothing of the effect.
    private async Task<ProviderOutcome> AskAsync(string provider, string what, Func<SimulatedProvider, ProviderOutcome> ask)
    {
        await silo.Reach(what);
        var outcome = await CallAsync(provider, what, ask);
        await silo.Reach("takes the answer in");
        return outcome is ProviderOutcome.NotSent { Reason: var reason } ? Unknown(reason) : outcome;
    }

    private async Task<ProviderOutcome> CallAsync(string name, string what, Func<SimulatedProvider, ProviderOutcome> act)
    {
        var provider = world.Provider(name);
        var choices = world.Choices;
        var fate = choices.Happens(world.Weather.Wire)
            ? choices.Pick(Fate.Late, Fate.AnswerLost, Fate.RequestLost, Fate.Refused)
            : Fate.Well;
        if (fate != Fate.Well)
        {
            world.Tell(silo.Name, $"{what}: {fate}");
        }

        if (fate == Fate.Refused)
        {
            await silo.Wait(UsualWay);
            return new ProviderOutcome.NotSent { Reason = "the connection was refused" };
        }

        if (fate == Fate.RequestLost)
        {
            await silo.Wait(Timeout);
            return Unknown("no answer in time");
        }

        var there = fate == Fate.Late ? choices.UpTo(LongestWay) : Way();
        var back = Way();
        var comesBack = fate != Fate.AnswerLost && there + back < Timeout;
        var answer = new TaskCompletionSource<ProviderOutcome>();
        world.After(there, provider.Life, () =>
        {
            var outcome = act(provider);
            if (comesBack)
            {
                world.After(back, silo.Life, () => answer.SetResult(outcome));
            }
        });
        if (!comesBack)
        {
            world.After(Timeout, silo.Life, () => answer.SetResult(Unknown("no answer in time")));
        }

        return await answer.Task;
    }

    private TimeSpan Way() => world.Weather.Slow > 0 ? world.Choices.UpTo(SlowWay) : UsualWay;
}
