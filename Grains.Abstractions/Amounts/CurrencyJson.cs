using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentCluster.Grains.Abstractions.Amounts;

/// <summary>A currency in JSON: its code.</summary>
public sealed class CurrencyJson : JsonConverter<Currency>
{
    /// <inheritdoc/>
    public override Currency Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Currency.Parse(reader.GetString() ?? "");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Currency value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Code);
}
