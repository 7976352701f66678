using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PaymentCluster.Architecture.Tests;

/// <summary>Names and texts use the words of <c>docs/glossary.md</c>, and not those that it lists as not
/// used.</summary>
public sealed partial class GlossaryTests
{
    private const string Glossary = "docs/glossary.md";

    // Parts of names: QueryCharge has the parts Ask and Charge.
    private static readonly HashSet<string> PartsNotUsed = new(StringComparer.Ordinal)
    {
        "Whoever", "Nobody", "Somebody", "Anew", "Brought", "Wary", "Impatient", "Impatience", "Patience", "Desk",
        "Seat",
        "Departure", "Departures", "Superfluous", "Forget", "Forgotten", "Question", "Questions", "Ask", "Asks",
        "Asked",
        "Unasked", "Answer", "Answers", "Answered", "Settle", "Stands",
    };

    // Folders whose names and texts are being renamed.
    private static readonly string[] NotYet =
    [
        "Grains.Abstractions/Payments/", "Grains/Payments/", "docs/states.md", "docs/saved-instruments.md",
        "docs/testing.md",
    ];

    private static IEnumerable<(SourceFile File, SyntaxNode Root)> Products =>
        Syntax.Products.Where(product => !IsExcluded(product.File));

    [Fact]
    public void The_glossary_has_a_word_and_a_line_each()
    {
        Assert.InRange(Checkout.Files.Single(file => file.Path == Glossary).LineCount, 1, 80);
        Violations.None(
            from line in Checkout.Text(Glossary).Split('\n')
            where line.StartsWith("| ", StringComparison.Ordinal) && line.Split('|').Length != 4
            select line);
    }

    [Fact]
    public void Names_are_made_of_the_fields_words() =>
        Violations.None(
            from product in Products
            from node in product.Root.DescendantNodes()
            from name in NamesOf(node)
            from part in NamePart().Matches(name).Select(match => match.Value)
            where PartsNotUsed.Contains(part)
            select $"{product.File.Path}: {name}");

    [Fact]
    public void Texts_of_the_code_use_the_fields_words() =>
        Violations.None(
            from product in Products
            from text in TextsOf(product.Root)
            from Match match in TextNotUsed().Matches(text)
            select $"{product.File.Path}: '{match.Value}' in '{text}'");

    [Fact]
    public void Documents_pages_and_help_use_the_fields_words() =>
        Violations.None(
            from file in Checkout.Files
            where IsDocument(file) && file.Path != Glossary && !IsExcluded(file)
            from line in TextOf(file).Split('\n')
            from Match match in TextNotUsed().Matches(Quoted().Replace(line, ""))
            select $"{file.Path}: '{match.Value}' in '{line.Trim()}'");

    private static bool IsExcluded(SourceFile file) =>
        NotYet.Any(
            folder =>
                folder.EndsWith('/') ? file.Path.StartsWith(folder, StringComparison.Ordinal) : file.Path == folder);

    // Decisions are records of their time.
    private static bool IsDocument(SourceFile file) => file.Path switch
    {
        "run" or "test" or "bench/run" => true,
        _ when file.IsIn("docs/decisions") => false,
        _ => file.Path.EndsWith(".md", StringComparison.Ordinal) || file.Name is "en.json",
    };

    // Of a script what --help prints.
    private static string TextOf(SourceFile file) => file.Name is "run" or "test"
        ? string.Join('\n', HelpText().Matches(file.Text).Select(match => match.Groups[1].Value))
        : file.Text;

    private static IEnumerable<string> NamesOf(SyntaxNode node) => node switch
    {
        BaseTypeDeclarationSyntax type => [type.Identifier.Text],
        DelegateDeclarationSyntax type => [type.Identifier.Text],
        MethodDeclarationSyntax method => [method.Identifier.Text],
        PropertyDeclarationSyntax property => [property.Identifier.Text],
        EnumMemberDeclarationSyntax member => [member.Identifier.Text],
        BaseFieldDeclarationSyntax field => field.Declaration.Variables.Select(variable => variable.Identifier.Text),
        _ => [],
    };

    // Sentences, not names or codes: what has a space between words.
    private static IEnumerable<string> TextsOf(SyntaxNode root) =>
        from token in root.DescendantTokens()
        where token.IsKind(SyntaxKind.StringLiteralToken) || token.IsKind(SyntaxKind.InterpolatedStringTextToken)
            || token.IsKind(SyntaxKind.SingleLineRawStringLiteralToken)
        let text = token.ValueText
        where text.Contains(' ', StringComparison.Ordinal)
        select text;

    [GeneratedRegex(@"[A-Z][a-z0-9]*|(?<=_)[a-z][a-z0-9]*")]
    private static partial Regex NamePart();

    [GeneratedRegex(
        @"\b(stands? (twice|in|for|beside|where)|as it stands|nobody|whoever|somebody|anew|out of (reach|form)"
            + @"|(is|was|are) brought|impatien\w+|patience|left alone|superfluous|by itself|goes back|comes? back"
            + @"|so many in a minute|heard out"
            + @"|questions? (about|of|to|that)|(is|are|be|was|were|been) asked\b|is answered|in words)\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex TextNotUsed();

    // Code in a document is not its text.
    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"<<'TEXT'\n(.*?)\nTEXT\n", RegexOptions.Singleline)]
    private static partial Regex HelpText();
}
