using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Npgsql;
using PaymentCluster.Grains.Archives;
using PaymentCluster.Grains.Faults;
using PaymentCluster.Grains.Schema;
using PaymentCluster.Hosting.Startup;

namespace PaymentCluster.Silo;

/// <summary>The commands that need the owner's login, <c>migrate</c>, <c>archive</c> and <c>restore</c>: each does one
/// thing, prints what, and ends.</summary>
public static class OwnerCommands
{
    /// <summary>Runs the command of a command line; false if it has none.</summary>
    /// <exception cref="StartupException">The login is missing or malformed, or the command failed.</exception>
    public static async Task<bool> RunAsync(string[] args)
    {
        if (args is not [("migrate" or "archive" or "restore") and var command, ..])
        {
            return false;
        }

        // What is restored is no setting.
        var rest = command == "restore" ? args.Skip(2) : args.Skip(1);
        var settings = Host.CreateApplicationBuilder(HostProgram.Arguments([.. rest])).Configuration;
        var owner = settings.GetConnectionString(OwnerLogin.Name);
        if (string.IsNullOrWhiteSpace(owner))
        {
            throw new StartupException(
                $"ConnectionStrings:{OwnerLogin.Name} is missing: the login that owns the database.");
        }

        FaultPoint.Arm(settings);
        try
        {
            await (command switch
            {
                "migrate" => MigrateCommand.RunAsync(owner),
                "archive" => ArchiveCommand.RunAsync(owner, settings),
                _ => RestoreCommand.RunAsync(owner, settings, args.ElementAtOrDefault(1)),
            });
            return true;
        }
        catch (Exception exception) when (exception is SchemaException or ArchiveException)
        {
            throw new StartupException(exception.Message, exception);
        }
        catch (NpgsqlException exception)
        {
            throw new StartupException($"The database is unavailable: {exception.Message}", exception);
        }
        catch (ArgumentException exception)
        {
            throw new StartupException(
                $"ConnectionStrings:{OwnerLogin.Name} is malformed: {exception.Message}", exception);
        }
    }
}
