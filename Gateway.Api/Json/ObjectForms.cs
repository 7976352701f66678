using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.OpenApi;
using PaymentCluster.Gateway.Api.OpenApi;

namespace PaymentCluster.Gateway.Api.Json;

/// <summary>An object of a shape.</summary>
internal sealed class ObjectForm(BodyShape shape) : Form<Body>
{
    /// <summary>The object's shape.</summary>
    public BodyShape Shape => shape;

    public override bool Read(ref Utf8JsonReader json, ref Slot slot, in FieldPlace place)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        slot.Set(BodyReader.ReadObject(ref json, shape, place.Inside, place.Errors));
        return true;
    }

    public override Body Get(in Slot slot) => (Body)slot.Value!;

    public override void WriteCanonical(Utf8JsonWriter json, in Slot slot) => ((Body)slot.Value!).WriteCanonical(json);

    public override OpenApiSchema Schema() => ShapeSchemas.Of(shape);
}

/// <summary>Objects of one shape, in order.</summary>
internal sealed class ObjectListForm(BodyShape shape) : Form<ImmutableArray<Body>>
{
    /// <summary>The fewest objects.</summary>
    public required int Min { get; init; }

    /// <summary>The most objects.</summary>
    public required int Max { get; init; }

    // Read to its end whatever is in it: what follows belongs to the next field.
    public override bool Read(ref Utf8JsonReader json, ref Slot slot, in FieldPlace place)
    {
        if (json.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }

        var items = ImmutableArray.CreateBuilder<Body>();
        var fits = true;
        for (var at = 0; json.Read() && json.TokenType != JsonTokenType.EndArray; at++)
        {
            if (json.TokenType != JsonTokenType.StartObject)
            {
                place.Errors.Add(place.Field.Code, $"{place.Path}[{at}]", "must be an object");
                json.Skip();
            }
            else if (at < Max)
            {
                items.Add(BodyReader.ReadObject(ref json, shape, $"{place.Path}[{at}].", place.Errors));
            }
            else
            {
                fits = false;
                json.Skip();
            }
        }

        slot.Set(items.ToImmutable());
        return fits && items.Count >= Min;
    }

    public override ImmutableArray<Body> Get(in Slot slot) => (ImmutableArray<Body>)slot.Value!;

    public override void WriteCanonical(Utf8JsonWriter json, in Slot slot)
    {
        json.WriteStartArray();
        foreach (var item in Get(slot))
        {
            item.WriteCanonical(json);
        }

        json.WriteEndArray();
    }

    public override OpenApiSchema Schema() => new()
    {
        Type = JsonSchemaType.Array, Items = ShapeSchemas.Of(shape), MinItems = Min, MaxItems = Max,
    };
}
