using System.Text.Json;

namespace PaymentCluster.Grains.Abstractions.Documents;

/// <summary>JSON that this build has no type for, between processes: its text.</summary>
[GenerateSerializer, Alias("json-element")]
public struct JsonElementSurrogate
{
    /// <summary>The text.</summary>
    [Id(0)]
    public string Text { get; set; }
}

/// <summary>Lets <see cref="JsonElement"/> cross as text.</summary>
[RegisterConverter]
public sealed class JsonElementConverter : IConverter<JsonElement, JsonElementSurrogate>
{
    /// <inheritdoc/>
    public JsonElement ConvertFromSurrogate(in JsonElementSurrogate surrogate)
    {
        using var document = JsonDocument.Parse(surrogate.Text);
        return document.RootElement.Clone();
    }

    /// <inheritdoc/>
    public JsonElementSurrogate ConvertToSurrogate(in JsonElement value) => new() { Text = value.GetRawText() };
}
