using System.Text;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Simulation.Tests.Cluster;
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Providers;

/// <summary>A connector as its contract wants it, and the wire between it and the provider: a request can be refused at
/// the door, lost, or arrive late, and its response can be lost. No byte leaves after the send window has closed; a
/// process can still freeze in the middle of writing them.</summary>
internal sealed class SimulatedConnector(World world, SimulatedSilo silo, SimulatedProvider provider) : IConnector
{
    /// <summary>How long a request that left may be on its way at most, with what the provider needs to show it: within
    /// the visibility window.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(55);

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan UsualDelay = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan SlowDelay = TimeSpan.FromSeconds(3);

    private enum Fate
    {
        Well,
        Late,
        ReplyLost,
        RequestLost,
        Refused,
    }

    /// <inheritdoc/>
    public string Provider => provider.Name;

    /// <inheritdoc/>
    public ConnectorCapabilities Capabilities => provider.Capabilities;

    /// <inheritdoc/>
    public async Task<ProviderOutcome> ChargeAsync(ChargeRequest request, ProviderCredentials credentials)
    {
        var (name, account) = (request.Attempt.ToString(), AccountOf(credentials));
        world.Checker.ChargedWith(provider.Name, request);
        if (request.Resend)
        {
            // What it left at the provider is used, not made again, and while that cannot be found out nothing is sent.
            var earlier = await QueryAsync("queries the charge", () => provider.QueryCharge(name, account));
            if (earlier is not ProviderOutcome.NotFound)
            {
                return earlier is ProviderOutcome.Unknown { Reason: var reason }
                    ? new ProviderOutcome.NotSent { Reason = reason }
                    : earlier;
            }
        }

        var capturesItself = request.Capture == CaptureMode.Automatic && Capabilities.CapturesByItself;
        return await SendAsync(
            "the charge",
            world.Checker.LimitsOf(request.Attempt),
            request.Window,
            isLate => provider.Charge(
                name, account, request.Amount.AmountMinor, capturesItself, request.ExpiresAt, isLate));
    }

    /// <inheritdoc/>
    public Task<ProviderOutcome> QueryChargeAsync(ChargeQuery query, ProviderCredentials credentials)
    {
        world.Checker.Queries(query.Attempt.Payment, provider.Name);
        var name = query.Attempt.ToString();
        return QueryAsync("queries the charge", () => provider.QueryCharge(name, AccountOf(credentials)));
    }

    /// <inheritdoc/>
    public Task<ProviderOutcome> CaptureAsync(CaptureRequest request, ProviderCredentials credentials)
    {
        var name = request.Attempt.ToString();
        return SendAsync(
            "the capture",
            world.Checker.LimitsOfCapture(request.Attempt),
            request.Window,
            _ => provider.Capture(name, AccountOf(credentials), request.Amount.AmountMinor));
    }

    /// <inheritdoc/>
    public Task<ProviderOutcome> VoidAsync(VoidAuthorizationRequest request, ProviderCredentials credentials)
    {
        var name = request.Attempt.ToString();
        return SendAsync(
            "the release",
            world.Checker.LimitsOfVoid(request.Attempt),
            request.Window,
            _ => provider.Void(name, AccountOf(credentials)));
    }

    /// <inheritdoc/>
    public Task<ProviderOutcome> RefundAsync(RefundRequest request, ProviderCredentials credentials)
    {
        var (name, charge) = (request.Refund.ToString(), request.Attempt.ToString());
        return SendAsync(
            "the refund",
            world.Checker.LimitsOf(request.Refund),
            request.Window,
            _ => provider.Refund(name, AccountOf(credentials), charge, request.Amount.AmountMinor));
    }

    /// <inheritdoc/>
    public Task<ProviderOutcome> QueryRefundAsync(RefundQuery query, ProviderCredentials credentials)
    {
        world.Checker.Queries(query.Refund.Payment, provider.Name);
        var name = query.Refund.ToString();
        return QueryAsync("queries the refund", () => provider.QueryRefund(name, AccountOf(credentials)));
    }

    /// <inheritdoc/>
    public ValueTask<WebhookReading> ReadWebhookAsync(InboundWebhook webhook, ProviderCredentials credentials)
    {
        var known = provider.FindEvent(Encoding.UTF8.GetString(webhook.Body.Span))!;
        return ValueTask.FromResult<WebhookReading>(known switch
        {
            _ when known.Account != AccountOf(credentials) => new WebhookReading.Forged(),
            { Attempt: { } attempt } when provider.IsUnsigned => new WebhookReading.About(known.EventId, attempt),
            { Attempt: { } attempt } => new WebhookReading.OfCharge(known.EventId, attempt, known.Outcome),
            _ => new WebhookReading.OfRefund(known.EventId, known.Refund!.Value, known.Outcome),
        });
    }

    /// <inheritdoc/>
    public Task<CredentialsCheck> CheckAsync(ProviderCredentials credentials) =>
        Task.FromResult(CredentialsCheck.NotChecked);

    private static string AccountOf(ProviderCredentials credentials) => credentials[Shop.Account].Reveal();

    private static ProviderOutcome.Unknown Unknown(string reason) => new() { Reason = reason };

    private async Task<ProviderOutcome> SendAsync(
        string what, SendTerms? limits, SendWindow window, Func<bool, ProviderOutcome> act)
    {
        await silo.Reach("sends");
        if (!window.IsOpen)
        {
            return new ProviderOutcome.NotSent { Reason = "the send window has closed" };
        }

        world.Checker.BytesLeave(limits);
        if (world.Choices.Happens(world.Weather.Freeze / 2))
        {
            // Between the check and the wire. That the provider knows the request by its name is all that helps.
            silo.Freeze("has written the request");
            await silo.Wait(UsualDelay);
        }

        var isLate = !window.IsOpen;
        var outcome = await CallAsync(what, () => act(isLate));
        await silo.Reach("processes the response");
        return outcome;
    }

    // That the query could not be sent says nothing of what it is about.
    private async Task<ProviderOutcome> QueryAsync(string what, Func<ProviderOutcome> query)
    {
        await silo.Reach(what);
        var outcome = await CallAsync(what, query);
        await silo.Reach("processes the response");
        return outcome is ProviderOutcome.NotSent { Reason: var reason } ? Unknown(reason) : outcome;
    }

    private async Task<ProviderOutcome> CallAsync(string what, Func<ProviderOutcome> act)
    {
        var choices = world.Choices;
        var fate = choices.Happens(world.Weather.Wire)
            ? choices.Pick(Fate.Late, Fate.ReplyLost, Fate.RequestLost, Fate.Refused)
            : Fate.Well;
        if (fate != Fate.Well)
        {
            world.Tell(silo.Name, $"{what}: {fate}");
        }

        if (fate == Fate.Refused)
        {
            await silo.Wait(UsualDelay);
            return new ProviderOutcome.NotSent { Reason = "the connection was refused" };
        }

        if (fate == Fate.RequestLost)
        {
            await silo.Wait(Timeout);
            return Unknown("no response in time");
        }

        var there = fate == Fate.Late ? choices.UpTo(LongestDelay) : Way();
        var back = Way();
        var comesBack = fate != Fate.ReplyLost && there + back < Timeout;
        var reply = new TaskCompletionSource<ProviderOutcome>();
        world.After(there, provider.Life, () =>
        {
            var outcome = act();
            if (comesBack)
            {
                world.After(back, silo.Life, () => reply.SetResult(outcome));
            }
        });
        if (!comesBack)
        {
            world.After(Timeout, silo.Life, () => reply.SetResult(Unknown("no response in time")));
        }

        return await reply.Task;
    }

    private TimeSpan Way() => world.Weather.Slow > 0 ? world.Choices.UpTo(SlowDelay) : UsualDelay;
}
