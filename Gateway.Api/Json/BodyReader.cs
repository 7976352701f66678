using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Gateway.Api.Json;

/// <summary>
/// The one reader of JSON bodies. It takes exactly what a <see cref="BodyShape"/> says: a member that is unknown or
/// stands twice, a value of another type, a number with a fraction or an exponent, half of a surrogate pair or a
/// control character, anything after the object: all of it is refused, and everything that is wrong is reported at
/// once. A null stands for an absent member.
/// </summary>
internal static class BodyReader
{
    private const int MaxPairs = 20;
    private const int MaxPairName = 40;
    private const int MaxPairValue = 500;
    private const int MaxSecrets = 16;
    private const int MaxSecretLength = 8192;
    private const int MaxNameShown = 64;

    private static readonly JsonReaderOptions Options = new()
    {
        MaxDepth = 8, CommentHandling = JsonCommentHandling.Disallow,
    };

    private delegate T ObjectReader<out T>(ref Utf8JsonReader json, InputErrors errors);

    /// <summary>The body; null if it is not one JSON object. Whether it can be used is for <paramref name="errors"/> to
    /// say.</summary>
    public static Body? Read(in ReadOnlySequence<byte> bytes, BodyShape shape, InputErrors errors) => ReadAll(
        bytes, errors, (ref Utf8JsonReader json, InputErrors found) => ReadObject(ref json, shape, "", found));

    /// <summary>A body whose members are secrets, under names of the caller's choice; null if it is not one JSON
    /// object.</summary>
    public static ImmutableDictionary<string, Secret>? ReadSecrets(
        in ReadOnlySequence<byte> bytes, InputErrors errors) =>
        ReadAll(bytes, errors, ReadSecrets);

    private static T? ReadAll<T>(in ReadOnlySequence<byte> bytes, InputErrors errors, ObjectReader<T> read)
        where T : class
    {
        var json = new Utf8JsonReader(bytes, Options);
        try
        {
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                errors.Only(ErrorCode.MalformedJson, "is not a JSON object");
                return null;
            }

            var value = read(ref json, errors);
            json.Read(); // Throws if anything but white space follows.
            return value;
        }
        catch (JsonException fault)
        {
            // Where, but not what: the place may be in a card's number.
            var place = fault is { LineNumber: { } line, BytePositionInLine: { } position }
                ? $" at line {line + 1}, byte {position + 1}"
                : "";
            errors.Only(ErrorCode.MalformedJson, $"is not one JSON object in UTF-8{place}");
            return null;
        }
    }

    private static Body ReadObject(ref Utf8JsonReader json, BodyShape shape, string path, InputErrors errors)
    {
        var body = new Body(shape);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var index = Find(ref json, shape);
            if (index < 0)
            {
                errors.Add(
                    ErrorCode.UnknownField,
                    path + NameToShow(GetText(ref json)),
                    "is not a member of this call's body");
                json.Read();
                json.Skip();
                continue;
            }

            var field = shape.Fields[index];
            json.Read();
            if (!body.Mention(index))
            {
                errors.Add(ErrorCode.DuplicateField, path + field.Name, "stands twice");
                json.Skip();
                continue;
            }

            if (json.TokenType == JsonTokenType.Null)
            {
                if (field.Required)
                {
                    errors.Add(ErrorCode.MissingField, path + field.Name, "must not be null");
                }
            }
            else if (!ReadValue(ref json, field, index, body, path, errors))
            {
                errors.Add(field.Code, path + field.Name, field.Rule);
                json.Skip();
            }
        }

        for (var i = 0; i < shape.Fields.Length; i++)
        {
            if (shape.Fields[i].Required && !body.Mentions(i))
            {
                errors.Add(ErrorCode.MissingField, path + shape.Fields[i].Name, "is missing");
            }
        }

        return body;
    }

    private static int Find(ref Utf8JsonReader json, BodyShape shape)
    {
        try
        {
            for (var i = 0; i < shape.Fields.Length; i++)
            {
                if (json.ValueTextEquals(shape.Fields[i].Utf8Name))
                {
                    return i;
                }
            }

            return -1;
        }
        catch (InvalidOperationException fault)
        {
            throw NotUnicode(fault);
        }
    }

    /// <summary>Reads a value into its slot; false if it does not fit the field.</summary>
    private static bool ReadValue(
        ref Utf8JsonReader json, Field field, int index, Body body, string path, InputErrors errors)
    {
        switch (field.Kind)
        {
            case FieldKind.Flag when json.TokenType is JsonTokenType.True or JsonTokenType.False:
                body.Set(index, json.TokenType == JsonTokenType.True ? 1 : 0);
                return true;
            // TryGetInt64 takes plain digits alone: 5.0 and 5e2 are no way to write an amount.
            case FieldKind.Integer when json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var number):
                body.Set(index, number);
                return number >= field.Min && number <= field.Max;
            case FieldKind.Object when json.TokenType == JsonTokenType.StartObject:
                body.Set(index, ReadObject(ref json, field.Shape!, $"{path}{field.Name}.", errors));
                return true;
            case FieldKind.List when json.TokenType == JsonTokenType.StartArray:
                return ReadList(ref json, field, index, body, $"{path}{field.Name}", errors);
            case FieldKind.TextList when json.TokenType == JsonTokenType.StartArray:
                return ReadTexts(ref json, field, index, body);
            case FieldKind.TextMap when json.TokenType == JsonTokenType.StartObject:
                body.Set(index, ReadPairs(ref json, $"{path}{field.Name}", errors));
                return true;
            case FieldKind.Text or FieldKind.CardNumber or FieldKind.SecurityCode when json.TokenType == JsonTokenType.String:
                return ReadText(GetText(ref json), field, index, body);
            default:
                return false;
        }
    }

    // Read to its end whatever is in it: what follows belongs to the next member.
    private static bool ReadList(
        ref Utf8JsonReader json, Field field, int index, Body body, string path, InputErrors errors)
    {
        var items = ImmutableArray.CreateBuilder<Body>();
        var fits = true;
        for (var at = 0; json.Read() && json.TokenType != JsonTokenType.EndArray; at++)
        {
            if (json.TokenType != JsonTokenType.StartObject)
            {
                errors.Add(field.Code, $"{path}[{at}]", "must be an object");
                json.Skip();
            }
            else if (at < field.Max)
            {
                items.Add(ReadObject(ref json, field.Shape!, $"{path}[{at}].", errors));
            }
            else
            {
                fits = false;
                json.Skip();
            }
        }

        body.Set(index, items.ToImmutable());
        return fits && items.Count >= field.Min;
    }

    private static bool ReadTexts(ref Utf8JsonReader json, Field field, int index, Body body)
    {
        var texts = ImmutableArray.CreateBuilder<string>();
        var fits = true;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            var text = json.TokenType == JsonTokenType.String ? GetText(ref json) : null;
            json.Skip();
            if (text is null || !Fits(text, field) || texts.Contains(text) || texts.Count == field.MaxCount)
            {
                fits = false;
            }
            else
            {
                texts.Add(text);
            }
        }

        body.Set(index, texts.ToImmutable());
        return fits;
    }

    private static bool Fits(string text, Field field) =>
        text.Length >= field.Min
            && text.Length <= field.Max
            && !HasControl(text)
            && (field.Choices.Length == 0 || field.Choices.Contains(text, StringComparer.Ordinal))
            && (field.Form is not { } form || form.IsMatch(text));

    private static bool ReadText(string text, Field field, int index, Body body)
    {
        switch (field.Kind)
        {
            case FieldKind.CardNumber:
                if (CardNumber.TryParse(text, out var number))
                {
                    body.Set(index, number);
                    return true;
                }

                return false;
            case FieldKind.SecurityCode:
                if (text.Length is 3 or 4 && text.All(char.IsAsciiDigit))
                {
                    body.Set(index, new Secret(text));
                    return true;
                }

                return false;
            default:
                if (!Fits(text, field))
                {
                    return false;
                }

                body.Set(index, text);
                return true;
        }
    }

    private static ImmutableDictionary<string, string> ReadPairs(
        ref Utf8JsonReader json, string path, InputErrors errors)
    {
        var pairs = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = GetText(ref json);
            var pairPath = $"{path}.{NameToShow(name)}";
            json.Read();
            if (pairs.ContainsKey(name))
            {
                errors.Add(ErrorCode.DuplicateField, pairPath, "stands twice");
                json.Skip();
                continue;
            }

            var value = json.TokenType == JsonTokenType.String ? GetText(ref json) : null;
            json.Skip();
            if (name.Length is < 1 or > MaxPairName || HasControl(name))
            {
                errors.Add(ErrorCode.InvalidField, pairPath, $"must have a name of 1 to {MaxPairName} characters");
            }
            else if (value is null || value.Length > MaxPairValue || HasControl(value))
            {
                errors.Add(
                    ErrorCode.InvalidField,
                    pairPath,
                    $"must be a string of at most {MaxPairValue} characters without control characters");
            }

            pairs[name] = value ?? "";
        }

        if (pairs.Count > MaxPairs)
        {
            errors.Add(ErrorCode.InvalidField, path, $"must have at most {MaxPairs} members");
        }

        return pairs.ToImmutable();
    }

    private static ImmutableDictionary<string, Secret> ReadSecrets(ref Utf8JsonReader json, InputErrors errors)
    {
        var secrets = ImmutableDictionary.CreateBuilder<string, Secret>(StringComparer.Ordinal);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = GetText(ref json);
            json.Read();
            var value = json.TokenType == JsonTokenType.String ? GetText(ref json) : null;
            json.Skip();
            if (name.Length is < 1 or > MaxPairName || !name.All(
                c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'))
            {
                errors.Add(
                    ErrorCode.InvalidField,
                    NameToShow(name),
                    $"must have a name of 1 to {MaxPairName} lower-case letters, digits or '_'");
            }
            else if (value is null or "" || value.Length > MaxSecretLength || value.Contains(
                '\0', StringComparison.Ordinal))
            {
                errors.Add(ErrorCode.InvalidField, name, $"must be a string of 1 to {MaxSecretLength} characters");
            }
            else if (!secrets.TryAdd(name, new Secret(value)))
            {
                errors.Add(ErrorCode.DuplicateField, name, "stands twice");
            }
        }

        if (secrets.Count is 0 or > MaxSecrets)
        {
            errors.Add(ErrorCode.InvalidField, "", $"must have 1 to {MaxSecrets} members");
        }

        return secrets.ToImmutable();
    }

    private static string GetText(ref Utf8JsonReader json)
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

    /// <summary>The reader's word for bytes that are no UTF-8 and for half of a surrogate pair is an invalid
    /// operation.</summary>
    private static JsonException NotUnicode(InvalidOperationException fault) => new("The text is not Unicode.", fault);

    private static bool HasControl(string text) =>
        text.AsSpan().ContainsAnyInRange('\0', '\u001f') || text.Contains('\u007f', StringComparison.Ordinal);

    private static string NameToShow(string name)
    {
        var shown = name.Length <= MaxNameShown ? name : $"{name.AsSpan(0, MaxNameShown)}…";
        return HasControl(shown) ? "(a name with control characters)" : shown;
    }
}
