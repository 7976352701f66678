using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PaymentCluster.Architecture.Tests;

public sealed partial class SourceTests
{
    private static readonly string[] VagueFolders =
    [
        "Services", "Helpers", "Managers", "Models", "Utils", "Utilities", "Common", "Misc",
    ];

    // Put together here, so that this file may stay among the files that are searched.
    private static readonly string[] Unwanted =
    [
        "TO" + "DO", "FIX" + "ME", "HA" + "CK", "Arrange" + "/Act", "// " + "Arrange", "// " + "Act", "// " + "Assert",
        "nuget" + ".org", "npmjs" + ".org", "pypi" + ".org", "crates" + ".io", "proxy.golang" + ".org",
    ];

    private static readonly string[] BannedCalls =
    [
        "DateTime.UtcNow", "DateTime.Now", "DateTimeOffset.UtcNow", "DateTimeOffset.Now", "DateTime.Today",
        "Guid.NewGuid", "Guid.CreateVersion7()",
        "Random.Shared", "Thread.Sleep",
    ];

    [Fact]
    public void A_file_has_at_most_400_lines() =>
        Violations.None(
            from file in Checkout.Sources
            where file.LineCount > 400
            select $"{file.Path} has {file.LineCount} lines");

    [Fact]
    public void Nothing_is_folded_away() =>
        Violations.None(
            from file in Checkout.Sources
            where Region().IsMatch(file.Code)
            select $"{file.Path} has a region");

    [Fact]
    public void Folders_are_named_after_capabilities() =>
        Violations.None(
            from file in Checkout.Files
            from folder in file.Folders
            where VagueFolders.Contains(folder, StringComparer.OrdinalIgnoreCase)
            select $"{file.Path}: the folder {folder} says nothing");

    [Fact]
    public void Time_randomness_and_ids_are_injected() =>
        Violations.None(
            from file in Checkout.Sources
            let code = file.Code
            from call in BannedCalls
            where code.Contains(call, StringComparison.Ordinal)
            select $"{file.Path} calls {call}");

    [Fact]
    public void A_catch_without_a_type_rethrows() =>
        Violations.None(
            from file in Checkout.Sources
            from bare in Syntax.Of(file).DescendantNodes().OfType<CatchClauseSyntax>()
            where bare.Declaration is null
            where !bare.Block.DescendantNodes().OfType<ThrowStatementSyntax>().Any(thrown => thrown.Expression is null)
            select $"{file.Path} catches everything");

    [Fact]
    public void A_warning_is_switched_off_only_with_a_reason() =>
        Violations.None(
            from file in Checkout.Sources
            let lines = file.Text.Split('\n')
            from number in Enumerable.Range(1, lines.Length - 1)
            where lines[number].TrimStart().StartsWith("#pragma warning disable", StringComparison.Ordinal)
            where !$"{lines[number - 1]}{lines[number]}".Contains("//", StringComparison.Ordinal)
            select $"{file.Path}: {lines[number].Trim()} without a comment on it or above it");

    [Fact]
    public void Nothing_is_left_to_do_and_no_registry_is_named() =>
        Violations.None(
            from file in Checkout.Files
            from word in Unwanted
            where file.Text.Contains(word, StringComparison.Ordinal)
            select $"{file.Path} says {word}");

    [Fact]
    public void No_test_is_skipped() =>
        Violations.None(
            from file in Checkout.Sources
            where file.IsIn("tests") && SkippedTest().IsMatch(file.Code)
            select $"{file.Path} skips a test");

    [Fact]
    public void A_test_waits_for_a_condition_and_never_just_for_time() =>
        Violations.None(
            from file in Checkout.Sources
            where file.IsIn("tests") && !file.Path.Contains("/Hosting/", StringComparison.Ordinal)
            from Match delay in LongDelay().Matches(file.Code)
            select $"{file.Path}: {delay.Value}");

    [Fact]
    public void Numbers_of_enum_members_are_written_down() =>
        Violations.None(
            from file in Checkout.Sources
            where file.IsIn("Grains.Abstractions")
            from declaration in Syntax.Of(file).DescendantNodes().OfType<EnumDeclarationSyntax>()
            from member in declaration.Members
            where member.EqualsValue is null
            select $"{file.Path}: {declaration.Identifier.Text}.{member.Identifier.Text}");

    [GeneratedRegex(@"^\s*#(region|endregion)", RegexOptions.Multiline)]
    private static partial Regex Region();

    [GeneratedRegex(@"\b(Fact|Theory)\s*\(\s*Skip\b")]
    private static partial Regex SkippedTest();

    // A short pause between two looks at a condition is how one waits; a whole second is a guess.
    [GeneratedRegex(@"Task\.Delay\((TimeSpan\.FromSeconds\([^)]*\)|TimeSpan\.FromMinutes\([^)]*\)|[0-9_]{4,})\)")]
    private static partial Regex LongDelay();
}
