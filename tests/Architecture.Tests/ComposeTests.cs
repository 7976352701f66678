using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace PaymentCluster.Architecture.Tests;

/// <summary>The cluster in containers cannot be started everywhere; what can be read of it is held here.</summary>
public sealed class ComposeTests
{
    private static readonly Dictionary<string, object> Compose = Map(new DeserializerBuilder()
        .WithDuplicateKeyChecking()
        .Build()
        .Deserialize<object>(new MergingParser(new Parser(new StringReader(Checkout.Text("docker-compose.yml"))))));

    private static readonly Dictionary<string, Dictionary<string, object>> Services = Map(Compose["services"])
        .ToDictionary(service => service.Key, service => Map(service.Value), StringComparer.Ordinal);

    private const string Migration = "migrate";
    private const string Certificates = "certificates";

    // What runs once, and ends.
    private static readonly string[] Steps = [Migration, Certificates];

    [Fact]
    public void The_cluster_is_a_store_a_migration_certificates_silos_a_gateway_and_simulators() =>
        Assert.Equal(
            [Certificates, "gateway", Migration, "postgres", "silo", "simulators"],
            Services.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void A_process_has_the_certificate_of_its_role_and_no_other()
    {
        Assert.Equal("none", Services[Certificates]["network_mode"]);
        Assert.All((string[])["silo", "gateway"], role =>
        {
            Assert.Equal($"/certificates/{role}", Map(Services[role]["environment"])["Cluster__Certificates"]);
            Assert.Equal([$"{role}-certificates:/certificates/{role}:ro"], CertificatesOf(Services[role]));
        });
        Assert.All(
            Services.Keys.Except(["silo", "gateway", Certificates]),
            name => Assert.Empty(CertificatesOf(Services[name])));
    }

    [Fact]
    public void Only_the_migration_has_the_owners_login()
    {
        var owners = Services.Where(
            service => service.Value.TryGetValue("environment", out var environment)
                && Map(environment).ContainsKey("ConnectionStrings__PaymentClusterOwner"));
        Assert.Equal(Migration, Assert.Single(owners).Key);
        Assert.Equal("no", Services[Migration]["restart"]);
        Assert.Equal(["migrate"], Texts(Services[Migration]["command"]));
        Assert.Equal(Services["silo"]["image"], Services[Migration]["image"]);
    }

    [Fact]
    public void A_gateway_has_a_login_of_its_own() =>
        Assert.Contains(
            "Username=paymentcluster_door;",
            (string)Map(Services["gateway"]["environment"])["ConnectionStrings__PaymentCluster"],
            StringComparison.Ordinal);

    [Fact]
    public void Three_silos_vote_a_dead_one_out() =>
        Assert.Equal("3", Map(Services["silo"]["deploy"])["replicas"]);

    [Fact]
    public void Every_process_restarts_and_is_watched() =>
        Assert.All(Services.Where(service => !Steps.Contains(service.Key)).Select(service => service.Value), service =>
        {
            Assert.Equal("unless-stopped", service["restart"]);
            Assert.NotEmpty(Texts(Map(service["healthcheck"])["test"]));
        });

    [Fact]
    public void Only_the_edge_is_reachable_from_outside() =>
        Assert.Equal(
            ["gateway", "simulators"],
            Services.Where(service => service.Value.ContainsKey("ports"))
                .Select(service => service.Key)
                .Order(StringComparer.Ordinal));

    [Fact]
    public void The_store_is_durable()
    {
        var command = Texts(Services["postgres"]["command"]);
        Assert.Contains("fsync=on", command);
        Assert.Contains("synchronous_commit=on", command);
        Assert.Contains("full_page_writes=on", command);
        Assert.Contains(
            "--data-checksums",
            (string)Map(Services["postgres"]["environment"])["POSTGRES_INITDB_ARGS"],
            StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_is_waited_for_has_a_service() =>
        Violations.None(
            from service in Services
            where service.Value.ContainsKey("depends_on")
            from needed in Map(service.Value["depends_on"])
            let condition = Steps.Contains(needed.Key) ? "service_completed_successfully" : "service_healthy"
            where !Services.ContainsKey(needed.Key) || (string)Map(needed.Value)["condition"] != condition
            select $"{service.Key} waits for {needed.Key}");

    [Fact]
    public void No_secret_is_written_down() =>
        Violations.None(
            from service in Services
            where service.Value.ContainsKey("environment")
            from variable in Map(service.Value["environment"])
            let text = (string)variable.Value
            where variable.Key.Contains("Password", StringComparison.OrdinalIgnoreCase)
                || variable.Key.Contains("Secret", StringComparison.Ordinal)
                || variable.Key.Contains("MasterKey", StringComparison.Ordinal)
                || text.Contains("Password=", StringComparison.Ordinal)
            where !text.Contains("${", StringComparison.Ordinal) || text.Contains(":-", StringComparison.Ordinal)
            select $"{service.Key}: {variable.Key}");

    [Fact]
    public void Every_image_is_a_stage_of_the_dockerfile_and_runs_without_privileges()
    {
        var dockerfile = Checkout.Text("Dockerfile");
        Assert.Contains("USER $APP_UID", dockerfile, StringComparison.Ordinal);
        Assert.All(Services.Values.Where(service => service.ContainsKey("build")), service =>
        {
            Assert.Contains($" AS {Map(service["build"])["target"]}\n", dockerfile, StringComparison.Ordinal);
            Assert.Equal("true", service["read_only"]);
        });
    }

    [Fact]
    public void No_process_of_ours_writes_its_memory_to_a_file()
    {
        Assert.Contains("ENV DOTNET_EnableDiagnostics=0", Checkout.Text("Dockerfile"), StringComparison.Ordinal);
        Assert.All(
            Services.Values.Where(service => service.ContainsKey("build")),
            service => Assert.Equal("0", Map(service["ulimits"])["core"]));
    }

    [Fact]
    public void Mounted_files_are_there() =>
        Violations.None(
            from service in Services.Values
            where service.ContainsKey("volumes")
            from volume in Texts(service["volumes"])
            let source = volume.Split(':')[0]
            where source.StartsWith('.') ? !Checkout.Exists(source) : !Map(Compose["volumes"]).ContainsKey(source)
            select volume);

    private static IEnumerable<string> CertificatesOf(Dictionary<string, object> service) =>
        service.TryGetValue("volumes", out var volumes)
            ? Texts(volumes).Where(volume => volume.Contains(Certificates, StringComparison.Ordinal))
            : [];

    private static Dictionary<string, object> Map(object value) =>
        ((Dictionary<object, object>)value).ToDictionary(
            entry => (string)entry.Key, entry => entry.Value, StringComparer.Ordinal);

    private static List<string> Texts(object value) => [.. ((List<object>)value).Cast<string>()];
}
