using System.Text.Json;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.AmazonPay;

/// <summary>Reads a request's fields, each by name; the first thing wrong is kept as <see cref="Refusal"/>, and unknown
/// fields are wrong too.</summary>
internal sealed class AmazonPayFields(JsonElement json)
{
    private readonly List<string> _known = [];

    /// <summary>The response to give instead, once something is wrong.</summary>
    public SimulatedResponse? Refusal { get; private set; }

    public void Refuse(SimulatedResponse response) => Refusal ??= response;

    public string? Text(string name, bool required = false, int longest = 255)
    {
        if (Find(name, required) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String && value.GetString() is { } text && text.Length <= longest)
        {
            return text;
        }

        Refuse(AmazonPayErrors.Invalid(name));
        return null;
    }

    /// <summary>One of some words.</summary>
    public string? Word(string name, params ReadOnlySpan<string> words)
    {
        var text = Text(name);
        if (text is not null && !words.Contains(text))
        {
            Refuse(AmazonPayErrors.Invalid(name));
        }

        return text;
    }

    public string? Currency(string name)
    {
        var text = Text(name);
        if (text is not null && !AmazonPayCurrencies.IsKnown(text))
        {
            Refuse(AmazonPayErrors.Invalid(name));
        }

        return text;
    }

    public string? Url(string name)
    {
        var text = Text(name, longest: 1024);
        if (text is not null
            && (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http")))
        {
            Refuse(AmazonPayErrors.Invalid(name));
        }

        return text;
    }

    public bool Flag(string name)
    {
        if (Find(name, required: false) is not { } value)
        {
            return false;
        }

        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            Refuse(AmazonPayErrors.Invalid(name));
        }

        return value.ValueKind == JsonValueKind.True;
    }

    /// <summary>An amount above zero, in minor units. Its number may come as text or as a number.</summary>
    public (long Amount, string Currency)? Money(string name, bool required = false)
    {
        if (Group(name, required) is not { } group)
        {
            return null;
        }

        var currency = group.Text("currencyCode", required: true);
        string? number = null;
        if (group.Find("amount", required: true) is { } value)
        {
            number = value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Number => value.GetRawText(),
                _ => null,
            };
            if (number is null)
            {
                group.Refuse(AmazonPayErrors.Invalid("amount"));
            }
        }

        Finish(group);
        if (Refusal is not null)
        {
            return null;
        }

        if (!AmazonPayCurrencies.IsKnown(currency!))
        {
            Refuse(AmazonPayErrors.Invalid("currencyCode"));
        }
        else if (AmazonPayCurrencies.Parse(number!, currency!) is not (> 0 and var amount))
        {
            Refuse(AmazonPayErrors.Invalid("amount"));
        }
        else if (AmazonPayCurrencies.IsTooLarge(amount, currency!))
        {
            Refuse(AmazonPayErrors.Of(400, "TransactionAmountExceeded", "The amount exceeds the limit of a charge."));
        }
        else
        {
            return (amount, currency!);
        }

        return null;
    }

    public AmazonPayMetadata? Metadata()
    {
        if (Group("merchantMetadata") is not { } group)
        {
            return null;
        }

        var metadata = new AmazonPayMetadata
        {
            MerchantReferenceId = group.Text("merchantReferenceId", longest: 256),
            MerchantStoreName = group.Text("merchantStoreName", longest: 50),
            NoteToBuyer = group.Text("noteToBuyer", longest: 255),
            CustomInformation = group.Text("customInformation", longest: 4096),
        };
        Finish(group);
        return metadata;
    }

    /// <summary>A group of fields; finish it with <see cref="Finish(AmazonPayFields)"/>.</summary>
    public AmazonPayFields? Group(string name, bool required = false)
    {
        if (Find(name, required) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            return new AmazonPayFields(value);
        }

        Refuse(AmazonPayErrors.Invalid(name));
        return null;
    }

    /// <summary>Takes a field that the simulator has no use for.</summary>
    public void Ignore(string name) => _known.Add(name);

    /// <summary>Takes over what is wrong in a group.</summary>
    public void Finish(AmazonPayFields? group)
    {
        if (group?.Finish() is { } refusal)
        {
            Refuse(refusal);
        }
    }

    /// <summary>Refuses unknown fields.</summary>
    /// <returns>The response to give instead, if anything was wrong.</returns>
    public SimulatedResponse? Finish()
    {
        foreach (var property in json.EnumerateObject())
        {
            if (!_known.Contains(property.Name))
            {
                Refuse(AmazonPayErrors.Unrecognized(property.Name));
            }
        }

        return Refusal;
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
            Refuse(AmazonPayErrors.Missing(name));
        }

        return null;
    }
}
