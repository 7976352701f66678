namespace PaymentCluster.Architecture.Tests;

/// <summary>Blocks of code, without a parser.</summary>
internal static class Braces
{
    /// <summary>What stands between the first opening brace after a position and its closing one.</summary>
    public static string Body(string code, int from)
    {
        var open = code.IndexOf('{', from);
        var depth = 0;
        for (var i = open; i < code.Length; i++)
        {
            depth += code[i] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0)
                return code[(open + 1)..i];
        }

        throw new InvalidOperationException("Braces do not match.");
    }

    /// <summary>The same without what is in braces or brackets inside it.</summary>
    public static string Shallow(string body)
    {
        var depth = 0;
        return string.Concat(body.Where(c =>
        {
            var was = depth;
            depth += c switch { '{' or '(' or '[' => 1, '}' or ')' or ']' => -1, _ => 0 };
            return was == 0 && depth == 0;
        }));
    }
}
