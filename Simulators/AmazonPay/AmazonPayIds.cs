using System.Security.Cryptography;

namespace PaymentCluster.Simulators.AmazonPay;

/// <summary>Makes ids as Amazon Pay's look: <c>S02-1234567-1234567</c> in the sandbox, <c>P02-…</c> live, with
/// <c>-C123456</c> or <c>-R123456</c> behind them for charges and refunds. A saved wallet's begins with <c>C</c> or
/// <c>B</c>, and those of its charges do not.</summary>
internal static class AmazonPayIds
{
    /// <summary>A checkout session's: a GUID's form.</summary>
    public static string Session() => new Guid(RandomNumberGenerator.GetBytes(16)).ToString();

    public static string Permission(AmazonPayAccount account, string type)
    {
        var area = account.Region switch { "eu" => "02", "jp" => "03", _ => "01" };
        var kind = (type == AmazonPayPermission.OnFile, IsLive(account.PublicKeyId)) switch
        {
            (true, true) => 'B',
            (true, false) => 'C',
            (false, true) => 'P',
            (false, false) => 'S',
        };
        return $"{kind}{area}-{Digits(7)}-{Digits(7)}";
    }

    public static string Charge(AmazonPayPermission permission) => $"{Stem(permission)}-C{permission.Made + 1:D6}";

    public static string Refund(AmazonPayPermission permission) => $"{Stem(permission)}-R{permission.Made + 1:D6}";

    public static string Notification() => new Guid(RandomNumberGenerator.GetBytes(16)).ToString();

    private static string Stem(AmazonPayPermission permission) => permission.Id[0] switch
    {
        'B' => "P" + permission.Id[1..],
        'C' => "S" + permission.Id[1..],
        _ => permission.Id,
    };

    private static bool IsLive(string publicKeyId) => publicKeyId.StartsWith("LIVE-", StringComparison.Ordinal);

    private static string Digits(int count) => RandomNumberGenerator.GetString("0123456789", count);
}
