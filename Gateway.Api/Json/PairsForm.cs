using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.OpenApi;

namespace PaymentCluster.Gateway.Api.Json;

/// <summary>Texts under names of the caller's choice.</summary>
internal sealed class PairsForm : Form<ImmutableDictionary<string, string>>
{
    private const int MaxPairs = 20;
    private const int MaxName = 40;
    private const int MaxValue = 500;

    public override bool Read(ref Utf8JsonReader json, ref Slot slot, in FieldPlace place)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        var pairs = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            ReadPair(ref json, pairs, place);
        }

        if (pairs.Count > MaxPairs)
        {
            place.Errors.Add(ErrorCode.InvalidField, place.Path, $"must have at most {MaxPairs} members");
        }

        slot.Set(pairs.ToImmutable());
        return true;
    }

    public override ImmutableDictionary<string, string> Get(in Slot slot) =>
        (ImmutableDictionary<string, string>)slot.Value!;

    public override void WriteCanonical(Utf8JsonWriter json, in Slot slot)
    {
        json.WriteStartObject();
        foreach (var (key, value) in Get(slot).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    public override OpenApiSchema Schema() => new()
    {
        Type = JsonSchemaType.Object,
        MaxProperties = MaxPairs,
        AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = MaxValue },
    };

    private static void ReadPair(
        ref Utf8JsonReader json, ImmutableDictionary<string, string>.Builder pairs, in FieldPlace place)
    {
        var name = JsonText.Read(ref json);
        var path = $"{place.Path}.{JsonText.NameToShow(name)}";
        json.Read();
        if (pairs.ContainsKey(name))
        {
            place.Errors.Add(ErrorCode.DuplicateField, path, BodyReader.Duplicated);
            json.Skip();
            return;
        }

        var value = json.TokenType == JsonTokenType.String ? JsonText.Read(ref json) : null;
        json.Skip();
        if (name.Length is < 1 or > MaxName || JsonText.HasControl(name))
        {
            place.Errors.Add(ErrorCode.InvalidField, path, $"must have a name of 1 to {MaxName} characters");
        }
        else if (value is null || value.Length > MaxValue || JsonText.HasControl(value))
        {
            place.Errors.Add(
                ErrorCode.InvalidField,
                path,
                $"must be a string of at most {MaxValue} characters without control characters");
        }

        pairs[name] = value ?? "";
    }
}
