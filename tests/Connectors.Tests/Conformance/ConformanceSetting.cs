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
    protected async Task IsUnknownAsync(
        Effect effect, Func<Received, HttpContext, Task> fault, TimeSpan? timeout = null)
    {
        Server.Script = Faulty(effect, fault);
        var connector = Create(options =>
        {
            options.Timeout = timeout ?? options.Timeout;
            options.MaxResponseBytes = Rig.LongestResponse;
        });
        var before = Server.Requests.Count(request => Rig.Is(effect, request));
        var outcome = await Rig.ActAsync(connector, effect, Time);
        Assert.True(
            Rig.MovesMoney(effect) ? outcome is ProviderOutcome.Unknown : outcome is ProviderOutcome.NotSent,
            $"{effect}: {outcome}");
        Assert.Equal(before + 1, Server.Requests.Count(request => Rig.Is(effect, request)));
    }

    protected Func<Received, HttpContext, Task> Faulty(Effect effect, Func<Received, HttpContext, Task> fault) =>
        (request, context) => Rig.Is(effect, request) ? fault(request, context) : Rig.RespondAsync(request, context);

    protected ValueTask<WebhookReading> ReadAsync(InboundWebhook webhook) =>
        Create().ReadWebhookAsync(webhook, Rig.Credentials);

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
