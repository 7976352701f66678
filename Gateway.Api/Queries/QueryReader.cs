using System.Globalization;
using PaymentCluster.Gateway.Api.Json;

namespace PaymentCluster.Gateway.Api.Queries;

/// <summary>Reads the query parameters of a call.</summary>
internal static class QueryReader
{
    /// <summary>The digits of a fraction of a second that a time can hold; RFC 3339 allows more, which are cut
    /// off.</summary>
    private const int MaxFraction = 7;

    /// <summary>RFC 3339, with or without a fraction; with an offset.</summary>
    private static readonly string[] TimeForms =
        ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>A text of 1 to <paramref name="max"/> characters; null if the parameter is absent or wrong.</summary>
    public static string? Text(HttpContext http, string name, int max, InputErrors errors)
    {
        if (!http.Request.Query.TryGetValue(name, out var values))
        {
            return null;
        }

        var text = values.ToString();
        if (text.Length >= 1 && text.Length <= max && !text.Any(char.IsControl))
        {
            return text;
        }

        errors.Add(ErrorCode.InvalidField, name, $"must have 1 to {max} characters");
        return null;
    }

    /// <summary>A whole number within bounds; <paramref name="absent"/> if the parameter is absent or wrong.</summary>
    public static int Integer(HttpContext http, QueryParameter parameter, int absent, InputErrors errors)
    {
        if (!http.Request.Query.TryGetValue(parameter.Name, out var values))
        {
            return absent;
        }

        var (min, max) = parameter.Bounds!.Value;
        if (int.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= min && number <= max)
        {
            return number;
        }

        errors.Add(ErrorCode.InvalidField, parameter.Name, $"must be a whole number from {min} to {max}");
        return absent;
    }

    /// <summary>A word of a closed list; null if the parameter is absent or wrong.</summary>
    public static T? Word<T>(HttpContext http, string name, Words<T> words, InputErrors errors)
        where T : struct, Enum
    {
        if (!http.Request.Query.TryGetValue(name, out var values))
        {
            return null;
        }

        if (words.TryParse(values.ToString(), out var member))
        {
            return member;
        }

        errors.Add(ErrorCode.InvalidField, name, $"must be one of {words.List}");
        return null;
    }

    /// <summary>True or false; null if the parameter is absent or wrong.</summary>
    public static bool? Flag(HttpContext http, QueryParameter parameter, InputErrors errors)
    {
        if (!http.Request.Query.TryGetValue(parameter.Name, out var values))
        {
            return null;
        }

        switch (values.ToString())
        {
            case "true":
                return true;
            case "false":
                return false;
            default:
                errors.Add(ErrorCode.InvalidField, parameter.Name, "must be true or false");
                return null;
        }
    }

    /// <summary>An instant; null if the parameter is absent or wrong.</summary>
    public static DateTimeOffset? Time(HttpContext http, string name, InputErrors errors)
    {
        if (!http.Request.Query.TryGetValue(name, out var values))
        {
            return null;
        }

        if (TryReadTime(values.ToString(), out var time))
        {
            return time;
        }

        errors.Add(
            ErrorCode.InvalidField, name, "must be a time such as 2026-11-20T09:30:00Z; write '+' as %2B in a URL");
        return null;
    }

    /// <summary>Reads an instant in the form of RFC 3339.</summary>
    public static bool TryReadTime(string text, out DateTimeOffset time)
    {
        var hasOffset = text.EndsWith('Z') || (text.Length > 6 && text[^3] == ':' && text[^6] is '+' or '-');
        var valid = DateTimeOffset.TryParseExact(
            WithShortFraction(text), TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
        time = time.ToUniversalTime();
        return valid && hasOffset;
    }

    private static string WithShortFraction(string text)
    {
        var start = text.IndexOf('.', StringComparison.Ordinal) + 1;
        var end = start;
        while (start > 0 && end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        return end - start > MaxFraction ? text.Remove(start + MaxFraction, end - start - MaxFraction) : text;
    }
}
