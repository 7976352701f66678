using System.Collections.Immutable;
using System.Threading.Channels;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.AmazonPay;

/// <summary>Captures, releases, refunds and notifications, with every dial.</summary>
public sealed class AmazonPayMoneyAgainstSimulatorTests(SimulatedAmazonPay amazon) : AmazonPaySimulation(amazon)
{
    [Fact]
    public async Task What_is_authorised_is_captured_once()
    {
        var charge = await ChargedAsync(ChargeStage.Authorized);
        await OneChargeAsync(captured: false);
        for (var i = 0; i < 2; i++)
        {
            var captured = Assert.IsType<ProviderOutcome.Succeeded>(await CaptureAsync(charge));
            Assert.Equal(
                (ChargeStage.Captured, AmazonPayRig.Euros, charge),
                (captured.Stage, captured.Amount, captured.ProviderReference));
        }

        await OneChargeAsync();
    }

    [Fact]
    public async Task A_part_is_captured()
    {
        var captured = Assert.IsType<ProviderOutcome.Succeeded>(
            await CaptureAsync(await ChargedAsync(ChargeStage.Authorized), Part));
        Assert.Equal(Part, captured.Amount);
    }

    [Theory, MemberData(nameof(After))]
    public async Task A_capture_whose_response_was_lost_is_unknown_and_then_found(string dial)
    {
        var charge = await ChargedAsync(ChargeStage.Authorized);
        await Amazon.DialAsync($$"""{"{{dial}}":1,"hold_ms":4000,"operations":["capture"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await CaptureAsync(charge));
        await Amazon.DialAsync("{}");
        Assert.Equal(
            ChargeStage.Captured, Assert.IsType<ProviderOutcome.Succeeded>(await QueryAsync(null, charge)).Stage);
        Assert.IsType<ProviderOutcome.Succeeded>(await CaptureAsync(charge));
        await OneChargeAsync();
    }

    [Fact]
    public async Task What_is_authorised_is_released_and_then_reads_as_voided()
    {
        var charge = await ChargedAsync(ChargeStage.Authorized);
        for (var i = 0; i < 2; i++)
        {
            Assert.IsType<ProviderOutcome.Succeeded>(await VoidAsync(charge));
        }

        Assert.Equal(
            FailureCodes.Voided, Assert.IsType<ProviderOutcome.Declined>(await QueryAsync(null, charge)).Failure.Code);
        Assert.IsType<ProviderOutcome.Declined>(await CaptureAsync(charge));
        await OneChargeAsync(captured: false);
    }

    [Fact]
    public async Task What_is_captured_is_not_released() =>
        Assert.IsType<ProviderOutcome.Declined>(await VoidAsync(await ChargedAsync()));

    [Theory, MemberData(nameof(After))]
    public async Task A_release_whose_response_was_lost_is_unknown_and_then_found(string dial)
    {
        var charge = await ChargedAsync(ChargeStage.Authorized);
        await Amazon.DialAsync($$"""{"{{dial}}":1,"hold_ms":4000,"operations":["capture"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await VoidAsync(charge));
        await Amazon.DialAsync("{}");
        Assert.IsType<ProviderOutcome.Succeeded>(await VoidAsync(charge));
    }

    [Fact]
    public async Task A_refund_is_made_once_and_paid_out()
    {
        var charge = await ChargedAsync();
        var pending = Assert.IsType<ProviderOutcome.Pending>(await RefundAsync(charge));
        Assert.Equal(pending.ProviderReference, (await RefundAsync(charge)).ProviderReference);
        var paid = (ProviderOutcome.Succeeded)await UntilAsync(
            () => QueryRefundAsync(charge, pending.ProviderReference),
            outcome => outcome is ProviderOutcome.Succeeded,
            "the refund is paid out");
        Assert.Equal(Part, paid.Amount);
        await OneRefundAsync();
    }

    [Fact]
    public async Task A_refund_that_the_bank_does_not_take_is_declined()
    {
        var charge = await ChargedAsync();
        await Amazon.DialAsync("""{"refund_failed":1}""");
        var refund = (await RefundAsync(charge)).ProviderReference;
        Assert.Equal("refund_failed", ((ProviderOutcome.Declined)await UntilAsync(
            () => QueryRefundAsync(charge, refund),
            outcome => outcome is ProviderOutcome.Declined,
            "the refund fails")).Failure.Code);
    }

    [Theory]
    [MemberData(nameof(Before)), MemberData(nameof(After)), InlineData("timeout_then_charge")]
    public async Task A_refund_whose_response_was_lost_is_unknown_and_made_once(string dial)
    {
        var charge = await ChargedAsync();
        await Amazon.DialAsync($$"""{"{{dial}}":1,"late_ms":2000,"hold_ms":4000,"operations":["refund"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await RefundAsync(charge));
        await Amazon.DialAsync("{}");
        var queried = await QueryRefundAsync(charge);
        Assert.True(queried is ProviderOutcome.Pending or ProviderOutcome.Succeeded, queried.ToString());
        await UntilAsync(
            () => QueryRefundAsync(charge, queried.ProviderReference),
            outcome => outcome is ProviderOutcome.Succeeded,
            "the refund is paid out");
        await OneRefundAsync();
    }

    [Fact]
    public async Task Notifications_are_verified_and_lead_to_the_attempt_also_twice()
    {
        await using var shop = await Shop.OpenAsync();
        await Amazon.AddAccountAsync(shop.Url);
        await Amazon.DialAsync("""{"webhook_duplicate":1}""");
        await ChargedAsync();

        var connector = Amazon.Connect();
        var ids = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            var about = Assert.IsType<WebhookReading.About>(
                await connector.ReadWebhookAsync(await shop.NextAsync(), Rig.Credentials));
            Assert.Equal(Attempt, about.Attempt);
            ids.Add(about.EventId);
        }

        Assert.Single(ids.Distinct());
        await Amazon.AddAccountAsync(webhookUrl: null);
    }

    [Fact]
    public async Task A_notification_that_was_tampered_with_is_forged_and_its_repetition_taken()
    {
        await using var shop = await Shop.OpenAsync();
        shop.Responses.Enqueue(401);
        await Amazon.AddAccountAsync(shop.Url);
        await Amazon.DialAsync("""{"webhook_tampered":1}""");
        await ChargedAsync();

        var connector = Amazon.Connect();
        Assert.IsType<WebhookReading.Forged>(await connector.ReadWebhookAsync(await shop.NextAsync(), Rig.Credentials));
        Assert.IsType<WebhookReading.About>(await connector.ReadWebhookAsync(await shop.NextAsync(), Rig.Credentials));
        await Amazon.AddAccountAsync(webhookUrl: null);
    }

    [Fact]
    public async Task A_saved_wallets_charge_that_the_payment_does_not_wait_for_is_reported_by_its_notification()
    {
        await using var shop = await Shop.OpenAsync();
        await Amazon.AddAccountAsync(shop.Url);
        var link = await LinkAsync();
        await Amazon.DialAsync("""{"reset_after":1,"operations":["payment"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await ChargeWalletAsync(link));
        await Amazon.DialAsync("{}");
        Assert.IsType<ProviderOutcome.Unknown>(await QueryWalletAsync(link, completes: false));

        var connector = Amazon.Connect();
        var told = Assert.IsType<WebhookReading.OfCharge>(
            await connector.ReadWebhookAsync(await shop.NextAsync(), Rig.Credentials));
        var paid = Assert.IsType<ProviderOutcome.Succeeded>(told.Outcome);
        Assert.Equal((Attempt, ChargeStage.Captured, AmazonPayRig.Euros), (told.Attempt, paid.Stage, paid.Amount));
        Assert.IsType<ProviderOutcome.Succeeded>(await QueryAsync(null, paid.ProviderReference, completes: false));

        await Amazon.DecideAsync(link, "decline");
        Assert.IsType<WebhookReading.Irrelevant>(
            await connector.ReadWebhookAsync(await shop.NextAsync(), Rig.Credentials));
        await Amazon.AddAccountAsync(webhookUrl: null);
    }

    [Fact]
    public async Task A_refund_made_in_seller_central_is_reported()
    {
        await using var shop = await Shop.OpenAsync();
        await Amazon.AddAccountAsync(shop.Url);
        var charge = await ChargedAsync();
        await Amazon.RefundInDashboardAsync(charge, Part.AmountMinor);

        var connector = Amazon.Connect();
        WebhookReading reading;
        do
        {
            reading = await connector.ReadWebhookAsync(await shop.NextAsync(), Rig.Credentials);
        }
        while (reading is WebhookReading.About);

        var reported = Assert.IsType<WebhookReading.OfProviderRefunds>(reading);
        var refund = Assert.Single(reported.Refunds);
        Assert.Equal((Attempt, Part, charge), (reported.Attempt, refund.Amount, refund.ProviderPayment));
        await Amazon.AddAccountAsync(webhookUrl: null);
    }

    private async Task OneRefundAsync() =>
        Assert.Single(await Amazon.JournalAsync(CompactName.Of(RefundId.ToString(), 32)));

    /// <summary>A shop's address for notifications.</summary>
    private sealed class Shop(ScriptedServer server, Channel<InboundWebhook> received) : IAsyncDisposable
    {
        public Uri Url => server.Url;

        /// <summary>The status of the next responses, in turn; 200 when there is none.</summary>
        public Queue<int> Responses { get; } = new();

        public static async Task<Shop> OpenAsync()
        {
            var received = Channel.CreateUnbounded<InboundWebhook>();
            var server = await ScriptedServer.StartAsync();
            var shop = new Shop(server, received);
            server.Script = (request, context) =>
            {
                received.Writer.TryWrite(new InboundWebhook
                {
                    Headers = request.Headers.ToImmutableDictionary(
                        header => header.Key.ToLowerInvariant(), header => header.Value),
                    Body = request.Body,
                });
                return Fakes.Responses.JsonAsync(
                    context, shop.Responses.TryDequeue(out var status) ? status : 200, "{}");
            };
            return shop;
        }

        public async Task<InboundWebhook> NextAsync()
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            return await received.Reader.ReadAsync(timeout.Token);
        }

        public ValueTask DisposeAsync() => server.DisposeAsync();
    }
}
