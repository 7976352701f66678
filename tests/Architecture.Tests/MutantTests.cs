namespace PaymentCluster.Architecture.Tests;

/// <summary>The mistakes in tests/Mutants can still be made: a mistake whose text is gone guards nothing.</summary>
public sealed class MutantTests
{
    [Fact]
    public void The_text_that_a_mutant_changes_is_in_its_file() =>
        Violations.None(
            from mutant in Checkout.Files
            where mutant.IsIn("tests/Mutants")
            let file = Checkout.Files.FirstOrDefault(file => file.Path == Field(mutant, "file"))
            where file is null || !file.Text.Contains(Field(mutant, "from"), StringComparison.Ordinal)
            select $"{mutant.Path}: its text is not in {Field(mutant, "file")}");

    private static string Field(SourceFile mutant, string name) =>
        string.Join('\n', mutant.Text.Split('\n')
            .Where(line => line.StartsWith($"{name}:", StringComparison.Ordinal))
            .Select(line => line.Length > name.Length + 1 ? line[(name.Length + 2)..] : ""));
}
