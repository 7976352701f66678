using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Gateway.Api.Json;

/// <summary>
/// One field of a body: what the reader enforces and what the OpenAPI document says of it. A body is read by its
/// fields: <c>body.Get(OrderId)</c> is an order's id. Whether a body may lack a field is in the field's type.
/// </summary>
internal abstract record Field
{
    private protected Field(string name, string meaning)
    {
        Name = name;
        Meaning = meaning;
        Utf8Name = Encoding.UTF8.GetBytes(name);
        Prefix = $"{name}.";
    }

    /// <summary>The field's name in JSON.</summary>
    public string Name { get; }

    /// <summary>The name's bytes.</summary>
    public byte[] Utf8Name { get; }

    /// <summary>The beginning of the paths of what is inside the field's object.</summary>
    public string Prefix { get; }

    /// <summary>What it means, for the OpenAPI document.</summary>
    public string Meaning { get; init; }

    /// <summary>A JSON value for the OpenAPI document.</summary>
    public string? Example { get; init; }

    /// <summary>The code of a value that does not fit.</summary>
    public ErrorCode Code { get; init; } = ErrorCode.InvalidField;

    /// <summary>How its value looks.</summary>
    public abstract Form Form { get; }

    /// <summary>Whether a body must have it.</summary>
    public virtual bool IsRequired => false;

    /// <summary>A text.</summary>
    public static RequiredField<string> Text(string name, int max, string meaning) =>
        new(name, meaning, new TextForm
        {
            Max = max, Rule = $"must be a string of 1 to {max} characters without control characters",
        });

    /// <summary>A text with a pattern.</summary>
    public static RequiredField<string> Text(string name, int max, string meaning, Regex pattern, string rule) =>
        new(name, meaning, new TextForm { Max = max, Pattern = pattern, Rule = rule });

    /// <summary>A text of a form of its own.</summary>
    public static RequiredField<string> Text(string name, string meaning, TextForm form) => new(name, meaning, form);

    /// <summary>A text that means something.</summary>
    public static RequiredField<T> Parsed<T>(string name, string meaning, TextParser<T> parser, TextForm text) =>
        new(name, meaning, new ParsedForm<T>(parser) { Text = text, Rule = text.Rule });

    /// <summary>One word of a closed list.</summary>
    public static RequiredField<T> Word<T>(string name, Words<T> words, string meaning)
        where T : struct, Enum => new(name, meaning, FormOf(words));

    /// <summary>A whole number.</summary>
    public static RequiredField<long> Long(string name, long min, long max, string meaning) =>
        new(name, meaning, FormOf(min, max));

    /// <summary>A whole number that is small.</summary>
    public static RequiredField<int> Integer(string name, int min, int max, string meaning)
    {
        var form = FormOf(min, max);
        return new(name, meaning, new IntForm(form) { Rule = form.Rule });
    }

    /// <summary>True or false.</summary>
    public static RequiredField<bool> Flag(string name, string meaning) =>
        new(name, meaning, new FlagForm { Rule = "must be true or false" });

    /// <summary>An object of a shape.</summary>
    public static RequiredField<Body> Object(string name, BodyShape shape, string meaning) =>
        new(name, meaning, new ObjectForm(shape) { Rule = "must be an object" });

    /// <summary>Objects of one shape, in order.</summary>
    public static RequiredField<ImmutableArray<Body>> Objects(
        string name, BodyShape shape, int min, int max, string meaning) =>
        new(name, meaning, new ObjectListForm(shape)
        {
            Min = min, Max = max, Rule = $"must be an array of {min} to {max} objects",
        });

    /// <summary>Texts of one form, in order, without duplicates.</summary>
    public static RequiredField<ImmutableArray<string>> Texts(
        string name, TextForm item, int max, string meaning, string? rule = null) =>
        new(name, meaning, new ListForm<string>(item) { Max = max, Rule = rule ?? RuleOf(max, item) });

    /// <summary>Words of a closed list, in order, without duplicates.</summary>
    public static RequiredField<ImmutableArray<T>> WordList<T>(string name, Words<T> words, int max, string meaning)
        where T : struct, Enum
    {
        var item = FormOf(words);
        return new(name, meaning, new ListForm<T>(item) { Max = max, Rule = RuleOf(max, item) });
    }

    /// <summary>Texts under names of the caller's choice.</summary>
    public static RequiredField<ImmutableDictionary<string, string>> Pairs(string name, string meaning) =>
        new(name, meaning, new PairsForm { Rule = "must be an object of strings" });

    /// <summary>A card's number.</summary>
    public static RequiredField<CardNumber> Card(string name, string meaning, string rule) =>
        new(name, meaning, new CardNumberForm { Rule = rule }) { Code = ErrorCode.CardInvalid };

    /// <summary>A card's security code.</summary>
    public static RequiredField<Secret> SecurityCode(string name, string meaning, string rule) =>
        new(name, meaning, new SecurityCodeForm { Rule = rule }) { Code = ErrorCode.CardInvalid };

    private static LongForm FormOf(long min, long max) =>
        new() { Min = min, Max = max, Rule = $"must be a whole number from {min} to {max}" };

    private static WordForm<T> FormOf<T>(Words<T> words)
        where T : struct, Enum => new(words) { Rule = $"must be one of {words.List}" };

    private static string RuleOf(int max, Form item) =>
        $"must be an array of at most {max} different texts, each of which {item.Rule}";
}

/// <summary>A field whose value is of a type; of a nullable one where a body may lack it.</summary>
internal abstract record Field<T> : Field
{
    private protected Field(string name, string meaning)
        : base(name, meaning)
    {
    }

    private protected Field(Field field)
        : base(field)
    {
    }

    /// <summary>The value.</summary>
    public abstract T Get(in Slot slot);
}
