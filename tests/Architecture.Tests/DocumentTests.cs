using System.Text.RegularExpressions;

namespace PaymentCluster.Architecture.Tests;

public sealed partial class DocumentTests
{
    private static IEnumerable<SourceFile> Documents => Checkout.Files.Where(file =>
        file.Path.EndsWith(".md", StringComparison.Ordinal) && (file.Folders.Length == 0 || file.IsIn("docs")));

    [Fact]
    public void The_root_holds_only_what_the_readme_names() =>
        Violations.None(
            from entry in Checkout.RootEntries
            where entry != "README.md" && entry != ".gitignore" && entry != ".env"
            where !NamedInReadme(entry)
            select $"README.md does not name {entry}");

    [Fact]
    public void What_the_readme_names_is_there() =>
        Violations.None(
            from Match match in RootName().Matches(Checkout.Text("README.md"))
            let name = match.Groups[1].Value.TrimEnd('/')
            where !Checkout.Exists(name) && name != ".local/env"
            select $"README.md names {name}");

    [Fact]
    public void Links_lead_somewhere() =>
        Violations.None(
            from document in Documents
            from Match link in Link().Matches(document.Text)
            let target = link.Groups[1].Value.Split('#')[0]
            where target.Length > 0
                && !target.Contains("://", StringComparison.Ordinal)
                && !target.StartsWith("mailto:", StringComparison.Ordinal)
            where !Checkout.Exists(Path.Combine(Path.GetDirectoryName(document.Path) ?? "", target))
            select $"{document.Path} links to {target}");

    [Fact]
    public void A_decision_is_numbered_once() =>
        Violations.None(
            from document in Documents
            where document.IsIn("docs/decisions")
            group document by document.Name[..4] into same
            where same.Count() > 1 || !same.Key.All(char.IsAsciiDigit)
            select $"{same.Key}: {string.Join(", ", same.Select(document => document.Name))}");

    private static bool NamedInReadme(string entry)
    {
        var readme = Checkout.Text("README.md");
        return readme.Contains($"`{entry}`", StringComparison.Ordinal) || readme.Contains(
            $"`{entry}/", StringComparison.Ordinal);
    }

    // A name in backticks at the start of a table's row is meant as a path.
    [GeneratedRegex(@"^\| `([A-Za-z.][\w./-]*)`", RegexOptions.Multiline)]
    private static partial Regex RootName();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
