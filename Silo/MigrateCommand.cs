using PaymentCluster.Grains.Schema;

namespace PaymentCluster.Silo;

/// <summary>The command <c>migrate</c>: it migrates the database and makes partitions ahead.</summary>
internal static class MigrateCommand
{
    /// <summary>Migrates, and prints one line that says to what.</summary>
    /// <exception cref="SchemaException">The database is unavailable, does not admit this build, or a migration
    /// failed.</exception>
    public static async Task RunAsync(string owner)
    {
        var result = await SchemaMigrator.MigrateAsync(owner);
        Console.WriteLine(
            $"The schema is at {result.Latest}; partitions until {result.PartitionsUntil:yyyy-MM}; "
                + $"migrations applied: {result.Applied}.");
    }
}
