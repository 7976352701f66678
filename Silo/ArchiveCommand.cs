using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using PaymentCluster.Grains.Archives;

namespace PaymentCluster.Silo;

/// <summary>The command <c>archive</c>: it moves the months that are past the windows to files.</summary>
internal static class ArchiveCommand
{
    /// <summary>Archives, and prints a line for each archive.</summary>
    /// <exception cref="ArchiveException">A month cannot be archived, or a setting is wrong.</exception>
    public static async Task RunAsync(string owner, IConfiguration settings)
    {
        var archives = await new Archiver(owner, OptionsOf(settings)).RunAsync();
        foreach (var archive in archives)
        {
            Console.WriteLine(
                $"Archived {archive.Payments} payments to {archive.Folder}; "
                    + $"{archive.Carried} have something open and stay.");
        }

        Console.WriteLine($"Archives made: {archives.Length}.");
    }

    /// <summary>The settings of archives.</summary>
    /// <exception cref="ArchiveException">One is wrong.</exception>
    public static ArchiveOptions OptionsOf(IConfiguration settings)
    {
        try
        {
            var options = new ArchiveOptions();
            settings.GetSection("Archive").Bind(options);
            Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
            return options;
        }
        catch (Exception exception) when (exception is ValidationException or InvalidOperationException)
        {
            throw new ArchiveException($"A setting of Archive is wrong: {exception.Message}", exception);
        }
    }
}
