using System.Xml.Linq;

namespace PaymentCluster.Architecture.Tests;

public sealed class ProjectTests
{
    // What a project may reference directly. Projects follow deployment boundaries: the gateway sees no grain class, no
    // connector and no table; the simulators are an independent reading of the providers' documents.
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Grains.Abstractions"] = [],
        ["Hosting"] = [],
        ["Simulators"] = [],
        ["Connectors"] = ["Grains.Abstractions"],
        ["Grains"] = ["Grains.Abstractions", "Connectors"],
        ["Gateway.Api"] = ["Grains.Abstractions", "Hosting"],
        ["Silo"] = ["Grains", "Hosting"],
        ["Standalone"] = ["Silo", "Gateway.Api", "Hosting"],
        ["Bench"] = ["Standalone", "Simulators"],
    };

    private static IEnumerable<SourceFile> Products => Checkout.Files.Where(file =>
        file.Path.EndsWith(".csproj", StringComparison.Ordinal) && !file.IsIn("tests"));

    [Fact]
    public void A_project_references_only_what_it_may() =>
        Violations.None(
            from project in Products
            let name = Path.GetFileNameWithoutExtension(project.Path)
            from reference in References(project)
            where !Allowed.GetValueOrDefault(name, []).Contains(reference)
            select $"{name} references {reference}");

    [Fact]
    public void Every_project_has_its_rule() =>
        Assert.Equal(
            Allowed.Keys.Order(StringComparer.Ordinal),
            Products.Select(project => Path.GetFileNameWithoutExtension(project.Path)).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_project_is_in_the_solution() =>
        Violations.None(
            from project in Checkout.Files
            where project.Path.EndsWith(".csproj", StringComparison.Ordinal)
            where !Checkout.Text("PaymentCluster.sln").Contains(
                project.Path.Replace('/', '\\'), StringComparison.Ordinal)
            select $"{project.Path} is not in PaymentCluster.sln");

    // A gateway asks the database what its own login may do, so as not to start with one that may do more than find the
    // silos.
    [Fact]
    public void Only_grains_know_the_database() =>
        Violations.None(
            from file in Checkout.Sources
            where file.IsIn("Gateway.Api")
                || file.IsIn("Connectors")
                || file.IsIn("Simulators")
                || file.IsIn("Hosting")
                || file.IsIn("Grains.Abstractions")
            where file.Path != "Gateway.Api/Cluster/MembershipLogin.cs"
            where file.Code.Contains("using Npgsql", StringComparison.Ordinal)
            select $"{file.Path} uses Npgsql");

    [Fact]
    public void Versions_are_central() =>
        Violations.None(
            from project in Checkout.Files
            where project.Path.EndsWith(".csproj", StringComparison.Ordinal)
            from package in XDocument.Parse(project.Text).Descendants("PackageReference")
            where package.Attribute("Version") is not null || package.Attribute("VersionOverride") is not null
            select $"{project.Path} states a version of {package.Attribute("Include")?.Value}");

    [Theory]
    [InlineData("Silo/Program.cs")]
    [InlineData("Gateway.Api/Program.cs")]
    [InlineData("Standalone/Program.cs")]
    public void A_host_reads_like_a_table_of_contents(string path) =>
        Assert.InRange(Checkout.Files.Single(file => file.Path == path).LineCount, 1, 79);

    private static IEnumerable<string> References(SourceFile project) =>
        from reference in XDocument.Parse(project.Text).Descendants("ProjectReference")
        select Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'));
}
