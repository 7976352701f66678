using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Http;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Conformance;

/// <summary>What holds of every connector, whatever its provider. A connector's test class inherits it and provides its
/// Rig.</summary>
public abstract class ConnectorConformance(ConnectorRig rig) : ConformanceSetting(rig)
{
    // What not all have is in VoidConformance.
    private static readonly Effect[] EveryProviderHas = [Effect.Charge, Effect.Capture, Effect.Refund];

    public static TheoryData<Effect> Effects { get; } = [.. EveryProviderHas];

    [Theory, MemberData(nameof(Effects))]
    public async Task A_healthy_provider_is_understood(Effect effect)
    {
        Server.Script = Rig.RespondAsync;
        var outcome = await Rig.ActAsync(Create(), effect, Time);
        Assert.True(outcome is ProviderOutcome.Succeeded or ProviderOutcome.Pending, outcome.ToString());
        Assert.True(outcome.ProviderReference is not null || !Rig.NamesPayment(effect), outcome.ToString());
        Assert.Single(Server.Requests, request => Rig.Is(effect, request));
    }

    [Theory, MemberData(nameof(Effects))]
    public async Task A_refused_connection_is_not_sent(Effect effect)
    {
        await Server.DisposeAsync();
        Assert.IsType<ProviderOutcome.NotSent>(await Rig.ActAsync(Create(), effect, Time));
    }

    [Theory, MemberData(nameof(Effects))]
    public async Task A_closed_send_window_is_not_sent(Effect effect)
    {
        Server.Script = Rig.RespondAsync;
        var outcome = await Rig.ActAsync(Create(), effect, Time, SendWindow.Open(Time, TimeSpan.Zero));
        Assert.IsType<ProviderOutcome.NotSent>(outcome);
        Assert.DoesNotContain(Server.Requests, request => Rig.Is(effect, request));
    }

    [Theory, MemberData(nameof(Effects))]
    public async Task No_response_is_unknown(Effect effect) => await IsUnknownWithoutResponseAsync(effect);

    [Theory, MemberData(nameof(Effects))]
    public async Task A_reset_after_the_request_is_unknown(Effect effect) =>
        await IsUnknownAsync(effect, (_, context) => Responses.ResetAsync(context));

    [Theory]
    [InlineData(500), InlineData(502), InlineData(503), InlineData(504)]
    [InlineData(302), InlineData(307), InlineData(408)]
    public async Task A_status_that_says_nothing_of_the_effect_is_unknown(int status)
    {
        foreach (var effect in EveryProviderHas)
        {
            await IsUnknownAsync(effect, (_, context) =>
            {
                context.Response.Headers.RetryAfter = "1";
                context.Response.Headers.Location = "/elsewhere";
                return Responses.JsonAsync(context, status, "{}");
            });
        }

        Assert.DoesNotContain(Server.Requests, request => request.Path == "/elsewhere");
    }

    [Fact]
    public void The_merchants_account_is_named_by_a_credential_that_it_must_give()
    {
        var capabilities = Create().Capabilities;
        Assert.Contains(capabilities.AccountCredential!, capabilities.Credentials);
    }

    [Theory, MemberData(nameof(Effects))]
    public async Task A_truncated_response_is_unknown(Effect effect) =>
        await IsUnknownAsync(
            effect, (_, context) => Responses.TruncatedAsync(context, """{"id":"x","status":"captured"}"""));

    [Theory]
    [InlineData(""), InlineData("{"), InlineData("{}"), InlineData("[]"), InlineData("null"), InlineData("\"ok\"")]
    [InlineData("<html>502</html>")]
    [InlineData("""{"id":1,"razorpay_payment_id":1}""")]
    [InlineData("{\"id\":\"a\",\"id\":\"b\"}")]
    public async Task A_success_that_cannot_be_read_is_unknown(string body)
    {
        foreach (var effect in EveryProviderHas)
        {
            await IsUnknownAsync(effect, (_, context) => Responses.JsonAsync(context, 200, body));
        }
    }

    [Theory, MemberData(nameof(Effects))]
    public async Task An_oversized_response_is_unknown(Effect effect) =>
        await IsUnknownAsync(effect, async (request, context) =>
        {
            // Nothing else is wrong with it.
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(new string(' ', Rig.LongestResponse + 500));
            await Rig.RespondAsync(request, context);
        });

    [Theory, MemberData(nameof(Effects))]
    public async Task An_endless_body_is_unknown(Effect effect) => await IsUnknownAsync(effect, async (_, context) =>
    {
        context.Response.ContentType = "application/json";
        while (!context.RequestAborted.IsCancellationRequested)
        {
            await context.Response.WriteAsync(new string(' ', 1_000));
        }
    });

    [Theory, MemberData(nameof(Effects))]
    public async Task A_packed_response_is_not_unpacked(Effect effect) =>
        await IsUnknownAsync(effect, (request, context) =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            return Rig.RespondAsync(request, context);
        });

    [Theory, MemberData(nameof(Effects))]
    public async Task A_refusal_for_haste_is_not_sent(Effect effect)
    {
        Server.Script = Faulty(effect, (_, context) => Responses.JsonAsync(context, 429, "{}"));
        Assert.IsType<ProviderOutcome.NotSent>(await Rig.ActAsync(Create(), effect, Time));
        Assert.Equal(3, Server.Requests.Count(request => Rig.Is(effect, request)));
    }

    [Theory, MemberData(nameof(Effects))]
    public async Task A_long_retry_after_is_left_to_the_caller(Effect effect)
    {
        Server.Script = Faulty(effect, (_, context) =>
        {
            context.Response.Headers.RetryAfter = "3600";
            return Responses.JsonAsync(context, 429, "{}");
        });
        Assert.IsType<ProviderOutcome.NotSent>(await Rig.ActAsync(Create(), effect, Time));
        Assert.Single(Server.Requests, request => Rig.Is(effect, request));
    }

    [Theory, MemberData(nameof(Effects))]
    public async Task What_was_refused_for_haste_passes_at_the_next_try(Effect effect)
    {
        var tries = 0;
        Server.Script = Faulty(effect, (request, context) => ++tries == 1
            ? Responses.JsonAsync(context, 429, "{}")
            : Rig.RespondAsync(request, context));
        var outcome = await Rig.ActAsync(Create(), effect, Time);
        Assert.True(outcome is ProviderOutcome.Succeeded or ProviderOutcome.Pending, outcome.ToString());
    }

    [Theory, MemberData(nameof(Effects))]
    public async Task Refused_credentials_are_a_decline_that_blames_the_merchant(Effect effect)
    {
        Server.Script = Faulty(effect, (_, context) => Rig.RefuseCredentialsAsync(context));
        var declined = Assert.IsType<ProviderOutcome.Declined>(await Rig.ActAsync(Create(), effect, Time));
        Assert.Equal(
            (FailureCodes.CredentialsRefused, FailureParty.Merchant), (declined.Failure.Code, declined.Failure.Party));
    }

    [Fact]
    public async Task A_declined_charge_is_declined_with_a_code_and_a_sentence()
    {
        Server.Script = Faulty(Effect.Charge, (_, context) => Rig.DeclineAsync(context));
        var declined = Assert.IsType<ProviderOutcome.Declined>(await Rig.ActAsync(Create(), Effect.Charge, Time));
        Assert.Matches("^[a-z0-9_]{2,64}$", declined.Failure.Code);
        Assert.NotEmpty(declined.Failure.Message);
    }

    [Theory]
    [InlineData(200), InlineData(301), InlineData(400), InlineData(401)]
    [InlineData(403), InlineData(404), InlineData(429), InlineData(500)]
    public async Task A_query_that_goes_wrong_leaves_the_outcome_unknown(int status)
    {
        Server.Script = (_, context) => Responses.JsonAsync(context, status, "{}");
        Assert.All(await Rig.QueryAsync(Create()), outcome => Assert.IsType<ProviderOutcome.Unknown>(outcome));
    }

    [Fact]
    public async Task A_query_that_cannot_be_queried_leaves_the_outcome_unknown()
    {
        await Server.DisposeAsync();
        Assert.All(await Rig.QueryAsync(Create()), outcome => Assert.IsType<ProviderOutcome.Unknown>(outcome));
    }

    [Fact]
    public async Task A_query_with_a_garbage_response_leaves_the_outcome_unknown()
    {
        Server.Script = (_, context) => Responses.JsonAsync(context, 200, "<html>");
        Assert.All(await Rig.QueryAsync(Create()), outcome => Assert.IsType<ProviderOutcome.Unknown>(outcome));
    }

    [Fact]
    public async Task A_provider_that_keeps_failing_is_left_alone_and_then_tried_again()
    {
        var connector = Create(options =>
        {
            options.BreakerMinimumCalls = 4;
            options.BreakerBreak = TimeSpan.FromMinutes(5);
        });
        Server.Script = Faulty(Effect.Refund, (_, context) => Responses.JsonAsync(context, 500, "{}"));
        for (var i = 0; i < 4; i++)
        {
            Assert.IsType<ProviderOutcome.Unknown>(await Rig.ActAsync(connector, Effect.Refund, Time));
        }

        var sofar = Server.Requests.Count;
        Assert.IsType<ProviderOutcome.NotSent>(await Rig.ActAsync(connector, Effect.Refund, Time));
        Assert.Equal(sofar, Server.Requests.Count);

        Server.Script = Rig.RespondAsync;
        Time.Advance(TimeSpan.FromMinutes(6));
        var outcome = await Rig.ActAsync(connector, Effect.Refund, Time);
        Assert.True(outcome is ProviderOutcome.Succeeded or ProviderOutcome.Pending, outcome.ToString());
    }

    [Fact]
    public async Task Declines_do_not_speak_against_the_provider()
    {
        var connector = Create(options => options.BreakerMinimumCalls = 2);
        Server.Script = Faulty(Effect.Charge, (_, context) => Rig.DeclineAsync(context));
        for (var i = 0; i < 10; i++)
        {
            Assert.IsType<ProviderOutcome.Declined>(await Rig.ActAsync(connector, Effect.Charge, Time));
        }
    }

    [Fact]
    public async Task Amounts_are_in_the_providers_own_format()
    {
        var connector = Create();
        Server.Script = Rig.RespondAsync;
        foreach (var (amount, inBody) in Rig.AmountFormats)
        {
            var request = Rig.ChargeOf(Time, SendWindow.Open(Time, TimeSpan.FromMinutes(1)), amount);
            await connector.ChargeAsync(request, Rig.Credentials);
            Assert.Contains(
                inBody,
                Server.Requests.Last(Rig.StatesAmount).Text,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_the_provider_does_not_take_is_declined_unsent()
    {
        Server.Script = Rig.RespondAsync;
        var request = Rig.ChargeOf(
            Time, SendWindow.Open(Time, TimeSpan.FromMinutes(1)), Rig.Amount.Zero);
        var declined = Assert.IsType<ProviderOutcome.Declined>(await Create().ChargeAsync(request, Rig.Credentials));
        Assert.Equal(FailureCodes.RequestRefused, declined.Failure.Code);
        Assert.Empty(Server.Requests);
    }

    [Fact]
    public async Task A_webhook_is_read_if_its_signature_is_right()
    {
        var reading = await ReadAsync(Rig.Webhook(ConnectorRig.Attempt, Rig.WebhookSecret));
        if (!Rig.WebhookProvesContent)
        {
            Assert.Equal(ConnectorRig.Attempt, Assert.IsType<WebhookReading.About>(reading).Attempt);
            return;
        }

        var charge = Assert.IsType<WebhookReading.OfCharge>(reading);
        Assert.Equal(ConnectorRig.Attempt, charge.Attempt);
        Assert.NotEmpty(charge.EventId);
        Assert.Equal(ChargeStage.Captured, Assert.IsType<ProviderOutcome.Succeeded>(charge.Outcome).Stage);
    }

    [Fact]
    public async Task A_webhook_signed_with_another_secret_is_forged() =>
        Assert.IsType<WebhookReading.Forged>(await ReadAsync(Rig.Webhook(ConnectorRig.Attempt, "another secret")));

    [Fact]
    public async Task A_webhook_without_a_signature_is_forged()
    {
        var webhook = Rig.Webhook(ConnectorRig.Attempt, Rig.WebhookSecret);
        Assert.IsType<WebhookReading.Forged>(await ReadAsync(Rig.WithoutSignature(webhook)));
    }

    [Fact]
    public async Task A_webhook_with_any_byte_changed_says_nothing_else()
    {
        var connector = Create();
        var webhook = Rig.Webhook(ConnectorRig.Attempt, Rig.WebhookSecret);
        var told = await ReadAsync(webhook);
        for (var i = 0; Rig.WebhookIsSigned && i < webhook.Body.Length; i++)
        {
            var body = webhook.Body.ToArray();
            body[i] ^= 1;
            var reading = await connector.ReadWebhookAsync(webhook with { Body = body }, Rig.Credentials);
            if (Rig.WebhookSignsBody)
            {
                Assert.IsType<WebhookReading.Forged>(reading);
            }
            else if (reading is WebhookReading.OfCharge charge)
            {
                var original = Assert.IsType<WebhookReading.OfCharge>(told);
                Assert.Equal((original.Attempt, original.Outcome), (charge.Attempt, charge.Outcome));
            }
        }
    }

    [Fact]
    public async Task No_secret_is_in_a_log_an_outcome_or_a_span()
    {
        var seen = new StringBuilder();
        using var spans = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ConnectorTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                lock (seen)
                {
                    seen.Append(span.DisplayName).AppendJoin(' ', span.TagObjects);
                }
            },
        };
        ActivitySource.AddActivityListener(spans);

        var connector = Create(options => options.Timeout = TimeSpan.FromMilliseconds(300));
        Func<Received, HttpContext, Task>[] scripts =
        [
            Rig.RespondAsync,
            // A provider that repeats to us what we sent.
            (request, context) => Responses.JsonAsync(context, 200, request.Text),
            (request, context) => Responses.JsonAsync(context, 400, Rig.Echo(request)),
            (request, context) => Responses.JsonAsync(context, 500, request.Text),
            (_, context) => Responses.ResetAsync(context),
            (_, context) => Responses.HangUpAsync(context),
        ];
        foreach (var script in scripts)
        {
            foreach (var effect in EveryProviderHas)
            {
                Server.Script = Faulty(effect, script);
                Note(await Rig.ActAsync(connector, effect, Time));
            }
        }

        Note(await ReadAsync(Rig.Webhook(ConnectorRig.Attempt, Rig.WebhookSecret)));
        Note(Rig.Credentials);
        string text;
        lock (seen)
        {
            text = seen.AppendJoin('\n', Logs.Lines).ToString();
        }

        Assert.NotEmpty(Logs.Lines);
        Assert.All(Rig.Secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));

        void Note(object value)
        {
            lock (seen)
            {
                seen.AppendLine(value.ToString());
            }
        }
    }
}
