using System.Text.Json;
using PaymentCluster.Testing;

namespace PaymentCluster.System.Tests;

/// <summary>A wallet's configuration is a document, and what it names is kept elsewhere. The server dies between any
/// two of these writes, over and over, while customers change their wallets. What was acknowledged is true afterwards,
/// here and there.</summary>
public sealed class WalletKillTests
{
    private static readonly string[] Points = ["before_document", "after_document", "after_keep", "before_delete"];

    private const int DeathsPerPoint = 2;

    [Fact]
    public async Task What_a_customer_was_acknowledged_of_a_wallet_is_so_after_deaths_at_every_point()
    {
        // Each start has one point, so that those that are rarely reached have their turn.
        await using var system = await DyingSystem.PrepareAsync(start => $"{Points[start % Points.Length]}=crash:0.05");
        await system.OpenAsync();
        await ProviderAccounts.ConnectAsync(system);
        using var administrator = system.Administrator();
        await administrator.PutAsync("/api/v1/merchants/shop", new { name = "Shop", card_vault = true });
        using var shop = system.Shop();
        using var keepers = new WalletKeepers(system);
        WalletOwner[] owners = [.. Enumerable.Range(1, 4).Select(number =>
            new WalletOwner(shop, keepers, number, isErased: number > 2))];
        // Customers who do not leave have a second device.
        WalletClient[] devices = [.. owners.Take(2).Select((owner, index) =>
            new WalletClient(shop, owner.Customer, 100 + index))];

        await LiveAsync(system, keepers, owners, devices);
        await system.RestartServerAsync();

        for (var index = 0; index < owners.Length; index++)
        {
            var owner = owners[index];
            await owner.ReadAsync();
            var acknowledged = owner.Preferred.Concat(devices.ElementAtOrDefault(index)?.Preferred ?? []).ToList();
            Assert.Equal(acknowledged.Count, acknowledged.Select(preferred => preferred.Version).Distinct().Count());
            var wallet = await owner.WalletAsync();
            var last = acknowledged.OrderBy(preferred => preferred.Version).LastOrDefault();
            Assert.Equal(last.Mark, WalletClient.MarkOf(wallet));
            // What is gone lost its place; the others are in theirs.
            var order = wallet.GetProperty("order").EnumerateArray().Select(id => id.GetString()!).ToList();
            Assert.Equal((last.Order ?? []).Where(order.Contains), order);
        }

        await Task.WhenAll(owners.Select(owner => PayAsync(shop, owner)));
        Assert.Equal(0, await keepers.PendingDeletionsAsync());
        await system.KillSimulatorsAsync();
        Assert.Equal(owners.Sum(owner => owner.RevokedAtPaytm), await keepers.PaytmRevocationsAsync());
    }

    // Everybody acts until the server has died often enough at each point, and then finishes what was begun.
    // At no moment, and not while the server is down either, does a wallet offer a card that is not kept.
    private static async Task LiveAsync(
        DyingSystem system, WalletKeepers keepers, WalletOwner[] owners, WalletClient[] devices)
    {
        var isOver = false;
        await Task.WhenAll(owners.Select(owner => owner.ComeAsync()));
        Task[] lives =
        [
            .. owners.Select((owner, index) => LiveAsync(() => owner.ActAsync(isAlone: index >= devices.Length))),
            .. devices.Select(device => LiveAsync(() => device.PreferAsync(isAlone: false))),
        ];
        try
        {
            await Eventually.HoldsAsync(
                async () =>
                {
                    Assert.Empty(await keepers.NamedAndNotKeptAsync());
                    return lives.Any(life => life.IsFaulted)
                        || Points.All(point => Deaths(system, point) >= DeathsPerPoint);
                },
                () => $"the server dies {DeathsPerPoint} times at each point. "
                    + $"It did at {string.Join(", ", system.FaultPoints)}. The log:\n{system.ServerLog}",
                TimeSpan.FromMinutes(5));
        }
        finally
        {
            system.Disarm();
            isOver = true;
        }

        await Task.WhenAll(lives);

        async Task LiveAsync(Func<Task> act)
        {
            while (!isOver)
            {
                await act();
            }
        }
    }

    private static int Deaths(DyingSystem system, string point) =>
        system.FaultPoints.Count(line => line == $"{point} crash");

    // Whatever is listed can be paid with.
    private static async Task PayAsync(ApiClient shop, WalletOwner owner)
    {
        var instruments = await shop.GetAsync(
            $"/api/v1/customers/{owner.Customer}/instruments?amount=100&currency=INR");
        var usable = instruments.GetProperty("data").EnumerateArray()
            .Where(one => one.GetProperty("saved").GetBoolean() && one.GetProperty("usable").GetBoolean())
            .Select(one => one.GetProperty("id").GetString()!);
        Assert.Subset(
            usable.ToHashSet(), owner.Cards.Concat(owner.Wallets.Select(wallet => $"wallet:{wallet}")).ToHashSet());
        foreach (var token in owner.Cards)
        {
            await PayAsync(shop, owner, token, "card", new { token, cvv = "123" });
        }

        foreach (var provider in owner.Wallets)
        {
            await PayAsync(shop, owner, provider, "wallet", new { provider });
        }
    }

    private static async Task PayAsync(ApiClient shop, WalletOwner owner, string what, string method, object instrument)
    {
        var payment = await shop.PostAsync("/api/v1/payments", new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["order_id"] = $"{owner.Customer}_{what}",
            ["amount"] = 100,
            ["currency"] = "INR",
            ["method"] = method,
            [method] = instrument,
            ["customer_id"] = owner.Customer,
            ["customer"] = new { name = "A Customer", email = "a@shop.example", phone = "+919876543210" },
        });
        JsonElement last = payment;
        await Eventually.HoldsAsync(
            async () =>
            {
                last = await shop.GetAsync($"/api/v1/payments/{payment.GetProperty("id").GetString()}?wait=2");
                Assert.NotEqual("FAILED", last.GetProperty("status").GetString());
                return last.GetProperty("status").GetString() == "SUCCESS";
            },
            () => $"{what} pays; the payment stands at {last}");
    }
}
