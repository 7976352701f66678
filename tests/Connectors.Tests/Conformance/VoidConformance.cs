using Microsoft.AspNetCore.Http;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Conformance;

/// <summary>What holds of every connector whose provider can release an authorisation: the same facts as of the other
/// effects. Its test class inherits this beside <see cref="ConnectorConformance"/>.</summary>
public abstract class VoidConformance(ConnectorRig rig) : ConformanceSetting(rig)
{
    [Fact]
    public void The_capabilities_say_that_it_voids() => Assert.True(Create().Capabilities.Voids);

    [Fact]
    public async Task A_healthy_provider_is_understood()
    {
        Server.Script = Rig.RespondAsync;
        var outcome = await VoidAsync();
        Assert.True(outcome is ProviderOutcome.Succeeded or ProviderOutcome.Pending, outcome.ToString());
        Assert.NotNull(outcome.ProviderReference);
        Assert.Single(Server.Requests, request => Rig.Is(Effect.Void, request));
    }

    [Fact]
    public async Task A_refused_connection_is_not_sent()
    {
        await Server.DisposeAsync();
        Assert.IsType<ProviderOutcome.NotSent>(await VoidAsync());
    }

    [Fact]
    public async Task A_closed_send_window_is_not_sent()
    {
        Server.Script = Rig.RespondAsync;
        Assert.IsType<ProviderOutcome.NotSent>(
            await Rig.ActAsync(Create(), Effect.Void, Time, SendWindow.Open(Time, TimeSpan.Zero)));
        Assert.DoesNotContain(Server.Requests, request => Rig.Is(Effect.Void, request));
    }

    [Fact]
    public async Task No_response_is_unknown() => await IsUnknownWithoutResponseAsync(Effect.Void);

    [Fact]
    public async Task A_reset_after_the_request_is_unknown() =>
        await IsUnknownAsync(Effect.Void, (_, context) => Responses.ResetAsync(context));

    [Theory]
    [InlineData(500), InlineData(502), InlineData(503), InlineData(504), InlineData(302), InlineData(408)]
    public async Task A_status_that_says_nothing_of_the_effect_is_unknown(int status) =>
        await IsUnknownAsync(Effect.Void, (_, context) => Responses.JsonAsync(context, status, "{}"));

    [Fact]
    public async Task A_truncated_response_is_unknown() =>
        await IsUnknownAsync(
            Effect.Void, (_, context) => Responses.TruncatedAsync(context, """{"id":"x","status":"voided"}"""));

    [Theory]
    [InlineData(""), InlineData("{"), InlineData("{}"), InlineData("[]")]
    [InlineData("null"), InlineData("<html>502</html>")]
    [InlineData("{\"id\":\"a\",\"id\":\"b\"}")]
    public async Task A_success_that_cannot_be_read_is_unknown(string body) =>
        await IsUnknownAsync(Effect.Void, (_, context) => Responses.JsonAsync(context, 200, body));

    [Fact]
    public async Task An_oversized_body_is_unknown() => await IsUnknownAsync(Effect.Void, async (request, context) =>
    {
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(new string(' ', Rig.LongestResponse + 500));
        await Rig.RespondAsync(request, context);
    });

    [Fact]
    public async Task A_refusal_for_haste_is_not_sent()
    {
        Server.Script = Faulty(Effect.Void, (_, context) => Responses.JsonAsync(context, 429, "{}"));
        Assert.IsType<ProviderOutcome.NotSent>(await VoidAsync());
        Assert.Equal(3, Server.Requests.Count(request => Rig.Is(Effect.Void, request)));
    }

    [Fact]
    public async Task Refused_credentials_are_a_decline_that_blames_the_merchant()
    {
        Server.Script = Faulty(Effect.Void, (_, context) => Rig.RefuseCredentialsAsync(context));
        var declined = Assert.IsType<ProviderOutcome.Declined>(await VoidAsync());
        Assert.Equal(
            (FailureCodes.CredentialsRefused, FailureParty.Merchant), (declined.Failure.Code, declined.Failure.Party));
    }

    [Fact]
    public async Task No_secret_is_in_a_log_or_an_outcome()
    {
        var said = new List<string?>();
        Func<Received, HttpContext, Task>[] scripts =
        [
            Rig.RespondAsync,
            (request, context) => Responses.JsonAsync(context, 200, request.Text),
            (request, context) => Responses.JsonAsync(context, 400, Rig.Echo(request)),
            (_, context) => Responses.ResetAsync(context),
        ];
        foreach (var script in scripts)
        {
            Server.Script = Faulty(Effect.Void, script);
            said.Add((await VoidAsync()).ToString());
        }

        Assert.All(Rig.Secrets, secret => Assert.All(
            said.Concat(Logs.Lines), line => Assert.DoesNotContain(secret, line, StringComparison.Ordinal)));
    }

    private Task<ProviderOutcome> VoidAsync() => Rig.ActAsync(Create(), Effect.Void, Time);
}
