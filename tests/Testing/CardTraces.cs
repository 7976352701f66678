using System.Text.RegularExpressions;

namespace PaymentCluster.Testing;

/// <summary>Looks for cards in texts with times and ids, which hold any few digits now and then.</summary>
public static class CardTraces
{
    // More digits than the fraction of a second has.
    private const int Telling = 9;
    private const int Bin = 6;
    // Not in the midst of a number, a time's fraction or an id.
    private const string NumberBegins = "(?<![0-9A-Za-z.])";
    private const string WordBegins = "(?<![0-9A-Za-z._+-])";
    private const string WordEnds = "(?![0-9A-Za-z._+-])";

    /// <summary>Fails if a text holds most of a card's number, a number that begins with its first six digits, or its
    /// security code as a word.</summary>
    /// <param name="text">What a stranger may read.</param>
    /// <param name="number">The card's number, whose digits are not all alike.</param>
    /// <param name="securityCode">Its security code, where one was sent.</param>
    public static void NoneIn(string text, string number, string? securityCode = null)
    {
        Assert.DoesNotContain(number[..Telling], text, StringComparison.Ordinal);
        Assert.DoesNotMatch(NumberBegins + Regex.Escape(number[..Bin]), text);
        if (securityCode is not null)
        {
            Assert.DoesNotMatch(WordBegins + Regex.Escape(securityCode) + WordEnds, text);
        }
    }
}
