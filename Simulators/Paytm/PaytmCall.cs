using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace PaymentCluster.Simulators.Paytm;

/// <summary>A call apart from its connection: it may be processed when that is long gone.</summary>
internal sealed class PaytmCall
{
    private readonly List<string> _known = [];

    public PaytmCall(ReadOnlyMemory<byte> content, string? query, string baseUrl, DateTimeOffset now)
    {
        BaseUrl = baseUrl;
        Now = now;
        var parameters = QueryHelpers.ParseQuery(query);
        QueryMid = parameters.TryGetValue("mid", out var mid) ? mid.ToString() : null;
        QueryOrderId = parameters.TryGetValue("orderId", out var order) ? order.ToString() : null;
        try
        {
            if (JsonElement.Parse(content.Span) is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("head", out var head) && head.ValueKind == JsonValueKind.Object
                && root.TryGetProperty("body", out var body) && body.ValueKind == JsonValueKind.Object)
            {
                Head = head;
                Body = body;
            }
        }
        catch (JsonException)
        {
            // Left without a body, it is refused.
        }
    }

    /// <summary>Where this API is, as the caller sees it: <c>http://host:port/paytm</c>.</summary>
    public string BaseUrl { get; }

    public DateTimeOffset Now { get; }

    public string? QueryMid { get; }

    public string? QueryOrderId { get; }

    public JsonElement? Head { get; }

    public JsonElement? Body { get; }

    /// <summary>The account, once it is known who calls.</summary>
    public PaytmAccount? Account { get; set; }

    /// <summary>Whether the caller signed, so that the response is signed too.</summary>
    public bool IsSigned { get; set; }

    /// <summary>The body's text as it was sent, which is what its signature covers.</summary>
    public byte[] BodyText => Encoding.UTF8.GetBytes(Body!.Value.GetRawText());

    public string? OfHead(string name) => TextOf(Head, name);

    /// <summary>A text of the body; null if it is missing, empty or no text.</summary>
    public string? Text(string name)
    {
        _known.Add(name);
        return TextOf(Body, name);
    }

    /// <summary>A text in an object of the body.</summary>
    public string? Text(string group, string name) => TextOf(Group(group), name);

    public JsonElement? Group(string name)
    {
        _known.Add(name);
        return Body is { } body && body.TryGetProperty(name, out var group) && group.ValueKind == JsonValueKind.Object
            ? group
            : null;
    }

    /// <summary>Whether something is under this name.</summary>
    public bool Has(string name)
    {
        _known.Add(name);
        return Body is { } body && body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;
    }

    /// <summary>Names fields that are taken and not looked at.</summary>
    public void Tolerate(params ReadOnlySpan<string> names) => _known.AddRange(names);

    /// <summary>Whether the body has an unknown field.</summary>
    public bool HasUnknownField => Body!.Value.EnumerateObject().Any(one => !_known.Contains(one.Name));

    private static string? TextOf(JsonElement? element, string name) =>
        element is { } found && found.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : null;
}
