using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>What must hold of a typed card, beside its number's last digit.</summary>
internal static class CardRules
{
    /// <summary>Cards are not issued for longer.</summary>
    public const int MaxYears = 25;

    /// <summary>Whether a security code is as long as the card's network has it.</summary>
    public static bool IsSecurityCode(string code, CardNumber number) =>
        code.Length == (number.Network == "amex" ? 4 : 3) && code.All(char.IsAsciiDigit);

    /// <summary>Whether a card is over. It is good to the end of its month, and that comes last in UTC-12.</summary>
    public static bool IsOver(int year, int month, DateTimeOffset now) =>
        (year, month).CompareTo((Today(now).Year, Today(now).Month)) < 0;

    /// <summary>Whether a year of expiry is further away than cards are issued for.</summary>
    public static bool IsTooFar(int year, DateTimeOffset now) => year > Today(now).Year + MaxYears;

    /// <summary>The date where it changes last.</summary>
    public static DateTimeOffset Today(DateTimeOffset now) => now.AddHours(-12);
}
