using System.Text.Json;
using Orleans.Storage;

namespace PaymentCluster.Grains.Storage;

/// <summary>Stores the state of grain documents as JSON with snake_case names,
/// readable in <c>psql</c>: <c>convert_from(payloadbinary, 'UTF8')::json</c>. A member that a state gains later must
/// have a default and not be <c>required</c>, since rows without it exist; builds without the member keep it in
/// <c>LaterMembers</c>, and write it again.</summary>
public sealed class DocumentJsonSerializer : IGrainStorageSerializer
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <inheritdoc/>
    public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input, Format));

    /// <inheritdoc/>
    /// <exception cref="JsonException">The stored bytes are not a state of this type.</exception>
    public T? Deserialize<T>(BinaryData input) => JsonSerializer.Deserialize<T>(input.ToMemory().Span, Format);
}
