using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Testing;
using Xunit;

namespace PaymentCluster.Connectors.Tests.AmazonPay;

/// <summary>Charges and their completion, with every dial.</summary>
public sealed class AmazonPayAgainstSimulatorTests(SimulatedAmazonPay amazon) : AmazonPaySimulation(amazon)
{
    [Theory]
    [InlineData("EUR", 1_400), InlineData("USD", 2_005), InlineData("JPY", 295)]
    public async Task A_buyer_who_placed_the_order_has_paid_once_the_query_completed_it(string code, long minor)
    {
        var money = Money.Of(minor, Currency.Parse(code));
        var pending = Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(amount: money));
        Assert.Equal(CustomerActionKind.Redirect, pending.Action!.Kind);

        var paid = (ProviderOutcome.Succeeded)await UntilAsync(
            () => QueryAsync(pending.ProviderOrder, amount: money),
            outcome => outcome is ProviderOutcome.Succeeded,
            "it is paid");

        Assert.Equal(
            (ChargeStage.Captured, money, pending.ProviderOrder), (paid.Stage, paid.Amount, paid.ProviderOrder));
        Assert.Equal(
            ChargeStage.Captured,
            Assert.IsType<ProviderOutcome.Succeeded>(
                await QueryAsync(pending.ProviderOrder, paid.ProviderReference)).Stage);
        await OneChargeAsync();
    }

    [Theory]
    [InlineData(1), InlineData(2)]
    public async Task Both_versions_of_the_signature_are_taken(int version) =>
        Assert.Equal(
            CredentialsCheck.Accepted, await Amazon.Connect(signatureVersion: version).CheckAsync(Rig.Credentials));

    [Fact]
    public async Task Nothing_is_charged_before_the_query_completes_it()
    {
        var session = await ApprovedAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.IsType<ProviderOutcome.Pending>(await QueryAsync(session, completes: false));
        }

        await NoChargeAsync();
    }

    [Fact]
    public async Task Queries_at_once_complete_it_once()
    {
        var session = await ApprovedAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => QueryAsync(session)));
        Assert.All(outcomes, outcome => Assert.IsType<ProviderOutcome.Succeeded>(outcome));
        Assert.Single(outcomes.Select(outcome => outcome.ProviderReference).Distinct());
        await OneChargeAsync();
    }

    [Fact]
    public async Task A_buyer_who_has_not_placed_the_order_is_waited_for()
    {
        await Amazon.CustomerAsync(automatic: false);
        var session = await SessionAsync();
        Assert.IsType<ProviderOutcome.Pending>(await QueryAsync(session));
        await Amazon.DecideAsync(session, "approve");
        Assert.IsType<ProviderOutcome.Succeeded>(await QueryAsync(session));
    }

    [Theory]
    [InlineData("decline", "{}", "buyer_canceled", FailureParty.Customer)]
    [InlineData("approve", """{"decline":1}""", "declined", FailureParty.Bank)]
    public async Task A_buyer_who_leaves_or_cannot_pay_is_declined(
        string action, string dials, string code, FailureParty party)
    {
        await Amazon.DialAsync(dials);
        await Amazon.CustomerAsync(automatic: false);
        var session = await SessionAsync();
        await Amazon.DecideAsync(session, action);
        var declined = Assert.IsType<ProviderOutcome.Declined>(await QueryAsync(session));
        Assert.Equal((code, party), (declined.Failure.Code, declined.Failure.Party));
        await NoChargeAsync();
    }

    [Fact]
    public async Task Another_amount_than_the_sessions_is_never_completed()
    {
        var session = await ApprovedAsync();
        Assert.IsType<ProviderOutcome.Pending>(await QueryAsync(session, amount: Part));
        await NoChargeAsync();
    }

    [Fact]
    public async Task Another_amount_is_reported_as_it_is()
    {
        await Amazon.DialAsync("""{"amount_mismatch":1}""");
        var paid = Assert.IsType<ProviderOutcome.Succeeded>(await QueryAsync(await ApprovedAsync()));
        Assert.NotEqual(AmazonPayRig.Euros, paid.Amount);
    }

    [Fact]
    public async Task Refused_credentials_are_the_merchants()
    {
        using var other = System.Security.Cryptography.RSA.Create(2048);
        foreach (var credentials in (ProviderCredentials[])
            [
                AmazonPayRig.CredentialsOf(privateKey: other.ExportPkcs8PrivateKeyPem()),
                AmazonPayRig.CredentialsOf(keyId: "SANDBOX-NOBODY"),
                AmazonPayRig.CredentialsOf(region: "us"),
            ])
        {
            var declined = Assert.IsType<ProviderOutcome.Declined>(await ChargeAsync(credentials: credentials));
            Assert.Equal(FailureCodes.CredentialsRefused, declined.Failure.Code);
            Assert.Equal(CredentialsCheck.Refused, await Amazon.Connect().CheckAsync(credentials));
        }
    }

    [Fact]
    public async Task A_refused_request_is_declined()
    {
        var declined = Assert.IsType<ProviderOutcome.Declined>(
            await ChargeAsync(amount: Money.Of(15_000_001, Currency.Parse("EUR"))));
        Assert.Equal(
            ("transaction_amount_exceeded", FailureParty.Merchant), (declined.Failure.Code, declined.Failure.Party));
    }

    [Theory]
    [MemberData(nameof(Before)), MemberData(nameof(After))]
    [InlineData("rate_limited"), InlineData("timeout_then_charge")]
    public async Task A_session_that_went_wrong_is_not_sent_and_made_once(string dial)
    {
        await Amazon.DialAsync($$"""{"{{dial}}":1,"late_ms":100,"hold_ms":4000,"operations":["order"]}""");
        Assert.IsType<ProviderOutcome.NotSent>(await ChargeAsync());
        Assert.IsType<ProviderOutcome.NotFound>(await QueryAsync(null));
        await Amazon.DialAsync("{}");
        var first = Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(resend: true)).ProviderOrder;
        Assert.Equal(first, Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(resend: true)).ProviderOrder);
        await UntilAsync(() => QueryAsync(first), outcome => outcome is ProviderOutcome.Succeeded, "it is paid");
        await OneChargeAsync();
    }

    [Theory, MemberData(nameof(Before))]
    public async Task A_completion_that_failed_before_it_was_looked_at_is_unknown_and_made_by_the_next_query(
        string dial)
    {
        var session = await ApprovedAsync();
        await Amazon.DialAsync($$"""{"{{dial}}":1,"operations":["payment"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync(session));
        await NoChargeAsync();
        await Amazon.DialAsync("{}");
        Assert.IsType<ProviderOutcome.Succeeded>(await QueryAsync(session));
        await OneChargeAsync();
    }

    [Theory, MemberData(nameof(After))]
    public async Task A_completion_whose_response_was_lost_is_found_even_by_a_query_that_only_looks(string dial)
    {
        var session = await ApprovedAsync();
        await Amazon.DialAsync($$"""{"{{dial}}":1,"hold_ms":4000,"operations":["payment"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync(session));
        await Amazon.DialAsync("{}");
        Assert.IsType<ProviderOutcome.Succeeded>(await QueryAsync(session, completes: false));
        await OneChargeAsync();
    }

    [Fact]
    public async Task A_completion_that_is_taken_after_the_payment_was_given_up_is_found()
    {
        var session = await ApprovedAsync();
        await Amazon.DialAsync("""{"timeout_then_charge":1,"late_ms":8000,"hold_ms":4000,"operations":["payment"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync(session));
        await Amazon.DialAsync("{}");
        Assert.IsType<ProviderOutcome.Pending>(await QueryAsync(session, completes: false));
        await UntilAsync(
            () => QueryAsync(session, completes: false),
            outcome => outcome is ProviderOutcome.Succeeded,
            "the late charge is found");
        await OneChargeAsync();
    }

    [Fact]
    public async Task A_completion_refused_for_haste_is_still_to_be_made()
    {
        var session = await ApprovedAsync();
        await Amazon.DialAsync("""{"rate_limited":1,"operations":["payment"]}""");
        Assert.IsType<ProviderOutcome.Pending>(await QueryAsync(session));
        await NoChargeAsync();
    }

    [Theory]
    [MemberData(nameof(Before)), MemberData(nameof(After)), InlineData("rate_limited")]
    public async Task A_query_that_went_wrong_says_nothing(string dial)
    {
        var session = await ApprovedAsync();
        var charge = (await QueryAsync(session)).ProviderReference;
        await Amazon.DialAsync($$"""{"{{dial}}":1,"hold_ms":4000,"operations":["query"]}""");
        Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync(session));
        Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync(session, charge));
    }

    [Fact]
    public async Task In_a_storm_of_faults_every_attempt_is_charged_once()
    {
        await Amazon.DialAsync("""
            {"rate_limited":0.1,"server_error":0.1,"reset":0.1,"reset_after":0.1,"charge_then_timeout":0.05,"server_error_after":0.1,
            "truncated":0.1,"garbage":0.1,"hold_ms":4000,"seed":7,"operations":["order","payment","query"]}
            """);
        var connector = Amazon.Connect(options => options.Timeout = TimeSpan.FromSeconds(2));
        var attempts = Enumerable.Range(0, 24).Select(_ => NewAttempt()).ToArray();
        await Task.WhenAll(attempts.Select(attempt => PayAsync(connector, attempt)));
        foreach (var attempt in attempts)
        {
            Assert.True(
                Assert.Single(await Amazon.JournalAsync(attempt.ToString())).GetProperty("captured").GetBoolean(),
                $"{attempt} is captured");
        }
    }

    /// <summary>Acts as the engine does: resends what was not sent, and queries all else.</summary>
    private async Task PayAsync(IConnector connector, AttemptId attempt)
    {
        string? session = null;
        ProviderOutcome outcome = new ProviderOutcome.NotSent { Reason = "" };
        await Eventually.HoldsAsync(
            async () =>
            {
                session ??= outcome.ProviderOrder;
                if (outcome is ProviderOutcome.Succeeded { Stage: ChargeStage.Captured })
                {
                    return true;
                }

                outcome = session is null
                    ? await connector.ChargeAsync(
                        Rig.ChargeOf(TimeProvider.System, Window()) with { Attempt = attempt, Resend = true },
                        Rig.Credentials)
                    : await connector.QueryChargeAsync(
                        new ChargeQuery
                        {
                            Attempt = attempt,
                            Amount = AmazonPayRig.Euros,
                            ProviderOrder = session,
                            Completion = Window(),
                        },
                        Rig.Credentials);
                Assert.IsNotType<ProviderOutcome.Declined>(outcome);
                return false;
            },
            $"{attempt} is paid");
    }
}
