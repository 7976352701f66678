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

    // Parts of names: QueryCharge has the parts Query and Charge, _lastQuery and A_query_that_fails have Query.
    private static readonly HashSet<string> PartsNotUsed = new(StringComparer.OrdinalIgnoreCase)
    {
        "Whoever", "Nobody", "Somebody", "Anew", "Brought", "Wary", "Impatient", "Impatience", "Patience", "Patient",
        "Desk", "Seat", "Departure", "Departures", "Superfluous", "Opening", "Openings", "Trouble", "Troubles",
        "Forget", "Forgets", "Forgot", "Forgotten", "Forgetting", "Question", "Questions", "Ask", "Asks",
        "Asked", "Asking", "Unasked", "Answer", "Answers", "Answered", "Answering", "Settle", "Settles", "Settling",
        "Stands", "Believed",
    };

    private static IEnumerable<(SourceFile File, SyntaxNode Root)> Code =>
        Checkout.Sources.Where(file => !IsExcluded(file)).Select(file => (file, Syntax.Of(file)));

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
            from code in Code
            from name in code.Root.DescendantNodes().Select(NameOf)
            where NamePart().Matches(name).Any(part => PartsNotUsed.Contains(part.Value))
            select $"{code.File.Path}: {name}");

    [Fact]
    public void Texts_of_the_code_use_the_fields_words() =>
        Violations.None(
            from code in Code
            from text in TextsOf(code.Root)
            from Match match in TextNotUsed().Matches(text)
            select $"{code.File.Path}: '{match.Value}' in '{text}'");

    [Fact]
    public void Comments_use_the_fields_words() =>
        Violations.None(
            from code in Code
            from comment in code.Root.DescendantTrivia().Select(trivia => trivia.ToFullString())
            where comment.StartsWith('/')
            let text = CommentBreak().Replace(comment, " ")
            from Match match in TextNotUsed().Matches(text)
            select $"{code.File.Path}: '{match.Value}' in '{text}'");

    [Fact]
    public void Documents_pages_and_help_use_the_fields_words() =>
        Violations.None(
            from file in Checkout.Files
            where IsDocument(file) && file.Path != Glossary
            from line in TextOf(file).Split('\n')
            from Match match in TextNotUsed().Matches(Quoted().Replace(line, ""))
            select $"{file.Path}: '{match.Value}' in '{line.Trim()}'");

    // It lists the words.
    private static bool IsExcluded(SourceFile file) => file.Name == "GlossaryTests.cs";

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

    private static string NameOf(SyntaxNode node) => node switch
    {
        BaseTypeDeclarationSyntax type => type.Identifier.Text,
        DelegateDeclarationSyntax type => type.Identifier.Text,
        MethodDeclarationSyntax method => method.Identifier.Text,
        LocalFunctionStatementSyntax function => function.Identifier.Text,
        PropertyDeclarationSyntax property => property.Identifier.Text,
        EnumMemberDeclarationSyntax member => member.Identifier.Text,
        VariableDeclaratorSyntax variable => variable.Identifier.Text,
        SingleVariableDesignationSyntax variable => variable.Identifier.Text,
        ForEachStatementSyntax loop => loop.Identifier.Text,
        ParameterSyntax parameter => parameter.Identifier.Text,
        TupleElementSyntax element => element.Identifier.Text,
        FromClauseSyntax from => from.Identifier.Text,
        LetClauseSyntax let => let.Identifier.Text,
        _ => "",
    };

    // Sentences, not names or codes: what has a space between words.
    private static IEnumerable<string> TextsOf(SyntaxNode root) =>
        from token in root.DescendantTokens()
        where token.IsKind(SyntaxKind.StringLiteralToken) || token.IsKind(SyntaxKind.InterpolatedStringTextToken)
            || token.IsKind(SyntaxKind.SingleLineRawStringLiteralToken)
        let text = token.ValueText
        where text.Contains(' ', StringComparison.Ordinal)
        select text;

    [GeneratedRegex("[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")]
    private static partial Regex NamePart();

    [GeneratedRegex(
        @"\b(stands? (twice|in for|for|beside|where|behind)|as it stands|nobody|whoever|somebody|anew"
            + @"|out of (reach|form)|brought (in|into|back|to)|wary|impatien\w+|patience|left alone|superfluous|by itself"
            + @"|goes back|comes? back|settle time|heard out|twice at once|questions? (about|of|to|that)|questions"
            + @"|asks? (for|about|again)|asked|answers?|answered|answering|forgets?|forgot(ten)?)\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex TextNotUsed();

    [GeneratedRegex(@"\s*\n\s*///?\s*|\s+")]
    private static partial Regex CommentBreak();

    // Code in a document is not its text.
    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"<<'TEXT'\n(.*?)\nTEXT\n", RegexOptions.Singleline)]
    private static partial Regex HelpText();
}
