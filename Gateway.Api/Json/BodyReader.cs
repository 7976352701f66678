using System.Buffers;
using System.Text.Json;

namespace PaymentCluster.Gateway.Api.Json;

/// <summary>
/// The one reader of JSON bodies. It takes exactly what a <see cref="BodyShape"/> says: a field that is unknown or
/// duplicated, a value of another type, a number with a fraction or an exponent, half of a surrogate pair or a control
/// character, anything after the object: all of it is refused, and everything that is wrong is reported at once. A null
/// means that the field is absent.
/// </summary>
internal static class BodyReader
{
    /// <summary>The error of a duplicated field.</summary>
    public const string Duplicated = "is duplicated";

    private static readonly JsonReaderOptions Options = new()
    {
        MaxDepth = 8, CommentHandling = JsonCommentHandling.Disallow,
    };

    /// <summary>Reads an object from its start to its end.</summary>
    internal delegate T ObjectReader<in TContext, out T>(ref Utf8JsonReader json, TContext context, InputErrors errors);

    /// <summary>The body; null if it is not one JSON object. Whether it can be used, <paramref name="errors"/>
    /// say.</summary>
    public static Body? Read(in ReadOnlySequence<byte> bytes, BodyShape shape, InputErrors errors) => ReadAll(
        bytes,
        shape,
        errors,
        static (ref Utf8JsonReader json, BodyShape shape, InputErrors errors) =>
            ReadObject(ref json, shape, "", errors));

    /// <summary>What a reader makes of one JSON object; null if the bytes are not one.</summary>
    internal static T? ReadAll<TContext, T>(
        in ReadOnlySequence<byte> bytes, TContext context, InputErrors errors, ObjectReader<TContext, T> read)
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

            var value = read(ref json, context, errors);
            json.Read(); // Throws if anything but white space follows.
            return value;
        }
        catch (JsonException fault)
        {
            // Where, but not what: the place may be in a card's number.
            var place = fault is { LineNumber: { } line, BytePositionInLine: { } position }
                ? $" (line {line + 1}, byte {position + 1})"
                : "";
            errors.Only(ErrorCode.MalformedJson, $"is not valid JSON{place}");
            return null;
        }
    }

    /// <summary>Reads an object of a shape. What is wrong with it is added under paths that begin with
    /// <paramref name="prefix"/>.</summary>
    internal static Body ReadObject(ref Utf8JsonReader json, BodyShape shape, string prefix, InputErrors errors)
    {
        var body = new Body(shape);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var index = Find(ref json, shape);
            if (index < 0)
            {
                errors.Add(
                    ErrorCode.UnknownField,
                    prefix + JsonText.NameToShow(JsonText.Read(ref json)),
                    "is an unknown field");
                json.Read();
                json.Skip();
                continue;
            }

            json.Read();
            ReadField(ref json, ref body.SlotAt(index), new FieldPlace(prefix, shape.Fields[index], errors));
        }

        for (var i = 0; i < shape.Fields.Length; i++)
        {
            if (shape.Fields[i].IsRequired && !body.SlotAt(i).IsMentioned)
            {
                errors.Add(ErrorCode.MissingField, prefix + shape.Fields[i].Name, "is missing");
            }
        }

        return body;
    }

    private static void ReadField(ref Utf8JsonReader json, ref Slot slot, in FieldPlace place)
    {
        var field = place.Field;
        if (slot.IsMentioned)
        {
            place.Errors.Add(ErrorCode.DuplicateField, place.Path, Duplicated);
            json.Skip();
            return;
        }

        slot.IsMentioned = true;
        if (json.TokenType == JsonTokenType.Null)
        {
            if (field.IsRequired)
            {
                place.Errors.Add(ErrorCode.MissingField, place.Path, "must not be null");
            }
        }
        else if (!field.Form.Read(ref json, ref slot, place))
        {
            slot = new Slot { IsMentioned = true, IsRefused = true };
            place.Errors.Add(field.Code, place.Path, field.Form.Rule);
            json.Skip();
        }
    }

    private static int Find(ref Utf8JsonReader json, BodyShape shape)
    {
        for (var i = 0; i < shape.Fields.Length; i++)
        {
            if (JsonText.Is(ref json, shape.Fields[i].Utf8Name))
            {
                return i;
            }
        }

        return -1;
    }
}
