using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace PaymentCluster.Architecture.Tests;

/// <summary>The C# of this checkout, parsed by the compiler's own parser, each file once.</summary>
internal static class Syntax
{
    private static readonly CSharpParseOptions Options = new(
        LanguageVersion.Preview, DocumentationMode.Parse, preprocessorSymbols: ["DEBUG", "FAULT_POINTS"]);

    private static readonly ConcurrentDictionary<string, SyntaxNode> Roots = new(StringComparer.Ordinal);

    /// <summary>The file's syntax, as a Debug build sees it.</summary>
    public static SyntaxNode Of(SourceFile file) =>
        Roots.GetOrAdd(file.Path, _ => CSharpSyntaxTree.ParseText(file.Text, Options, file.Path).GetRoot());

    /// <summary>The syntax of all files, the tests' excluded.</summary>
    public static IEnumerable<(SourceFile File, SyntaxNode Root)> Products =>
        Checkout.Sources.Where(file => !file.IsIn("tests")).Select(file => (file, Of(file)));
}
