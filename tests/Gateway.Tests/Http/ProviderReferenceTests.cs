using PaymentCluster.Gateway.Tests.Host;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Gateway.Tests.Http;

/// <summary>One payment of a provider's pays one attempt of a merchant's.</summary>
public sealed class ProviderReferenceTests
{
    private const string Paid = "/api/v1/ledger/trial-balance";

    [Fact]
    public async Task A_providers_payment_that_paid_another_order_is_reviewed_and_not_booked_again()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        host.Shop.Account.Bank = request => new ProviderOutcome.Succeeded
        {
            Stage = ChargeStage.Captured, Amount = request.Amount, ProviderReference = "pay_same",
        };
        await GatewayHost.PaidAsync(client, "o1");
        var books = await client.GetStringAsync(Paid);

        var second = await GatewayHost.StartPaymentAsync(client, PaymentBodies.Card("o2"));
        var reviewed = await GatewayHost.UntilAsync(client, GatewayHost.PathOf(second), "NEEDS_REVIEW");
        Assert.Equal(0, reviewed.GetProperty("captured_amount").GetInt64());
        Assert.Equal(books, await client.GetStringAsync(Paid));
        var alarms = await (await client.GetAsync("/api/v1/alarms")).JsonAsync();
        var alarm = Assert.Single(alarms.GetProperty("data").EnumerateArray());
        Assert.Contains("pay_same", alarm.ToString(), StringComparison.Ordinal);
        Assert.Contains(GatewaySilo.Log, line => line.Contains("pay_same has paid", StringComparison.Ordinal));

        // At another merchant it is another payment.
        var other = await host.OpenShopAsync();
        other.Account.Bank = host.Shop.Account.Bank;
        using var neighbour = host.Client(other.SecretKey);
        await GatewayHost.PaidAsync(neighbour, "o1");
    }

    [Fact]
    public async Task An_attempt_that_was_authorised_is_captured_under_the_same_reference()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var path = GatewayHost.PathOf(await GatewayHost.AuthorizedAsync(client, "o1"));
        await client.SendJsonAsync(path + "/capture", "{}");
        await GatewayHost.UntilAsync(client, path, "SUCCESS");
    }
}
