using System.Collections.Immutable;
using System.Text.Json;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Gateway.Api.Json;

/// <summary>A body's values, each of them checked against its field. A member that is absent, null or refused has
/// none.</summary>
internal sealed class Body(BodyShape shape)
{
    private readonly Slot[] _slots = new Slot[shape.Fields.Length];

    /// <summary>Whether the member stands in the body, with a value or with an error.</summary>
    public bool Mentions(string name) => _slots[shape.IndexOf(name)].Mentioned;

    public string? Text(string name) => (string?)_slots[shape.IndexOf(name)].Value;

    public long? Integer(string name)
    {
        var slot = _slots[shape.IndexOf(name)];
        return slot.HasNumber ? slot.Number : null;
    }

    public bool? Flag(string name) => Integer(name) is { } number ? number == 1 : null;

    public Body? Object(string name) => (Body?)_slots[shape.IndexOf(name)].Value;

    public ImmutableArray<Body> List(string name) => (ImmutableArray<Body>?)_slots[shape.IndexOf(name)].Value ?? [];

    public ImmutableArray<string> Texts(string name) => (ImmutableArray<string>?)_slots[shape.IndexOf(name)].Value ?? [];

    public ImmutableDictionary<string, string> Map(string name) =>
        (ImmutableDictionary<string, string>?)_slots[shape.IndexOf(name)].Value ?? ImmutableDictionary<string, string>.Empty;

    public CardNumber? CardNumber(string name) => (CardNumber?)_slots[shape.IndexOf(name)].Value;

    public Secret? Secret(string name) => (Secret?)_slots[shape.IndexOf(name)].Value;

    /// <summary>Notes that the member stands in the body; false if it did before.</summary>
    internal bool Mention(int index)
    {
        var before = _slots[index].Mentioned;
        _slots[index].Mentioned = true;
        return !before;
    }

    internal bool Mentions(int index) => _slots[index].Mentioned;

    internal void Set(int index, object value) => _slots[index].Value = value;

    internal void Set(int index, long number)
    {
        _slots[index].Number = number;
        _slots[index].HasNumber = true;
    }

    /// <summary>
    /// Writes the same bytes for the same content, whatever the order and spacing of its members. Of a card it tells
    /// the last four digits and never the number or security code, so that a stored hash over this is nothing to guess
    /// card numbers with.
    /// </summary>
    internal void WriteCanonical(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var index in shape.InNameOrder)
        {
            var field = shape.Fields[index];
            var slot = _slots[index];
            if (slot.Value is null && !slot.HasNumber)
            {
                continue;
            }

            switch (field.Kind)
            {
                case FieldKind.Text:
                    json.WriteString(field.Utf8Name, (string)slot.Value!);
                    break;
                case FieldKind.Integer:
                    json.WriteNumber(field.Utf8Name, slot.Number);
                    break;
                case FieldKind.Flag:
                    json.WriteBoolean(field.Utf8Name, slot.Number == 1);
                    break;
                case FieldKind.Object:
                    json.WritePropertyName(field.Utf8Name);
                    ((Body)slot.Value!).WriteCanonical(json);
                    break;
                case FieldKind.List:
                    json.WriteStartArray(field.Utf8Name);
                    foreach (var item in (ImmutableArray<Body>)slot.Value!)
                    {
                        item.WriteCanonical(json);
                    }

                    json.WriteEndArray();
                    break;
                case FieldKind.TextList:
                    json.WriteStartArray(field.Utf8Name);
                    foreach (var text in (ImmutableArray<string>)slot.Value!)
                    {
                        json.WriteStringValue(text);
                    }

                    json.WriteEndArray();
                    break;
                case FieldKind.TextMap:
                    json.WriteStartObject(field.Utf8Name);
                    var pairs = (ImmutableDictionary<string, string>)slot.Value!;
                    foreach (var (key, value) in pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                    {
                        json.WriteString(key, value);
                    }

                    json.WriteEndObject();
                    break;
                case FieldKind.CardNumber:
                    json.WriteString(field.Utf8Name, ((CardNumber)slot.Value!).Last4);
                    break;
                case FieldKind.SecurityCode:
                    break;
            }
        }

        json.WriteEndObject();
    }

    private struct Slot
    {
        public bool Mentioned;
        public bool HasNumber;
        public long Number;
        public object? Value;
    }
}
