using System.Buffers;
using System.Text.Json;

namespace PaymentCluster.Simulators.Http;

/// <summary>A response apart from its connection, so that a call can be processed while its response is held back, cut
/// or thrown away.</summary>
internal sealed record SimulatedResponse(int Status, ReadOnlyMemory<byte> Body)
{
    public string ContentType { get; init; } = "application/json";

    /// <summary>Seconds for <c>Retry-After</c>, if any.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>A JSON response, written by <paramref name="write"/>.</summary>
    public static SimulatedResponse Json<TState>(int status, TState state, Action<Utf8JsonWriter, TState> write) =>
        new(status, JsonBytes.Write(state, write));

    public async Task SendAsync(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = Status;
        response.ContentType = ContentType;
        response.ContentLength = Body.Length;
        if (RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString();
        }

        await response.BodyWriter.WriteAsync(Body, context.RequestAborted);
    }
}

/// <summary>Writes JSON into an array of its own.</summary>
internal static class JsonBytes
{
    private static readonly JsonWriterOptions Plain = new()
    {
        // The providers send names and notes as they are, not as \u escapes.
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static byte[] Write<TState>(TState state, Action<Utf8JsonWriter, TState> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            write(json, state);
        }

        return buffer.WrittenSpan.ToArray();
    }
}
