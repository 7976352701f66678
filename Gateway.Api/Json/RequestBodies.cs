using System.Buffers;
using System.Collections.Immutable;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Limits;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Gateway.Api.Json;

/// <summary>
/// Reads bodies, within their limits. A write takes its place among those in flight when its body has arrived and
/// before anything is done with it, so that a slow sender does not block others.
/// </summary>
internal sealed class RequestBodies(RequestLimits limits)
{
    /// <summary>The largest JSON body, in bytes.</summary>
    public const int MaxJsonBytes = 64 * 1024;

    private const string Identity = "identity";

    private delegate T Parser<in TContext, out T>(
        in ReadOnlySequence<byte> bytes, TContext context, InputErrors errors);

    /// <summary>The body of a call. No body at all is an empty object where no member is required.</summary>
    /// <exception cref="ProblemException">It is too large, not JSON, or not one JSON object; or there is too much in
    /// flight.</exception>
    public Task<Body> ReadAsync(HttpContext http, BodyShape shape, InputErrors errors) => ReadJsonAsync(
        http,
        errors,
        shape.IsRequired ? null : new Body(shape),
        shape,
        BodyReader.Read);

    /// <summary>The body of a call that has no rules beyond its shape.</summary>
    /// <exception cref="ProblemException">It breaks its shape, is too large or not one JSON object; or there is
    /// too much in flight.</exception>
    public async Task<Body> ReadAsync(HttpContext http, BodyShape shape)
    {
        var errors = new InputErrors();
        var body = await ReadAsync(http, shape, errors);
        return errors.Any ? throw new ProblemException(errors) : body;
    }

    /// <summary>A body of secrets.</summary>
    /// <exception cref="ProblemException">It is too large, not JSON, or not one JSON object; or there is too much in
    /// flight.</exception>
    public Task<ImmutableDictionary<string, Secret>> ReadSecretsAsync(HttpContext http, InputErrors errors) =>
        ReadJsonAsync<object?, ImmutableDictionary<string, Secret>>(
            http,
            errors,
            null,
            null,
            static (in ReadOnlySequence<byte> bytes, object? _, InputErrors found) => SecretsReader.Read(bytes, found));

    /// <summary>The whole body, byte for byte.</summary>
    /// <exception cref="ProblemException">It is too large, or there is too much in flight.</exception>
    public async Task<byte[]> ReadBytesAsync(HttpContext http, int limit)
    {
        var read = await ReadToEndAsync(http, limit);
        var bytes = read.ToArray();
        http.Request.BodyReader.AdvanceTo(read.End);
        await EnterAsync(http);
        return bytes;
    }

    /// <summary>Reads and drops a body, so that its connection can be used again.</summary>
    /// <exception cref="ProblemException">It is too large.</exception>
    public static async Task SkipAsync(HttpContext http, int limit)
    {
        var read = await ReadToEndAsync(http, limit);
        http.Request.BodyReader.AdvanceTo(read.End);
    }

    /// <summary>Takes the request's place among the writes in flight, for as long as it lasts.</summary>
    private async ValueTask EnterAsync(HttpContext http)
    {
        var lease = await limits.Writes.AcquireAsync(1, http.RequestAborted);
        http.Response.RegisterForDispose(lease);
        if (!lease.IsAcquired)
        {
            throw new ProblemException(ErrorCode.Overloaded, ErrorCode.Overloaded.Entry().Meaning);
        }
    }

    private async Task<T> ReadJsonAsync<TContext, T>(
        HttpContext http, InputErrors errors, T? ifNone, TContext context, Parser<TContext, T?> parse)
        where T : class
    {
        // A body without length or chunks is none; HTTP/1.1 has no third way to send one.
        var mayHaveBody = http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;
        if (ifNone is not null && (http.Request.ContentLength == 0 || !mayHaveBody))
        {
            await EnterAsync(http);
            return ifNone;
        }

        var refused = NotJson(http);
        if (ifNone is null && refused is not null)
        {
            throw refused;
        }

        var bytes = await ReadToEndAsync(http, MaxJsonBytes);
        var isNone = ifNone is not null && bytes.IsEmpty; // Chunks without a byte are no body either.
        if (isNone || refused is not null)
        {
            http.Request.BodyReader.AdvanceTo(bytes.End);
            if (!isNone)
            {
                throw refused!;
            }

            await EnterAsync(http);
            return ifNone!;
        }

        var body = parse(bytes, context, errors);
        http.Request.BodyReader.AdvanceTo(bytes.End);
        if (body is null)
        {
            throw new ProblemException(errors);
        }

        await EnterAsync(http);
        return body;
    }

    private static async ValueTask<ReadOnlySequence<byte>> ReadToEndAsync(HttpContext http, int limit)
    {
        if (http.Request.ContentLength > limit)
        {
            throw TooLarge(limit);
        }

        var reader = http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(http.RequestAborted);
            if (read.Buffer.Length > limit)
            {
                reader.AdvanceTo(read.Buffer.End);
                throw TooLarge(limit);
            }

            if (read.IsCompleted)
            {
                return read.Buffer;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static ProblemException TooLarge(int limit) =>
        new(ErrorCode.BodyTooLarge, $"The request body must have at most {limit} bytes.");

    /// <summary>Why a body cannot be JSON; null if it can.</summary>
    private static ProblemException? NotJson(HttpContext http)
    {
        if (http.Request.Headers.ContentEncoding is { Count: > 0 } encoding && !IsIdentity(encoding))
        {
            return new(ErrorCode.UnsupportedMediaType, "Send the body without Content-Encoding.");
        }

        return IsJson(http.Request.ContentType)
            ? null
            : new(ErrorCode.UnsupportedMediaType, "Send the body as application/json in UTF-8.");
    }

    private static bool IsIdentity(StringValues encoding) =>
        encoding is [{ } one] && one.Equals(Identity, StringComparison.OrdinalIgnoreCase);

    private static bool IsJson(string? contentType)
    {
        // The usual spelling first: it needs no parser.
        if (string.Equals(contentType, "application/json", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        return MediaTypeHeaderValue.TryParse(contentType, out var type)
            && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue
                || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
    }
}
