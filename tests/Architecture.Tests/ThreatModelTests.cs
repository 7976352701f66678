using System.Text.RegularExpressions;

namespace PaymentCluster.Architecture.Tests;

/// <summary>The threat model names what is there.</summary>
public sealed partial class ThreatModelTests
{
    private const int Controls = 54;

    private static readonly string[] Lines =
        [.. Checkout.Text("docs/threat-model.md").Split('\n').Where(line => Control().IsMatch(line))];

    [Fact]
    public void Every_control_has_a_line() => Assert.Equal(
        Enumerable.Range(1, Controls).Select(number => $"S{number}"),
        Lines.Select(line => Control().Match(line).Groups["number"].Value));

    [Fact]
    public void A_control_is_somewhere_and_held_by_a_test_or_it_is_open() => Violations.None(
        from line in Lines
        let cells = line.Split('|')
        where !line.Contains("**open**", StringComparison.OrdinalIgnoreCase)
            && !(Name().IsMatch(cells[3]) && Name().IsMatch(cells[4]))
        select line);

    [Fact]
    public void What_it_names_is_there()
    {
        var tests = Checkout.Sources.Where(file => file.Path.StartsWith("tests/", StringComparison.Ordinal))
            .Select(file => Path.GetFileNameWithoutExtension(file.Path)).ToHashSet(StringComparer.Ordinal);
        Violations.None(
            from line in Lines
            let cells = line.Split('|')
            from match in Name().Matches(cells[3] + cells[4])
            let name = match.Groups["name"].Value
            where !tests.Contains(name) && !Checkout.Exists(name)
            select $"{name} in '{line}'");
    }

    [GeneratedRegex(@"^\| (?<number>S\d+) \|", RegexOptions.None, 1000)]
    private static partial Regex Control();

    [GeneratedRegex("`(?<name>[^`]+)`", RegexOptions.None, 1000)]
    private static partial Regex Name();
}
