using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace PaymentCluster.Gateway.Api.Json;

/// <summary>Writes JSON responses: one buffer per thread, one write, a length instead of chunks.</summary>
internal static class JsonResponse
{
    public const string ContentType = "application/json";

    /// <summary>A buffer above this is not kept: one long list must not pin its memory to every thread.</summary>
    private const int MostKept = 256 * 1024;

    // Responses are never part of an HTML page (nosniff says so to browsers), so that '&' in a link may stay readable.
    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    [ThreadStatic]
    private static Kept? _kept;

    public static Task WriteAsync<T>(
        HttpContext http, int status, T value, JsonTypeInfo<T> type, string contentType = ContentType)
    {
        var bytes = Serialize(value, type);
        var response = http.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = bytes.Length;
        response.BodyWriter.Write(bytes.Span);
        return response.BodyWriter.FlushAsync(http.RequestAborted).AsTask();
    }

    /// <summary>The value as JSON, in a buffer that the thread's next call reuses: use it before anything is
    /// awaited.</summary>
    public static ReadOnlyMemory<byte> Serialize<T>(T value, JsonTypeInfo<T> type)
    {
        var kept = _kept ??= new Kept();
        kept.Buffer.ResetWrittenCount();
        kept.Writer.Reset(kept.Buffer);
        JsonSerializer.Serialize(kept.Writer, value, type);
        kept.Writer.Flush();
        if (kept.Buffer.Capacity > MostKept)
        {
            _kept = null;
        }

        return kept.Buffer.WrittenMemory;
    }

    private sealed class Kept
    {
        public Kept() => Writer = new Utf8JsonWriter(Buffer, WriterOptions);

        public ArrayBufferWriter<byte> Buffer { get; } = new(2048);

        public Utf8JsonWriter Writer { get; }
    }
}
