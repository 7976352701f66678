using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace PaymentCluster.Hosting.Startup;

/// <summary>The login that owns the database: it could change the past, and no process that serves may have
/// it.</summary>
public static class OwnerLogin
{
    /// <summary>The name of its connection string.</summary>
    public const string Name = "PaymentClusterOwner";

    /// <summary>Refuses to serve with the owner's login.</summary>
    /// <exception cref="StartupException">It is among the settings.</exception>
    public static IHostApplicationBuilder RefuseOwnerLogin(this IHostApplicationBuilder builder) =>
        string.IsNullOrWhiteSpace(builder.Configuration.GetConnectionString(Name))
            ? builder
            : throw new StartupException(
                $"ConnectionStrings:{Name} is set, the login that owns the database: give it to 'Silo migrate' alone, "
                    + "and remove it from the settings of processes that serve.");
}
