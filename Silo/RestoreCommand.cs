using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Npgsql;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Archives;

namespace PaymentCluster.Silo;

/// <summary>The command <c>restore</c>: it puts one payment, or all of an archive, back into the database.</summary>
internal static class RestoreCommand
{
    /// <summary>Restores, and prints one line.</summary>
    /// <exception cref="ArchiveException">There is no such payment or archive, or its files are damaged.</exception>
    public static async Task RunAsync(string owner, IConfiguration settings, string? what)
    {
        var files = new ArchiveFiles(Options.Create(ArchiveCommand.OptionsOf(settings)));
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(owner) { Pooling = false, CommandTimeout = 0 }.ConnectionString);
        await connection.OpenAsync();
        if (PaymentId.TryParse(what, out var payment))
        {
            Console.WriteLine(
                await files.RestoreAsync(connection, payment.Value)
                    ? $"Payment {payment} is restored."
                    : throw new ArchiveException($"No archive has payment {payment}."));
        }
        else if (int.TryParse(what, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            Console.WriteLine($"Payments restored: {await files.RestoreAllAsync(connection, number)}.");
        }
        else
        {
            throw new ArchiveException(
                "What to restore is missing: 'restore pay_…', or 'restore' and an archive's number.");
        }
    }
}
