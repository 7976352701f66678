using System.Net;
using PaymentCluster.Gateway.Tests.Host;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Gateway.Tests.Http;

/// <summary>What those get who test cards, and what all others do not notice.</summary>
public sealed class AttemptGuardHttpTests
{
    private const string Home = "203.0.113.7";
    private const int AddressSlowedAfter = 10;
    private const int AddressBlockedAfter = 30;
    private const int CardSlowedAfter = 10;
    private const int ServerSlowedAfter = 50;

    [Fact]
    public async Task Cards_that_are_tried_from_one_address_are_slowed_there_and_nowhere_else()
    {
        await using var attack = await Attack.StartAsync();
        for (var card = 0; card < AddressSlowedAfter; card++)
        {
            await attack.DeclinedAsync(Home, card);
        }

        using var slowed = await Attack.RefusedAsync("too_many_attempts", card => attack.TryAsync(Home, card));
        Assert.InRange(slowed.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 120);

        // Another method, another address, the merchant's server, and another merchant's customer at this address.
        Assert.Equal(HttpStatusCode.Accepted, (await attack.TryUpiAsync(Home)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await attack.TryAsync("203.0.113.8", 100)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await attack.TryByServerAsync(Home, 101)).StatusCode);
        await using var other = await Attack.StartAsync();
        Assert.Equal(HttpStatusCode.Accepted, (await other.TryAsync(Home, 102)).StatusCode);
    }

    [Fact]
    public async Task Attempts_that_come_at_once_are_declined_and_block_their_address_with_one_alarm()
    {
        const string address = "203.0.113.99";
        await using var attack = await Attack.StartAsync();
        attack.Bank(_ => new ProviderOutcome.Pending());
        var tried = await Task.WhenAll(Enumerable.Range(0, AddressBlockedAfter + 5)
            .Select(card => attack.TryAsync(address, card)));
        Assert.All(tried, response => Assert.Equal(HttpStatusCode.Accepted, response.StatusCode));
        await Task.WhenAll(tried.Select(attack.DeclineAsync));
        using var blocked = await Attack.RefusedAsync("attempts_blocked", card => attack.TryAsync(address, card));
        Assert.InRange(blocked.Headers.RetryAfter!.Delta!.Value.TotalMinutes, 55, 60);
        var alarm = Assert.Single(GatewaySilo.Log, line => line.Contains(address, StringComparison.Ordinal));
        Assert.Contains("address 203.0.113.99 tests cards, it seems", alarm, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_customer_who_is_declined_twice_and_then_pays_is_never_slowed()
    {
        await using var attack = await Attack.StartAsync();
        for (var visit = 0; visit < 3; visit++)
        {
            await attack.DeclinedAsync(Home, card: 1, "asha");
            await attack.DeclinedAsync(Home, card: 1, "asha");
            attack.Bank(Attack.Paid);
            await attack.EndedAsync(await attack.TryAsync(Home, card: 1, "asha"), "SUCCESS");
            attack.Bank(null);
        }
    }

    [Fact]
    public async Task Many_customers_of_one_address_who_pay_are_never_slowed()
    {
        await using var attack = await Attack.StartAsync();
        for (var card = 0; card < 3 * AddressSlowedAfter; card++)
        {
            attack.Bank(card % 3 == 0 ? null : Attack.Paid);
            await attack.EndedAsync(await attack.TryAsync(Home, card), card % 3 == 0 ? "FAILED" : "SUCCESS");
        }

        Assert.Equal(HttpStatusCode.Accepted, (await attack.TryAsync(Home, 100)).StatusCode);
    }

    [Fact]
    public async Task Addresses_of_one_network_of_IPv6_count_as_one()
    {
        await using var attack = await Attack.StartAsync();
        for (var card = 0; card < AddressSlowedAfter; card++)
        {
            await attack.DeclinedAsync($"2001:db8:1:2::{card:x}", card);
        }

        await Attack.RefusedAsync("too_many_attempts", card => attack.TryAsync("2001:db8:1:2:ffff::1", card));
        Assert.Equal(HttpStatusCode.Accepted, (await attack.TryAsync("2001:db8:1:3::1", 101)).StatusCode);
    }

    [Fact]
    public async Task One_card_that_is_tried_from_many_addresses_is_slowed()
    {
        await using var attack = await Attack.StartAsync();
        for (var address = 0; address < CardSlowedAfter; address++)
        {
            await attack.DeclinedAsync($"198.51.100.{address}", card: 7);
        }

        await Attack.RefusedAsync("too_many_attempts", _ => attack.TryAsync("198.51.100.99", card: 7));
        Assert.Equal(HttpStatusCode.Accepted, (await attack.TryAsync("198.51.100.99", card: 8)).StatusCode);
    }

    [Fact]
    public async Task One_customer_who_tries_many_cards_from_many_addresses_is_slowed()
    {
        await using var attack = await Attack.StartAsync();
        for (var attempt = 0; attempt < 10; attempt++)
        {
            await attack.DeclinedAsync($"198.51.100.{attempt}", attempt, "mallory");
        }

        await Attack.RefusedAsync(
            "too_many_attempts", card => attack.TryAsync($"198.51.100.{card % 100}", card, "mallory"));
        Assert.Equal(HttpStatusCode.Accepted, (await attack.TryAsync("198.51.100.99", 51, "alice")).StatusCode);
    }

    [Fact]
    public async Task One_card_may_not_be_tried_more_often_at_once_than_it_may_be_declined()
    {
        await using var attack = await Attack.StartAsync();
        attack.Bank(_ => new ProviderOutcome.Pending());
        var tried = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(address => attack.TryAsync($"198.51.100.{address}", card: 7)));
        Assert.Equal(CardSlowedAfter, tried.Count(response => response.StatusCode == HttpStatusCode.Accepted));
        await tried.First(response => response.StatusCode != HttpStatusCode.Accepted)
            .ProblemAsync(429, "too_many_attempts");
    }

    [Fact]
    public async Task Declines_of_the_merchants_own_server_count_for_the_card_and_for_no_address()
    {
        await using var attack = await Attack.StartAsync();
        var tried = Enumerable.Range(0, ServerSlowedAfter).Select(card => attack.TryByServerAsync(Home, card));
        foreach (var response in await Task.WhenAll(tried))
        {
            await attack.DeclinedAsync(response);
        }

        // Neither for its payers, nor for itself.
        Assert.Equal(HttpStatusCode.Accepted, (await attack.TryAsync(Home, 100)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await attack.TryByServerAsync(Home, 101)).StatusCode);
        tried = Enumerable.Range(1, ServerSlowedAfter - 1).Select(_ => attack.TryByServerAsync(Home, 0));
        foreach (var response in await Task.WhenAll(tried))
        {
            await attack.DeclinedAsync(response);
        }

        await Attack.RefusedAsync("too_many_attempts", _ => attack.TryByServerAsync(Home, 0));
    }

    [Fact]
    public async Task What_no_bank_declined_does_not_count()
    {
        await using var attack = await Attack.StartAsync();
        ProviderOutcome[] outcomes =
        [
            new ProviderOutcome.Unknown { Reason = "It did not respond in time." },
            Attack.Declined(FailureParty.Provider, "gateway_error"),
            Attack.Declined(FailureParty.Merchant, FailureCodes.RequestRefused),
            Attack.Declined(FailureParty.Bank, "transaction_timed_out"),
            Attack.Declined(FailureParty.Customer, "payment_cancelled"),
        ];
        var next = 0;
        attack.Bank(_ => outcomes[Interlocked.Increment(ref next) % outcomes.Length]);
        for (var card = 0; card < 4 * AddressSlowedAfter; card++)
        {
            Assert.Equal(HttpStatusCode.Accepted, (await attack.TryAsync(Home, card)).StatusCode);
        }

        await attack.ChargedAsync(4 * AddressSlowedAfter);
        attack.Bank(null);
        Assert.Equal(HttpStatusCode.Accepted, (await attack.TryAsync(Home, 100)).StatusCode);
    }

    [Fact]
    public async Task A_repeated_request_gets_its_first_response_while_others_are_slowed()
    {
        await using var attack = await Attack.StartAsync();
        var order = await attack.OrderAsync();
        using var payer = attack.Payer(order, Home);
        var name = ("Idempotency-Key", "the-key");
        using var first = await payer.SendJsonAsync(Attack.ConfirmOf(order), Attack.CardBody(0), headers: name);
        Assert.Equal(HttpStatusCode.Accepted, first.StatusCode);
        for (var card = 1; card < AddressSlowedAfter; card++)
        {
            await attack.DeclinedAsync(Home, card);
        }

        await Attack.RefusedAsync("too_many_attempts", card => attack.TryAsync(Home, card));
        using var repeated = await payer.SendJsonAsync(Attack.ConfirmOf(order), Attack.CardBody(0), headers: name);
        Assert.Equal(HttpStatusCode.Accepted, repeated.StatusCode);
        Assert.Equal("true", Assert.Single(repeated.Headers.GetValues("Idempotency-Replayed")));
    }

    [Fact]
    public async Task The_checkout_page_says_so_in_the_customers_language()
    {
        await using var attack = await Attack.StartAsync();
        for (var card = 0; card < AddressSlowedAfter; card++)
        {
            await attack.DeclinedAsync(Home, card);
        }

        await Attack.RefusedAsync("too_many_attempts", card => attack.TryAsync(Home, card));
        foreach (var (language, says) in (IEnumerable<(string, string)>)[
            ("en", "Please wait a moment before you try again, or pay another way."),
            ("hi", "कृपया थोड़ी देर रुककर फिर कोशिश करें")])
        {
            using var response = await attack.PayOnPageAsync(Home, 100, language);
            Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
            Assert.NotNull(response.Headers.RetryAfter);
            Assert.Contains(
                says,
                WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync()),
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_page_with_a_publishable_key_is_slowed_by_its_address()
    {
        await using var attack = await Attack.StartAsync();
        for (var card = 0; card < AddressSlowedAfter; card++)
        {
            await attack.DeclinedAsync(await attack.TryByPageAsync(Home, card));
        }

        await Attack.RefusedAsync("too_many_attempts", card => attack.TryByPageAsync(Home, card));
        Assert.Equal(HttpStatusCode.Accepted, (await attack.TryByPageAsync("203.0.113.8", 101)).StatusCode);
    }
}
