using System.Security.Cryptography;

namespace PaymentCluster.Bench.Processes;

/// <summary>The merchant's account at a simulated provider.</summary>
/// <param name="Id">The provider's name of it.</param>
/// <param name="AtProvider">What the simulator is told of it.</param>
/// <param name="Credentials">What the system is told of it.</param>
internal sealed record ProviderAccount(string Id, object AtProvider, object Credentials);

/// <summary>Accounts at simulated providers.</summary>
internal static class ProviderAccounts
{
    public const string Razorpay = "razorpay";

    /// <summary>Where the server finds the simulators.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Settings(int port)
    {
        var simulators = $"http://127.0.0.1:{port}/";
        yield return new("Connectors__Razorpay__BaseUrl", simulators);
        foreach (var provider in (string[])["Juspay", "Paytm", "PayU"])
        {
            yield return new($"Connectors__{provider}__BaseUrl", simulators + provider.ToLowerInvariant());
        }

        yield return new("Connectors__Paytm__AccountsUrl", simulators + "paytm");
        yield return new("Connectors__PayU__CommandUrl", simulators + "payu");
    }

    /// <summary>An account with secrets of its own.</summary>
    /// <param name="provider">The provider.</param>
    /// <param name="webhooks">Where it sends its webhooks; null: nowhere.</param>
    public static ProviderAccount Of(string provider, string? webhooks)
    {
        var (secret, other) = (RandomNumberGenerator.GetHexString(16), RandomNumberGenerator.GetHexString(24));
        return provider switch
        {
            Razorpay => new(
                "rzp_test_bench",
                new { key_secret = secret, webhook_url = webhooks, webhook_secret = other },
                new { key_id = "rzp_test_bench", key_secret = secret, webhook_secret = other }),
            "juspay" => new(
                "benchshop",
                new { api_key = secret, webhook_url = webhooks, webhook_username = "b", webhook_password = other },
                new
                {
                    merchant_id = "benchshop",
                    api_key = secret,
                    webhook_username = "b",
                    webhook_password = other,
                }),
            "paytm" => new(
                "BENCHMID000000000001",
                new { merchant_key = secret, webhook_url = webhooks },
                new { mid = "BENCHMID000000000001", merchant_key = secret, website = "WEBSTAGING" }),
            "payu" => new(
                "payuBench", new { salt = secret, webhook_url = webhooks }, new { key = "payuBench", salt = secret }),
            _ => throw new ArgumentOutOfRangeException(nameof(provider), provider, "no simulator is known by it"),
        };
    }
}
