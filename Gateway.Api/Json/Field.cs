using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;

namespace PaymentCluster.Gateway.Api.Json;

/// <summary>What a member of a body holds.</summary>
internal enum FieldKind
{
    Text,
    Integer,
    Flag,
    Object,

    /// <summary>Objects of one shape, in order.</summary>
    List,

    /// <summary>Texts of one form, in order, none twice.</summary>
    TextList,
    TextMap,

    /// <summary>Read straight into a <see cref="Grains.Abstractions.Secrets.CardNumber"/>.</summary>
    CardNumber,

    /// <summary>Read straight into a <see cref="Grains.Abstractions.Secrets.Secret"/>.</summary>
    SecurityCode,
}

/// <summary>One member of a body: what the reader enforces and what the OpenAPI document says of it.</summary>
internal sealed record Field
{
    private readonly string _name = "";

    public required string Name
    {
        get => _name;
        init
        {
            _name = value;
            Utf8Name = Encoding.UTF8.GetBytes(value);
        }
    }

    public byte[] Utf8Name { get; private init; } = [];

    public required FieldKind Kind { get; init; }

    public bool Required { get; init; }

    /// <summary>The code of a value that does not fit.</summary>
    public ErrorCode Code { get; init; } = ErrorCode.InvalidField;

    /// <summary>The shortest text, the least number or the fewest objects.</summary>
    public long Min { get; init; }

    /// <summary>The longest text (in UTF-16 code units), the greatest number or the most objects.</summary>
    public long Max { get; init; }

    /// <summary>The most texts of a list.</summary>
    public int MaxCount { get; init; }

    /// <summary>The form of a text.</summary>
    public Regex? Form { get; init; }

    /// <summary>The words that a text may be; any if empty.</summary>
    public ImmutableArray<string> Choices { get; init; } = [];

    /// <summary>The shape of an object, or of each object of a list.</summary>
    public BodyShape? Shape { get; init; }

    /// <summary>The rule as the answer to a value that breaks it: <c>must be …</c>.</summary>
    public required string Rule { get; init; }

    /// <summary>What it means, for the OpenAPI document.</summary>
    public required string Meaning { get; init; }

    /// <summary>A JSON value for the OpenAPI document.</summary>
    public string? Example { get; init; }

    public static Field Text(string name, int max, string meaning, Regex? form = null, string? rule = null) => new()
    {
        Name = name,
        Kind = FieldKind.Text,
        Min = 1,
        Max = max,
        Form = form,
        Rule = rule ?? $"must be a string of 1 to {max} characters without control characters",
        Meaning = meaning,
    };

    public static Field Choice(string name, string meaning, params ImmutableArray<string> choices) => new()
    {
        Name = name,
        Kind = FieldKind.Text,
        Min = 1,
        Max = 64,
        Choices = choices,
        Rule = $"must be one of {string.Join(", ", choices)}",
        Meaning = meaning,
    };

    public static Field Integer(string name, long min, long max, string meaning) => new()
    {
        Name = name,
        Kind = FieldKind.Integer,
        Min = min,
        Max = max,
        Rule = $"must be a whole number from {min} to {max}",
        Meaning = meaning,
    };

    public static Field Flag(string name, string meaning) =>
        new() { Name = name, Kind = FieldKind.Flag, Rule = "must be true or false", Meaning = meaning };

    public static Field Object(string name, BodyShape shape, string meaning) =>
        new() { Name = name, Kind = FieldKind.Object, Shape = shape, Rule = "must be an object", Meaning = meaning };

    public static Field Texts(
        string name, int maxCount, int maxLength, string meaning, Regex? form, string rule, params ImmutableArray<string> choices) => new()
    {
        Name = name,
        Kind = FieldKind.TextList,
        Min = 1,
        Max = maxLength,
        MaxCount = maxCount,
        Form = form,
        Choices = choices,
        Rule = rule,
        Meaning = meaning,
    };

    public static Field List(string name, BodyShape shape, int min, int max, string meaning) => new()
    {
        Name = name,
        Kind = FieldKind.List,
        Shape = shape,
        Min = min,
        Max = max,
        Rule = $"must be an array of {min} to {max} objects",
        Meaning = meaning,
    };
}

/// <summary>The members that an object in a body may have; it has no others.</summary>
internal sealed class BodyShape
{
    public BodyShape(string name, params ImmutableArray<Field> fields)
    {
        Name = name;
        Fields = fields;
        Required = fields.Any(field => field.Required);
        InNameOrder = [.. Enumerable.Range(0, fields.Length).OrderBy(
            index => fields[index].Name, StringComparer.Ordinal)];
    }

    /// <summary>The name of its schema in the OpenAPI document.</summary>
    public string Name { get; }

    public ImmutableArray<Field> Fields { get; }

    /// <summary>Whether a body is needed at all.</summary>
    public bool Required { get; }

    /// <summary>The fields' indexes in the order of their names: the canonical order.</summary>
    public ImmutableArray<int> InNameOrder { get; }

    public int IndexOf(string name)
    {
        for (var i = 0; i < Fields.Length; i++)
        {
            if (string.Equals(Fields[i].Name, name, StringComparison.Ordinal))
            {
                return i;
            }
        }

        throw new ArgumentException($"{Name} has no field '{name}'.", nameof(name));
    }
}
