using System.Security.Cryptography;

namespace PaymentCluster.Simulators.AmazonPay;

/// <summary>Makes ids as Amazon Pay's look: <c>S02-1234567-1234567</c> in the sandbox, <c>P02-…</c> live, with
/// <c>-C123456</c> or <c>-R123456</c> behind them for charges and refunds.</summary>
internal static class AmazonPayIds
{
    /// <summary>A checkout session's: a GUID's form.</summary>
    public static string Session() => new Guid(RandomNumberGenerator.GetBytes(16)).ToString();

    public static string Permission(AmazonPayAccount account)
    {
        var area = account.Region switch { "eu" => "02", "jp" => "03", _ => "01" };
        return $"{(IsLive(account.PublicKeyId) ? 'P' : 'S')}{area}-{Digits(7)}-{Digits(7)}";
    }

    public static string Charge(AmazonPayPermission permission) => $"{permission.Id}-C{permission.Made + 1:D6}";

    public static string Refund(AmazonPayPermission permission) => $"{permission.Id}-R{permission.Made + 1:D6}";

    public static string Notification() => new Guid(RandomNumberGenerator.GetBytes(16)).ToString();

    private static bool IsLive(string publicKeyId) => publicKeyId.StartsWith("LIVE-", StringComparison.Ordinal);

    private static string Digits(int count) => RandomNumberGenerator.GetString("0123456789", count);
}
