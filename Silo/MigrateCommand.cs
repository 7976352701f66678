using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using PaymentCluster.Grains.Schema;
using PaymentCluster.Hosting.Startup;

namespace PaymentCluster.Silo;

/// <summary>The command <c>migrate</c>: it migrates the database with the owner's login, and ends. Only this process
/// has that login.</summary>
public static class MigrateCommand
{
    private const string Name = "migrate";

    /// <summary>Whether a command line is this command.</summary>
    public static bool Is(string[] args) => args is [Name, ..];

    /// <summary>Migrates, and prints one line that says to what. Settings:
    /// <c>ConnectionStrings:PaymentClusterOwner</c>.</summary>
    /// <exception cref="StartupException">The login is missing, the database is unavailable, does not admit this build,
    /// or a migration failed.</exception>
    public static async Task RunAsync(string[] args)
    {
        var settings = Host.CreateApplicationBuilder(HostProgram.Arguments(args[1..])).Configuration;
        var owner = settings.GetConnectionString(OwnerLogin.Name);
        if (string.IsNullOrWhiteSpace(owner))
        {
            throw new StartupException(
                $"ConnectionStrings:{OwnerLogin.Name} is missing: the login that owns the database.");
        }

        try
        {
            var result = await SchemaMigrator.MigrateAsync(owner);
            Console.WriteLine($"The schema is at {result.Latest}; migrations applied: {result.Applied}.");
        }
        catch (SchemaException exception)
        {
            throw new StartupException(exception.Message, exception);
        }
        catch (ArgumentException exception)
        {
            throw new StartupException(
                $"ConnectionStrings:{OwnerLogin.Name} is malformed: {exception.Message}", exception);
        }
    }
}
