namespace PaymentCluster.System.Tests;

/// <summary>The accounts of the merchant <c>shop</c> at the simulated providers, beside the one at Razorpay.</summary>
internal static class ProviderAccounts
{
    /// <summary>The shop's key at Juspay.</summary>
    public const string JuspayKey = "the-key-of-the-shop";

    private const string Mid = "SYSTEMMID00000000001";
    private const string AmazonPayKey = "SANDBOX-SYSTEM00000000001";

    /// <summary>Every provider, in the order of the shop's routing.</summary>
    public static string[] Providers { get; } = ["razorpay", "payu", "paytm", "juspay", "amazonpay"];

    /// <summary>Makes an account at each of them, and gives its credentials to the engine.</summary>
    public static async Task ConnectAsync(RunningSystem system)
    {
        using var simulators = system.Simulators();
        using var shop = system.Shop();
        await simulators.PutAsync(
            "/_accounts/payu/payuSystem",
            new { salt = "the-salt-of-the-shop", webhook_url = system.WebhookUrl("payu") });
        await shop.PutAsync(Credentials("payu"), new { key = "payuSystem", salt = "the-salt-of-the-shop" });

        await simulators.PutAsync(
            $"/_accounts/paytm/{Mid}",
            new { merchant_key = "0123456789abcdef", webhook_url = system.WebhookUrl("paytm") });
        await shop.PutAsync(Credentials("paytm"), new
        {
            mid = Mid,
            merchant_key = "0123456789abcdef",
            website = "WEBSTAGING",
            // As the simulator has them, for linking wallets.
            client_id = $"client-{Mid}",
            client_secret = "0123456789abcdef",
        });

        var basic = new { webhook_username = "shop", webhook_password = "the-password-of-the-shop" };
        await simulators.PutAsync("/_accounts/juspay/systemshop", new
        {
            api_key = JuspayKey,
            webhook_url = system.WebhookUrl("juspay"),
            basic.webhook_username,
            basic.webhook_password,
        });
        await shop.PutAsync(Credentials("juspay"), new
        {
            merchant_id = "systemshop",
            api_key = JuspayKey,
            basic.webhook_username,
            basic.webhook_password,
        });

        var account = new { merchant_id = "A1SYSTEM", store_id = "amzn1.application-oa2-client.system", region = "eu" };
        var made = await simulators.PutAsync(
            $"/_accounts/amazonpay/{AmazonPayKey}",
            new
            {
                account.merchant_id,
                account.store_id,
                account.region,
                make_key = true,
                ipn_url = system.WebhookUrl("amazonpay"),
            });
        await shop.PutAsync(Credentials("amazonpay"), new
        {
            public_key_id = AmazonPayKey,
            private_key = made.GetProperty("private_key").GetString(),
            account.merchant_id,
            account.store_id,
            account.region,
            topic_arn = $"arn:aws:sns:eu-west-1:000000000000:{account.merchant_id}",
        });
        await OrderAsync(system, Providers);
    }

    /// <summary>Sets the order of the shop's providers from now on.</summary>
    public static async Task OrderAsync(RunningSystem system, params string[] providers)
    {
        using var shop = system.Shop();
        await shop.PutAsync("/api/v1/routing", new { rules = Array.Empty<object>(), default_order = providers });
    }

    private static string Credentials(string provider) => $"/api/v1/providers/{provider}/credentials";
}
