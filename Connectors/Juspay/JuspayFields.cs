using System.Buffers;
using System.Collections;
using System.Text;
using System.Text.Json;

namespace PaymentCluster.Connectors.Juspay;

/// <summary>A request's fields in their order, to be sent as a form, or as one flat JSON object in an envelope. It does
/// not print what it holds.</summary>
internal sealed class JuspayFields : IEnumerable
{
    private readonly List<(string Name, string Value)> _fields = [];

    /// <summary>Adds a field; without a value it is left out.</summary>
    public void Add(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            _fields.Add((name, value));
        }
    }

    public byte[] ToForm() => Encoding.ASCII.GetBytes(
        string.Join(
            '&', _fields.Select(field => $"{Uri.EscapeDataString(field.Name)}={Uri.EscapeDataString(field.Value)}")));

    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (name, value) in _fields)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        var bytes = buffer.WrittenSpan.ToArray();
        // A card may be among the fields.
        buffer.Clear();
        return bytes;
    }

    IEnumerator IEnumerable.GetEnumerator() => _fields.Select(field => field.Name).GetEnumerator();
}
