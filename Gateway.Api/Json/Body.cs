using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace PaymentCluster.Gateway.Api.Json;

/// <summary>A body's values, each of them checked against its field. A field that is absent, null or refused has
/// none.</summary>
internal sealed class Body(BodyShape shape)
{
    private readonly Slot[] _slots = new Slot[shape.Fields.Length];

    /// <summary>The field's value.</summary>
    /// <exception cref="InvalidOperationException">The field is required and has none: the body is to be
    /// refused.</exception>
    public T Get<T>(Field<T> field) => field.Get(_slots[shape.IndexOf(field)]);

    /// <summary>The field's value, if the body has one that fits.</summary>
    public bool TryGet<T>(Field<T> field, [MaybeNullWhen(false)] out T value)
    {
        var has = Has(field);
        value = has ? Get(field) : default;
        return has;
    }

    /// <summary>Whether the field has a value that fits.</summary>
    public bool Has(Field field) => _slots[shape.IndexOf(field)].HasValue;

    /// <summary>Whether the body lacks the field, or has null for it.</summary>
    public bool IsAbsent(Field field) => _slots[shape.IndexOf(field)] is { HasValue: false, IsRefused: false };

    /// <summary>The slot of the shape's field at an index.</summary>
    internal ref Slot SlotAt(int index) => ref _slots[index];

    /// <summary>
    /// Writes the same bytes for the same content, whatever the order and spacing of its fields. Of a card it tells
    /// the last four digits and never the number or security code, so that a stored hash over this is nothing to guess
    /// card numbers with.
    /// </summary>
    internal void WriteCanonical(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var index in shape.InNameOrder)
        {
            var field = shape.Fields[index];
            ref var slot = ref _slots[index];
            if (slot.HasValue && field.Form.IsFingerprinted)
            {
                json.WritePropertyName(field.Utf8Name);
                field.Form.WriteCanonical(json, slot);
            }
        }

        json.WriteEndObject();
    }
}
