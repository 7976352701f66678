using System.Text.RegularExpressions;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Queries;

namespace PaymentCluster.Gateway.Api.Routing;

/// <summary>The forms of texts in the routing calls.</summary>
internal static partial class RoutingTexts
{
    private const int MatchTimeout = 100;

    /// <summary>A provider's name.</summary>
    public static readonly TextForm Provider =
        new() { Max = 32, Pattern = ProviderPattern(), Rule = "must be a provider's name" };

    /// <summary>A currency of a condition.</summary>
    public static readonly TextForm Currency = Plain(3);

    /// <summary>A card network.</summary>
    public static readonly TextForm Network = Plain(16);

    /// <summary>The first digits of a card's number.</summary>
    public static readonly TextForm Bin = new() { Max = 8, Pattern = BinPattern(), Rule = "must be 6 to 8 digits" };

    /// <summary>A customer's segment.</summary>
    public static readonly TextForm Segment = Plain(64);

    private static readonly TextForm TimeText =
        new() { Max = 40, Format = "date-time", Rule = "must be a time such as 2026-11-20T09:30:00Z" };

    /// <summary>A field with a time (RFC 3339).</summary>
    public static Field<DateTimeOffset?> Time(string name, string meaning) => Field.Parsed<DateTimeOffset>(
        name,
        meaning,
        static (string text, out DateTimeOffset time) => QueryReader.TryReadTime(text, out time),
        TimeText)
        .Optional();

    private static TextForm Plain(int max) =>
        new() { Max = max, Rule = $"must be a string of 1 to {max} characters without control characters" };

    [GeneratedRegex("^[a-z][a-z0-9_]{1,31}\\z", RegexOptions.None, MatchTimeout)]
    private static partial Regex ProviderPattern();

    [GeneratedRegex("^[0-9]{6,8}\\z", RegexOptions.None, MatchTimeout)]
    private static partial Regex BinPattern();
}
