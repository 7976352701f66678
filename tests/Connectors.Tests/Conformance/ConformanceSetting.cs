using Microsoft.AspNetCore.Http;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Conformance;

/// <summary>Where conformance is tested: a scripted server in the provider's place, a clock that can be moved, and the
/// connector between them.</summary>
public abstract class ConformanceSetting(ConnectorRig rig) : IAsyncLifetime
{
    protected ConnectorRig Rig { get; } = rig;

    protected CapturedLogs Logs { get; } = new();

    protected ShiftedTime Time { get; } = new();

    protected ScriptedServer Server { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await ScriptedServer.StartAsync();
        Server.Script = Rig.RespondAsync;
        Rig.ServerUrl = Server.Url;
    }

    public async Task DisposeAsync() => await Server.DisposeAsync();

    /// <summary>The one call that has the effect meets a fault: it was made once, and its outcome is unknown;
    /// or, where the call moves no money, the effect is not sent.</summary>
    protected async Task IsUnknownAsync(Effect effect, Func<Received, HttpContext, Task> fault)
    {
        var (outcome, calls) = await MeetAsync(effect, fault, _ => { });
        SaysNothing(effect, outcome);
        Assert.Equal(1, calls);
    }

    /// <summary>The same, where the provider never responds. On a busy machine a request may not arrive within a short
    /// time limit, which shows nothing: then the limit was too short.</summary>
    protected async Task IsUnknownWithoutResponseAsync(Effect effect)
    {
        ProviderOutcome outcome;
        int calls;
        var timeout = TimeSpan.FromMilliseconds(400);
        do
        {
            (outcome, calls) = await MeetAsync(
                effect, (_, context) => Responses.HangUpAsync(context), options => options.Timeout = timeout);
            timeout *= 2;
        }
        while (calls == 0 && timeout < TimeSpan.FromSeconds(10));

        SaysNothing(effect, outcome);
        Assert.Equal(1, calls);
    }

    protected Func<Received, HttpContext, Task> Faulty(Effect effect, Func<Received, HttpContext, Task> fault) =>
        (request, context) => Rig.Is(effect, request) ? fault(request, context) : Rig.RespondAsync(request, context);

    protected ValueTask<WebhookReading> ReadAsync(InboundWebhook webhook) =>
        Create().ReadWebhookAsync(webhook, Rig.Credentials);

    // What came of the effect, and how many calls for it arrived.
    private async Task<(ProviderOutcome Outcome, int Calls)> MeetAsync(
        Effect effect, Func<Received, HttpContext, Task> fault, Action<ProviderHttpOptions> configure)
    {
        Server.Script = Faulty(effect, fault);
        var connector = Create(options =>
        {
            options.MaxResponseBytes = Rig.LongestResponse;
            configure(options);
        });
        var before = Server.Requests.Count(request => Rig.Is(effect, request));
        var outcome = await Rig.ActAsync(connector, effect, Time);
        return (outcome, Server.Requests.Count(request => Rig.Is(effect, request)) - before);
    }

    private void SaysNothing(Effect effect, ProviderOutcome outcome) => Assert.True(
        Rig.MovesMoney(effect) ? outcome is ProviderOutcome.Unknown : outcome is ProviderOutcome.NotSent,
        $"{effect}: {outcome}");

    protected IConnector Create(Action<ProviderHttpOptions>? configure = null) => Rig.Create(
        options =>
        {
            options.BaseUrl = Server.Url;
            options.RetryDelay = TimeSpan.FromMilliseconds(1);
            options.ConnectTimeout = TimeSpan.FromSeconds(2);
            configure?.Invoke(options);
        },
        Time,
        Logs);
}
