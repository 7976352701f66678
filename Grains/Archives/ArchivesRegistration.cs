using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Archives;

/// <summary>Registers what restores archived payments.</summary>
internal static class ArchivesRegistration
{
    /// <summary>Adds <see cref="IPaymentArchive"/>.</summary>
    public static IServiceCollection AddArchives(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ArchiveOptions>()
            .Bind(configuration.GetSection("Archive"))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<IPaymentArchive, ArchiveFiles>();
        return services;
    }
}
