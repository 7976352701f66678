using System.Globalization;
using System.Text.Json;
using Microsoft.OpenApi;

namespace PaymentCluster.Gateway.Api.Json;

/// <summary>A whole number within bounds.</summary>
internal class LongForm : Form<long>
{
    /// <summary>The least number.</summary>
    public required long Min { get; init; }

    /// <summary>The greatest number.</summary>
    public required long Max { get; init; }

    // TryGetInt64 takes plain digits alone: 5.0 and 5e2 are no way to write an amount.
    public override bool Read(ref Utf8JsonReader json, ref Slot slot, in FieldPlace place)
    {
        if (json.TokenType != JsonTokenType.Number
            || !json.TryGetInt64(out var number)
            || number < Min
            || number > Max)
        {
            return false;
        }

        slot.Set(number);
        return true;
    }

    public override long Get(in Slot slot) => slot.Number;

    public override void WriteCanonical(Utf8JsonWriter json, in Slot slot) => json.WriteNumberValue(slot.Number);

    public override OpenApiSchema Schema() => new()
    {
        Type = JsonSchemaType.Integer,
        Format = "int64",
        Minimum = Min.ToString(CultureInfo.InvariantCulture),
        Maximum = Max.ToString(CultureInfo.InvariantCulture),
    };
}

/// <summary>A whole number that is small.</summary>
internal sealed class IntForm(LongForm number) : Form<int>
{
    public override bool Read(ref Utf8JsonReader json, ref Slot slot, in FieldPlace place) =>
        number.Read(ref json, ref slot, place);

    public override int Get(in Slot slot) => (int)slot.Number;

    public override void WriteCanonical(Utf8JsonWriter json, in Slot slot) => number.WriteCanonical(json, slot);

    public override OpenApiSchema Schema() => number.Schema();
}

/// <summary>True or false.</summary>
internal sealed class FlagForm : Form<bool>
{
    public override bool Read(ref Utf8JsonReader json, ref Slot slot, in FieldPlace place)
    {
        if (json.TokenType is not (JsonTokenType.True or JsonTokenType.False))
        {
            return false;
        }

        slot.Set(json.TokenType == JsonTokenType.True ? 1 : 0);
        return true;
    }

    public override bool Get(in Slot slot) => slot.Number == 1;

    public override void WriteCanonical(Utf8JsonWriter json, in Slot slot) => json.WriteBooleanValue(slot.Number == 1);

    public override OpenApiSchema Schema() => new() { Type = JsonSchemaType.Boolean };
}
