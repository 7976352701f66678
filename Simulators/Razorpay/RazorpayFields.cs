using System.Globalization;
using System.Text.Json;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Razorpay;

/// <summary>Reads a request's fields, each by name; the first thing wrong is kept as <see cref="Refusal"/>, and unknown
/// fields are wrong too. Numbers and flags may come as text, as in forms and in Razorpay's samples.</summary>
internal sealed class RazorpayFields(JsonElement json)
{
    private readonly List<string> _known = [];

    /// <summary>The response to give instead, once something is wrong.</summary>
    public SimulatedResponse? Refusal { get; private set; }

    public void Refuse(string description, string? field) => Refusal ??= RazorpayErrors.Invalid(description, field);

    public string? Text(string name, bool required = false, int longest = 255)
    {
        if (Find(name, required) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            Refuse($"The {Spoken(name)} must be a string.", name);
            return null;
        }

        var text = value.GetString()!;
        if (text.Length > longest)
        {
            Refuse($"The {Spoken(name)} may not be greater than {longest} characters.", name);
        }

        if (required && text.Length == 0)
        {
            Refuse($"The {Spoken(name)} field is required.", name);
        }

        return text;
    }

    public long? Integer(string name, bool required = false)
    {
        if (Find(name, required) is not { } value)
        {
            return null;
        }

        long number;
        var valid = value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetInt64(out number),
            JsonValueKind.String => long.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, null, out number),
            _ => Fails(out number),
        };
        if (valid)
        {
            return number;
        }

        Refuse($"The {Spoken(name)} must be an integer.", name);
        return null;
    }

    public bool? Flag(string name)
    {
        if (Find(name, required: false) is not { } value)
        {
            return null;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.True:
                return true;
            case JsonValueKind.False:
                return false;
            case JsonValueKind.String when value.GetString() is "1" or "true":
                return true;
            case JsonValueKind.String when value.GetString() is "0" or "false":
                return false;
            case JsonValueKind.Number when value.TryGetInt32(out var number) && number is 0 or 1:
                return number == 1;
            default:
                Refuse($"The {Spoken(name)} field must be true or false.", name);
                return null;
        }
    }

    /// <summary>A group of fields; finish it with <see cref="Finish(RazorpayFields)"/>.</summary>
    public RazorpayFields? Group(string name, bool required = false)
    {
        if (Find(name, required) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            return new RazorpayFields(value);
        }

        Refuse($"The {Spoken(name)} must be an array.", name);
        return null;
    }

    /// <summary>Up to 15 pairs of up to 256 characters, as the JSON they came as; null when there are none.</summary>
    public string? Notes()
    {
        if (Find("notes", required: false) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            Refuse("The notes must be an array.", "notes");
            return null;
        }

        var count = 0;
        foreach (var note in value.EnumerateObject())
        {
            count++;
            if (note.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
            {
                Refuse("The notes may not be nested.", "notes");
            }
            else if (note.Value.ValueKind == JsonValueKind.String && note.Value.GetString()!.Length > 256)
            {
                Refuse("The value of a note may not be greater than 256 characters.", "notes");
            }
        }

        if (count > 15)
        {
            Refuse("The notes may not have more than 15 items.", "notes");
        }

        return count == 0 ? null : value.GetRawText();
    }

    /// <summary>Takes over what is wrong in a group.</summary>
    public void Finish(RazorpayFields? group)
    {
        if (group?.Finish() is { } refusal)
        {
            Refusal ??= refusal;
        }
    }

    /// <summary>Refuses unknown fields.</summary>
    /// <returns>The response to give instead, if anything was wrong.</returns>
    public SimulatedResponse? Finish()
    {
        List<string>? extra = null;
        foreach (var property in json.EnumerateObject())
        {
            if (!_known.Contains(property.Name))
            {
                (extra ??= []).Add(property.Name);
            }
        }

        if (extra is not null)
        {
            Refuse($"{string.Join(", ", extra)} is/are not required and should not be sent", extra[0]);
        }

        return Refusal;
    }

    private static string Spoken(string name) => name.Replace('_', ' ');

    private static bool Fails(out long number)
    {
        number = 0;
        return false;
    }

    private JsonElement? Find(string name, bool required)
    {
        _known.Add(name);
        if (json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
        {
            return value;
        }

        if (required)
        {
            Refuse($"The {Spoken(name)} field is required.", name);
        }

        return null;
    }
}
