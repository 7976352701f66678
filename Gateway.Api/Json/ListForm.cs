using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.OpenApi;

namespace PaymentCluster.Gateway.Api.Json;

/// <summary>Texts or words of one form, in order, without duplicates.</summary>
internal sealed class ListForm<T>(Form<T> item) : Form<ImmutableArray<T>>
{
    /// <summary>The most items.</summary>
    public required int Max { get; init; }

    public override bool Read(ref Utf8JsonReader json, ref Slot slot, in FieldPlace place)
    {
        if (json.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }

        var items = ImmutableArray.CreateBuilder<Slot>();
        var fits = true;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            var one = default(Slot);
            if (item.Read(ref json, ref one, place)
                && items.Count < Max
                && !Contains(items, item.Get(one)))
            {
                items.Add(one);
            }
            else
            {
                fits = false;
                json.Skip();
            }
        }

        slot.Set(items.ToImmutable());
        return fits;
    }

    public override ImmutableArray<T> Get(in Slot slot) => [.. Slots(slot).Select(one => item.Get(one))];

    public override void WriteCanonical(Utf8JsonWriter json, in Slot slot)
    {
        json.WriteStartArray();
        foreach (var one in Slots(slot))
        {
            item.WriteCanonical(json, one);
        }

        json.WriteEndArray();
    }

    public override OpenApiSchema Schema() => new()
    {
        Type = JsonSchemaType.Array, Items = item.Schema(), MaxItems = Max,
    };

    private static ImmutableArray<Slot> Slots(in Slot slot) => (ImmutableArray<Slot>)slot.Value!;

    private bool Contains(ImmutableArray<Slot>.Builder items, T value)
    {
        foreach (var one in items)
        {
            if (EqualityComparer<T>.Default.Equals(item.Get(one), value))
            {
                return true;
            }
        }

        return false;
    }
}
