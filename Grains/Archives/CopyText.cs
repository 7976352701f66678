using System.Text;

namespace PaymentCluster.Grains.Archives;

/// <summary>Lines of PostgreSQL's <c>COPY</c> in text form: a row each, fields between tabs, with backslashes for what
/// would break that.</summary>
internal static class CopyText
{
    /// <summary>The length of a UUID as text.</summary>
    public const int IdLength = 36;

    private const string Null = "\\N";

    /// <summary>The payment's id at the beginning of a line. Ids are ordered as their texts are.</summary>
    public static ReadOnlySpan<char> IdOf(string line) => line.AsSpan(0, Math.Min(IdLength, line.Length));

    /// <summary>The fields of a line; null for SQL's null.</summary>
    public static string?[] Fields(string line) =>
        [.. line.Split('\t').Select(field => field == Null ? null : Unescape(field))];

    private static string Unescape(string field)
    {
        if (!field.Contains('\\', StringComparison.Ordinal))
        {
            return field;
        }

        var text = new StringBuilder(field.Length);
        for (var index = 0; index < field.Length; index++)
        {
            text.Append(field[index] != '\\' ? field[index] : field[++index] switch
            {
                'b' => '\b',
                'f' => '\f',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'v' => '\v',
                var other => other,
            });
        }

        return text.ToString();
    }
}
