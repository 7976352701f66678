using System.Net;
using System.Text;
using System.Text.Json;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Juspay;

/// <summary>A request's fields, each by name; groups are spelt with dots, as <c>order.amount</c>, whether they came as
/// a form or as JSON. The first thing wrong is kept as <see cref="Refusal"/>, and unknown fields are wrong too:
/// Juspay's documents are silent on these, and a misspelt field should not go unnoticed here.</summary>
internal sealed class JuspayFields
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>The response to give instead, once something is wrong.</summary>
    public SimulatedResponse? Refusal { get; private set; }

    /// <summary>Reads a body; null if it is neither form nor a JSON object, or a field is duplicated.</summary>
    public static JuspayFields? Read(ReadOnlyMemory<byte> body, bool isJson)
    {
        var fields = new JuspayFields();
        if (!isJson)
        {
            return fields.AddForm(Encoding.UTF8.GetString(body.Span)) ? fields : null;
        }

        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object && fields.AddJson("", document.RootElement)
                ? fields
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Adds the query's fields.</summary>
    public bool AddForm(string form)
    {
        foreach (var pair in form.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = WebUtility.UrlDecode(equals < 0 ? pair : pair[..equals]);
            if (!_values.TryAdd(name, equals < 0 ? "" : WebUtility.UrlDecode(pair[(equals + 1)..])))
            {
                return false;
            }
        }

        return true;
    }

    public void Refuse(string field, string reason) => Refusal ??= JuspayErrors.Invalid(field, reason);

    public void Refuse(SimulatedResponse refusal) => Refusal ??= refusal;

    /// <summary>A field that need not be there; an empty one is not there.</summary>
    public string? Text(string name, int longest = 255)
    {
        _known.Add(name);
        if (!_values.TryGetValue(name, out var value) || value.Length == 0)
        {
            return null;
        }

        if (value.Length > longest)
        {
            Refuse(name, "Value too long");
        }

        return value;
    }

    /// <summary>A field that must be there.</summary>
    public string Required(string name, int longest = 255)
    {
        var value = Text(name, longest);
        if (value is null)
        {
            Refusal ??= JuspayErrors.Missing(name);
        }

        return value ?? "";
    }

    public bool Flag(string name, bool otherwise = false)
    {
        var value = Text(name);
        if (value is not (null or "true" or "false"))
        {
            Refuse(name, "Must be true or false");
        }

        return value is null ? otherwise : value == "true";
    }

    /// <summary>Fields that are taken and have no effect here.</summary>
    public void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            _known.Add(name);
        }
    }

    /// <summary>All fields that begin so are taken and have no effect here.</summary>
    public void IgnoreAll(string prefix) =>
        _known.UnionWith(_values.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)));

    /// <summary>Whether a field that begins so was sent.</summary>
    public bool HasGroup(string prefix) => _values.Keys.Any(name => name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>Refuses unknown fields.</summary>
    /// <returns>The response to give instead, if anything was wrong.</returns>
    public SimulatedResponse? Finish()
    {
        if (_values.Keys.FirstOrDefault(name => !_known.Contains(name)) is { } extra)
        {
            Refuse(extra, "Unknown field");
        }

        return Refusal;
    }

    private bool AddJson(string prefix, JsonElement element)
    {
        foreach (var property in element.EnumerateObject())
        {
            var name = prefix + property.Name;
            var fits = property.Value.ValueKind switch
            {
                JsonValueKind.Object => AddJson(name + ".", property.Value),
                JsonValueKind.Null => true,
                JsonValueKind.Array => false,
                JsonValueKind.String => _values.TryAdd(name, property.Value.GetString()!),
                _ => _values.TryAdd(name, property.Value.GetRawText()),
            };
            if (!fits)
            {
                return false;
            }
        }

        return true;
    }
}
