using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace PaymentCluster.Architecture.Tests;

/// <summary>Lines fit the width that .editorconfig names, which neither the compiler nor dotnet format
/// checks.</summary>
public sealed class WidthTests
{
    private const int Width = 120;

    [Fact]
    public void A_line_has_at_most_120_columns() =>
        Violations.None(
            from file in Checkout.Sources
            let literal = LinesOfLongLiterals(file)
            from line in file.Text.Split('\n').Select((text, index) => (Text: text, Index: index))
            where line.Text.Length > Width && !literal.Contains(line.Index)
            select $"{file.Path}:{line.Index + 1} has {line.Text.Length} columns");

    // A literal of several lines has its own breaks, and one that is alone on its line has none.
    private static HashSet<int> LinesOfLongLiterals(SourceFile file)
    {
        var lines = new HashSet<int>();
        var root = Syntax.Of(file);
        var all = root.SyntaxTree.GetText().Lines;
        foreach (var token in root.DescendantTokens())
        {
            var first = all.GetLineFromPosition(token.SpanStart).LineNumber;
            var last = all.GetLineFromPosition(token.Span.End).LineNumber;
            var isAlone = IsText(token) && IsAlone(file.Text, token.Span);
            if (isAlone || (last > first && token.ValueText.Length > 0))
            {
                lines.UnionWith(Enumerable.Range(first, last - first + 1));
            }
        }

        foreach (var text in root.DescendantNodes().OfType<InterpolatedStringExpressionSyntax>())
        {
            if (IsAlone(file.Text, text.Span))
            {
                lines.Add(all.GetLineFromPosition(text.SpanStart).LineNumber);
            }
        }

        return lines;
    }

    private static bool IsText(SyntaxToken token) =>
        token.Kind() is SyntaxKind.StringLiteralToken or SyntaxKind.SingleLineRawStringLiteralToken;

    private static bool IsAlone(string text, TextSpan literal)
    {
        var start = text.LastIndexOf('\n', literal.Start) + 1;
        var end = text.IndexOf('\n', literal.End);
        var rest = text[start..literal.Start] + text[literal.End..(end < 0 ? text.Length : end)];
        return rest.All(c => !char.IsLetterOrDigit(c));
    }
}
