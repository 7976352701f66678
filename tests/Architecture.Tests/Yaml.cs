using System.Text.RegularExpressions;

namespace PaymentCluster.Architecture.Tests;

/// <summary>
/// Reads the part of YAML that the compose file keeps to: block mappings and lists, one-line lists, plain and quoted
/// scalars, anchors on mappings and their merging. Anything else is an error, so that the file stays readable for every
/// parser.
/// </summary>
internal sealed partial class Yaml
{
    private readonly List<(int Indent, string Text, int Number)> _lines = [];
    private readonly Dictionary<string, Dictionary<string, object>> _anchors = new(StringComparer.Ordinal);
    private int _next;

    private Yaml(string text)
    {
        foreach (var (number, line) in text.Split('\n').Index())
        {
            if (line.Contains('\t', StringComparison.Ordinal))
                throw new FormatException($"Line {number + 1} has a tab.");
            if (line.Trim() is { Length: > 0 } content && !content.StartsWith('#'))
                _lines.Add((line.Length - line.TrimStart().Length, content, number + 1));
        }
    }

    /// <summary>Mappings become dictionaries, lists lists, everything else text.</summary>
    /// <exception cref="FormatException">It is not in form.</exception>
    public static Dictionary<string, object> Parse(string text)
    {
        var yaml = new Yaml(text);
        var document = yaml.Mapping(0);
        return yaml._next == yaml._lines.Count ? document : throw yaml.Fault("does not belong to what is above");
    }

    private Dictionary<string, object> Mapping(int indent)
    {
        var mapping = new Dictionary<string, object>(StringComparer.Ordinal);
        while (_next < _lines.Count
            && _lines[_next].Indent == indent
            && !_lines[_next].Text.StartsWith("- ", StringComparison.Ordinal))
        {
            var match = Entry().Match(_lines[_next].Text);
            if (!match.Success)
                throw Fault("is not 'name: value'");
            var (name, value) = (match.Groups["name"].Value, match.Groups["value"].Value.Trim());
            if (name == "<<")
                Merge(mapping, value);
            else if (!mapping.TryAdd(name, Value(indent, value)))
                throw new FormatException($"{name} is there twice.");
            else
                continue;
        }

        return mapping;
    }

    private void Merge(Dictionary<string, object> mapping, string alias)
    {
        if (!alias.StartsWith('*') || !_anchors.TryGetValue(alias[1..], out var source))
            throw Fault("merges what was not anchored");
        foreach (var (name, value) in source)
            mapping.TryAdd(name, value);
        _next++;
    }

    private object Value(int indent, string inline)
    {
        var line = _next++;
        if (inline.Length > 0 && !inline.StartsWith('&'))
            return inline.StartsWith('[') ? Inline(inline) : Scalar(inline);
        if (_next >= _lines.Count || _lines[_next].Indent <= indent)
            return "";
        if (_lines[_next].Text.StartsWith("- ", StringComparison.Ordinal))
            return List(_lines[_next].Indent);
        var mapping = Mapping(_lines[_next].Indent);
        if (inline.StartsWith('&'))
            _anchors.Add(inline[1..], mapping);
        return mapping.Count > 0
            ? mapping
            : throw new FormatException($"Line {_lines[line].Number} has nothing below it.");
    }

    private List<string> List(int indent)
    {
        var list = new List<string>();
        while (_next < _lines.Count
            && _lines[_next].Indent == indent
            && _lines[_next].Text.StartsWith("- ", StringComparison.Ordinal))
            list.Add(Scalar(_lines[_next++].Text[2..].Trim()));
        return list;
    }

    private List<string> Inline(string text) => text.EndsWith(']')
        ? [.. InlineItem().Matches(text[1..^1]).Select(match => Scalar(match.Value.Trim()))]
        : throw Fault("has a list that goes on");

    private string Scalar(string text) => text switch
    {
        ['"', .. var inside, '"'] => inside,
        ['"' or '\'' or '{' or '&' or '*' or '|' or '>' or '!' or '%' or '@' or '`', ..] =>
            throw Fault($"has a value of another kind: {text}"),
        _ when text.Contains(": ", StringComparison.Ordinal) || text.Contains(" #", StringComparison.Ordinal) =>
            throw Fault($"needs quotes: {text}"),
        _ => text,
    };

    private FormatException Fault(string what) =>
        new($"Line {_lines[Math.Min(_next, _lines.Count - 1)].Number} {what}.");

    [GeneratedRegex(@"^(?<name>[\w.<-]+):(?: (?<value>.*))?$")]
    private static partial Regex Entry();

    [GeneratedRegex("\"[^\"]*\"|[^,\"]+(?=,|$)")]
    private static partial Regex InlineItem();
}
