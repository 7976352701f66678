using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PaymentCluster.Architecture.Tests;

/// <summary>Operators write alerts against the ids of log events: each id means one thing.</summary>
public sealed partial class LogEventTests
{
    private const string Document = "docs/log-events.md";

    // Names of properties that logging itself puts on a line, and that a message would overwrite.
    private static readonly string[] Reserved =
    [
        "EventId", "SourceContext", "TraceId", "SpanId", "RequestId", "Process", "ActionId", "ConnectionId", "Scope",
    ];

    // One name for one thing: the payment's id alone is PaymentId, and its merchant is Merchant.
    private static readonly string[] OtherNamesOfAPayment = ["Payment", "PaymentKey", "Key"];

    private static readonly List<LogEvent> Events =
    [
        .. from product in Syntax.Products
           from declaration in product.Root.DescendantNodes().OfType<ClassDeclarationSyntax>()
           where declaration.Identifier.Text.EndsWith("LogEvents", StringComparison.Ordinal)
           from field in declaration.Members.OfType<FieldDeclarationSyntax>()
           from variable in field.Declaration.Variables
           select new LogEvent(
               $"{declaration.Identifier.Text}.{variable.Identifier.Text}",
               (int)((LiteralExpressionSyntax)variable.Initializer!.Value).Token.Value!,
               Summary(field)),
    ];

    private static readonly List<LogMessage> Messages =
    [
        .. from product in Syntax.Products
           from attribute in product.Root.DescendantNodes().OfType<AttributeSyntax>()
           where attribute.Name.ToString() == "LoggerMessage"
           let arguments = attribute.ArgumentList!.Arguments
           where arguments.Count == 3
           select new LogMessage(
               product.File.Path,
               arguments[0].Expression.ToString(),
               arguments[1].Expression.ToString().Split('.')[^1],
               ((LiteralExpressionSyntax)arguments[2].Expression).Token.ValueText),
    ];

    [Fact]
    public void An_id_is_given_once() =>
        Violations.None(
            from log in Events
            group log by log.Id into same
            where same.Count() > 1
            select $"{same.Key}: {string.Join(", ", same.Select(log => log.Name))}");

    [Fact]
    public void A_message_takes_its_id_from_the_table() =>
        Violations.None(
            from message in Messages
            where Events.All(log => log.Name != message.Event)
            select $"{message.Path}: {message.Event} is in no table of log events");

    [Fact]
    public void An_id_belongs_to_one_message() =>
        Violations.None(
            from log in Events
            let messages = Messages.Count(message => message.Event == log.Name)
            where messages != 1
            select $"{log.Name} is logged by {messages} messages");

    [Fact]
    public void Every_message_has_an_id_a_level_and_a_text_in_this_order() =>
        Assert.Equal(
            Syntax.Products.Sum(product => product.Root.DescendantNodes().OfType<AttributeSyntax>()
                .Count(attribute => attribute.Name.ToString() == "LoggerMessage")),
            Messages.Count);

    [Fact]
    public void A_message_names_no_property_of_the_logging_itself() =>
        Violations.None(
            from message in Messages
            from name in message.Placeholders
            where Reserved.Contains(name)
            select $"{message.Path}: {{{name}}} in '{message.Text}'");

    [Fact]
    public void A_payment_has_one_name_in_messages() =>
        Violations.None(
            from message in Messages
            from name in message.Placeholders
            where OtherNamesOfAPayment.Contains(name)
            select $"{message.Path}: {{{name}}} in '{message.Text}'; say {{Merchant}} and {{PaymentId}}");

    [Fact]
    public void The_document_lists_them_all()
    {
        var table = string.Join('\n', from log in Events
                                      join message in Messages on log.Name equals message.Event
                                      orderby log.Id
                                      select $"| {log.Id} | {message.Level} | {log.Name.Split('.')[1]} | {log.Meaning} "
                                          + "|");
        Assert.True(
            Checkout.Exists(Document) && Checkout.Text(Document).Contains(table, StringComparison.Ordinal),
            $"The table of {Document} should be:\n{table}");
    }

    private static string Summary(FieldDeclarationSyntax field) =>
        Whitespace().Replace(
            string.Concat(
                field.GetLeadingTrivia()
                    .Select(trivia => trivia.GetStructure())
                    .OfType<DocumentationCommentTriviaSyntax>()
                    .SelectMany(comment => comment.Content.OfType<XmlElementSyntax>())
                    .Where(element => element.StartTag.Name.ToString() == "summary")
                    .SelectMany(element => element.Content)
                    .SelectMany(content => content.DescendantTokens())
                    .Where(token => token.IsKind(SyntaxKind.XmlTextLiteralToken))
                    .Select(token => token.ValueText + " ")),
            " ").Trim();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();

    private sealed record LogEvent(string Name, int Id, string Meaning);

    private sealed partial record LogMessage(string Path, string Event, string Level, string Text)
    {
        public IEnumerable<string> Placeholders => Placeholder().Matches(Text).Select(match => match.Groups[1].Value);

        [GeneratedRegex(@"\{(\w+)[^}]*\}")]
        private static partial Regex Placeholder();
    }
}
