using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>The rules of a typed card, besides its number's check digit.</summary>
internal static class CardRules
{
    /// <summary>Cards are not issued for longer.</summary>
    public const int MaxYears = 25;

    /// <summary>Whether a security code has the length that the card's network uses.</summary>
    public static bool IsSecurityCode(string code, CardNumber number) =>
        code.Length == (number.Network == "amex" ? 4 : 3) && code.All(char.IsAsciiDigit);

    /// <summary>Whether a card has expired. It is valid to the end of its month in UTC-12, where that comes
    /// last.</summary>
    public static bool IsOver(int year, int month, DateTimeOffset now) =>
        (year, month).CompareTo((Today(now).Year, Today(now).Month)) < 0;

    /// <summary>Whether a year of expiry is further in the future than cards are issued for.</summary>
    public static bool IsTooFar(int year, DateTimeOffset now) => year > Today(now).Year + MaxYears;

    /// <summary>The date where it changes last.</summary>
    public static DateTimeOffset Today(DateTimeOffset now) => now.AddHours(-12);
}
