using System.Text.Json;
using System.Text.RegularExpressions;

namespace PaymentCluster.Gateway.Api.Json;

/// <summary>Texts and names of hostile JSON.</summary>
internal static class JsonText
{
    private const int MaxNameShown = 64;

    /// <summary>The text at the reader's place.</summary>
    /// <exception cref="JsonException">It is not Unicode.</exception>
    public static string Read(ref Utf8JsonReader json)
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException fault)
        {
            throw NotUnicode(fault);
        }
    }

    /// <summary>Whether the reader is at this text.</summary>
    /// <exception cref="JsonException">What it is at is not Unicode.</exception>
    public static bool Is(ref Utf8JsonReader json, ReadOnlySpan<byte> utf8)
    {
        try
        {
            return json.ValueTextEquals(utf8);
        }
        catch (InvalidOperationException fault)
        {
            throw NotUnicode(fault);
        }
    }

    /// <summary>Whether a text has control characters.</summary>
    public static bool HasControl(string text) =>
        text.AsSpan().ContainsAnyInRange('\0', '\u001f') || text.Contains('\u007f', StringComparison.Ordinal);

    /// <summary>A name of the caller's choice, as far as a refusal may repeat it.</summary>
    public static string NameToShow(string name)
    {
        var shown = name.Length <= MaxNameShown ? name : $"{name.AsSpan(0, MaxNameShown)}…";
        return HasControl(shown) ? "(a name with control characters)" : shown;
    }

    /// <summary>A pattern as JSON Schema writes it: there <c>$</c> is the end of the text and nothing else.</summary>
    public static string? SchemaPattern(Regex? pattern) =>
        pattern?.ToString().Replace("\\z", "$", StringComparison.Ordinal);

    /// <summary>For bytes that are not UTF-8 and for half of a surrogate pair the reader reports an invalid
    /// operation.</summary>
    private static JsonException NotUnicode(InvalidOperationException fault) => new("The text is not Unicode.", fault);
}
