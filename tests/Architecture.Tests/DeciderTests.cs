using System.Text.RegularExpressions;

namespace PaymentCluster.Architecture.Tests;

public sealed partial class DeciderTests
{
    private static IEnumerable<SourceFile> Deciders => Checkout.Sources.Where(file =>
        file.IsIn("Grains") && file.Name.Contains("Decider", StringComparison.Ordinal));

    [Fact]
    public void There_are_deciders() => Assert.NotEmpty(Deciders);

    [Fact]
    public void A_command_has_one_decision() =>
        Violations.None(
            from overload in
                from file in Deciders
                from Match match in Overload().Matches(file.Code)
                select (Folder: string.Join('/', file.Folders), Command: match.Groups[1].Value)
            group overload by overload into same
            where same.Count() > 1
            select $"{same.Key.Folder} decides {same.Key.Command} {same.Count()} times");

    [Fact]
    public void Every_status_is_named_in_every_decision() =>
        Violations.None(
            from file in Deciders
            let code = file.Code
            from Match match in StatusSwitch().Matches(code)
            where DiscardArm().IsMatch(Braces.Shallow(Braces.Body(code, match.Index)))
            select $"{file.Path}: a switch over the status has a `_` arm");

    [Fact]
    public void A_decider_is_a_pure_function() =>
        Violations.None(
            from file in Deciders
            from Match match in Impure().Matches(file.Code)
            select $"{file.Path} uses {match.Value}");

    [GeneratedRegex(@"\bDecision Decide\(\s*[\w?]+\s+\w+\s*,\s*(\w+)\s")]
    private static partial Regex Overload();

    [GeneratedRegex(@"\bStatus switch\s*\{")]
    private static partial Regex StatusSwitch();

    [GeneratedRegex(@"(^|,)\s*_\s*(=>|when\b)")]
    private static partial Regex DiscardArm();

    [GeneratedRegex(@"\b(async|await|TimeProvider|ILogger|Npgsql\w*|HttpClient|ISecretSource)\b")]
    private static partial Regex Impure();
}
