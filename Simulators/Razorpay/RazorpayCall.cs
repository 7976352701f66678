using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace PaymentCluster.Simulators.Razorpay;

/// <summary>A call apart from its connection: it may be processed when that is long gone.</summary>
internal sealed record RazorpayCall
{
    public required RazorpayAccount Account { get; init; }

    /// <summary>Where this API is, as the caller sees it: <c>http://host:port/razorpay/v1</c>.</summary>
    public required string BaseUrl { get; init; }

    /// <summary>The id in the path, and a second one after it.</summary>
    public required string Id { get; init; }

    public required string SecondId { get; init; }

    public required string? QueryText { get; init; }

    public required ReadOnlyMemory<byte> Body { get; init; }

    public required bool IsForm { get; init; }

    public required string? IdempotencyKey { get; init; }

    public Dictionary<string, StringValues> Query() => QueryHelpers.ParseQuery(QueryText);

    /// <summary>The body as fields; null if it is not a JSON object, or a form where forms are not taken.</summary>
    public JsonDocument? Read(bool forms)
    {
        try
        {
            var document = IsForm switch
            {
                true when forms => JsonDocument.Parse(FormToJson(Encoding.UTF8.GetString(Body.Span))),
                true => null,
                false => JsonDocument.Parse(Body.IsEmpty ? "{}"u8.ToArray() : Body),
            };
            if (document is null || document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // A form spells a group as upi[flow]=intent; it becomes the object that JSON would have sent.
    private static byte[] FormToJson(string form)
    {
        var groups = new SortedDictionary<string, List<(string Name, string Value)>>(StringComparer.Ordinal);
        var plain = new List<(string Name, string Value)>();
        foreach (var pair in form.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=');
            var name = WebUtility.UrlDecode(equals < 0 ? pair : pair[..equals]);
            var value = equals < 0 ? "" : WebUtility.UrlDecode(pair[(equals + 1)..]);
            var bracket = name.IndexOf('[');
            if (bracket <= 0 || !name.EndsWith(']'))
            {
                plain.Add((name, value));
                continue;
            }

            if (!groups.TryGetValue(name[..bracket], out var group))
            {
                groups.Add(name[..bracket], group = []);
            }

            group.Add((name[(bracket + 1)..^1], value));
        }

        return Http.JsonBytes.Write((plain, groups), static (json, fields) =>
        {
            json.WriteStartObject();
            foreach (var (name, value) in fields.plain)
            {
                json.WriteString(name, value);
            }

            foreach (var (name, members) in fields.groups)
            {
                json.WriteStartObject(name);
                foreach (var (member, value) in members)
                {
                    json.WriteString(member, value);
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        });
    }
}
