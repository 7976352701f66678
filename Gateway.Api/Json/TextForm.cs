using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.OpenApi;

namespace PaymentCluster.Gateway.Api.Json;

/// <summary>A text without control characters.</summary>
internal class TextForm : Form<string>
{
    /// <summary>The shortest text, in UTF-16 code units.</summary>
    public int Min { get; init; } = 1;

    /// <summary>The longest text, in UTF-16 code units.</summary>
    public required int Max { get; init; }

    /// <summary>The pattern of the whole text; null for any.</summary>
    public Regex? Pattern { get; init; }

    /// <summary>What a pattern cannot say; null for nothing.</summary>
    public Func<string, bool>? Check { get; init; }

    /// <summary>The format as the OpenAPI document names it, such as <c>uri</c>; null for none.</summary>
    public string? Format { get; init; }

    /// <summary>Whether it is a secret. A fingerprint tells only that it is there: a stored hash must be nothing to
    /// guess it with.</summary>
    public bool IsSecret { get; init; }

    public override bool Read(ref Utf8JsonReader json, ref Slot slot, in FieldPlace place)
    {
        if (json.TokenType != JsonTokenType.String)
        {
            return false;
        }

        var text = JsonText.Read(ref json);
        if (!Fits(text))
        {
            return false;
        }

        slot.Set(text);
        return true;
    }

    public override string Get(in Slot slot) => (string)slot.Value!;

    public override void WriteCanonical(Utf8JsonWriter json, in Slot slot) =>
        json.WriteStringValue(IsSecret ? "***" : (string)slot.Value!);

    public override OpenApiSchema Schema() => new()
    {
        Type = JsonSchemaType.String,
        MinLength = Min,
        MaxLength = Max,
        Pattern = JsonText.SchemaPattern(Pattern),
        Format = Format,
    };

    private bool Fits(string text) =>
        text.Length >= Min
        && text.Length <= Max
        && !JsonText.HasControl(text)
        && Pattern?.IsMatch(text) is not false
        && Check?.Invoke(text) is not false;
}

/// <summary>Reads a text's meaning; false if it has none.</summary>
internal delegate bool TextParser<T>(string text, out T value);

/// <summary>A text that means something: a currency, a time, an id. The slot keeps the text as it was sent, which is
/// what a fingerprint is made of.</summary>
internal sealed class ParsedForm<T>(TextParser<T> parser) : Form<T>
{
    /// <summary>The text's form.</summary>
    public required TextForm Text { get; init; }

    public override bool Read(ref Utf8JsonReader json, ref Slot slot, in FieldPlace place)
    {
        if (!Text.Read(ref json, ref slot, place))
        {
            return false;
        }

        slot.HasValue = parser((string)slot.Value!, out _);
        return slot.HasValue;
    }

    public override T Get(in Slot slot) => parser((string)slot.Value!, out var value)
        ? value
        : throw new InvalidOperationException("A text that was read once cannot be read again.");

    public override void WriteCanonical(Utf8JsonWriter json, in Slot slot) => Text.WriteCanonical(json, slot);

    public override OpenApiSchema Schema() => Text.Schema();
}

/// <summary>One word of a closed list.</summary>
internal sealed class WordForm<T>(Words<T> words) : Form<T>
    where T : struct, Enum
{
    public override bool Read(ref Utf8JsonReader json, ref Slot slot, in FieldPlace place)
    {
        if (json.TokenType != JsonTokenType.String || words.IndexOf(ref json) is not (>= 0 and var index))
        {
            return false;
        }

        slot.Set(index);
        return true;
    }

    public override T Get(in Slot slot) => words.MemberAt((int)slot.Number);

    public override void WriteCanonical(Utf8JsonWriter json, in Slot slot) =>
        json.WriteStringValue(words.All[(int)slot.Number]);

    public override OpenApiSchema Schema() => new()
    {
        Type = JsonSchemaType.String, Enum = [.. words.All.Select(word => (JsonNode)word)],
    };
}
