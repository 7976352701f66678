using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Dashboard;
using Orleans.Serialization;
using PaymentCluster.Connectors;
using PaymentCluster.Grains;
using PaymentCluster.Grains.Customers;
using PaymentCluster.Grains.Faults;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Schema;
using PaymentCluster.Grains.Storage;
using PaymentCluster.Grains.Vault;
using PaymentCluster.Grains.Webhooks;
using PaymentCluster.Hosting.Clustering;
using PaymentCluster.Hosting.Startup;
using PaymentCluster.Silo.Calls;

namespace PaymentCluster.Silo;

/// <summary>What a silo is made of, whichever process it lives in.</summary>
public static class SiloRegistration
{
    // A part of the stored key of every grain document: it never changes.
    private const string ServiceId = "paymentcluster";
    private const string Provider = "Npgsql";

    /// <summary>Adds one silo with all capabilities. Settings: section <c>Silo</c>, the connection strings, and those
    /// of the capabilities.</summary>
    /// <exception cref="StartupException">A setting is missing or malformed.</exception>
    public static IHostApplicationBuilder AddPaymentClusterSilo(
        this IHostApplicationBuilder builder, SiloClustering clustering)
    {
        var settings = SiloSettings.Read(builder.Configuration);
        // Services stop in the reverse order: the sweeper and the calls to providers before the grains, and the grains
        // before the journal.
        builder.Services.AddPaymentStore(builder.Configuration);
        builder.Services.AddConnectors(builder.Configuration);
        builder.Services.AddMerchants();
        builder.Services.AddVault();
        builder.Services.AddCustomers();
        builder.Services.AddWebhooks();
        var isEncrypted = clustering == SiloClustering.Database && builder.AddClusterCertificates(ClusterRole.Silo);
        builder.UseOrleans(silo => silo.Configure(settings, clustering, isEncrypted));
        builder.Services.AddPaymentEngine();
        builder.Services.AddFaultPoints(builder.Configuration);
        return builder;
    }

    /// <summary>Refuses a database that payments may not be kept in.</summary>
    /// <exception cref="StartupException">The database is unavailable, not durable, or its schema does not admit this
    /// build.</exception>
    public static async Task PreparePaymentClusterAsync(this IServiceProvider services)
    {
        try
        {
            await services.PreparePaymentStoreAsync();
        }
        catch (SchemaException exception)
        {
            throw new StartupException(exception.Message, exception);
        }
    }

    private static void Configure(
        this ISiloBuilder silo, SiloSettings settings, SiloClustering clustering, bool isEncrypted)
    {
        if (clustering == SiloClustering.Alone)
        {
            // The gateway calls it in memory: no port for others, and on the one that a silo must have, on loopback,
            // no certificate but its own is accepted.
            silo.UseLocalhostClustering(settings.Port, 0, null, ServiceId, "standalone");
            silo.Services.AddOwnCertificate();
            silo.UseClusterTls();
        }
        else
        {
            silo.JoinCluster(settings, isEncrypted);
        }

        silo.AddAdoNetGrainStorage(MerchantsRegistration.Storage, options =>
        {
            options.Invariant = Provider;
            options.ConnectionString = settings.Database;
            options.GrainStorageSerializer = new DocumentJsonSerializer();
        });
        // A payment without calls has no reason to stay in memory: the journal has it.
        silo.Configure<GrainCollectionOptions>(options => options.CollectionAge = TimeSpan.FromMinutes(2));
        // An exception that any part of a call's failure has no codec for would reach the caller as a missing codec: a
        // fault, where it should hear that the store or a silo is unavailable and try again.
        silo.Services.Configure<ExceptionSerializationOptions>(options =>
            options.SupportedExceptionTypeFilter = static type => type.IsAssignableTo(typeof(Exception)));
        silo.AddActivityPropagation();
        // Collects what the dashboard shows; the process with a web server shows it.
        silo.AddDashboard();
    }

    private static void JoinCluster(this ISiloBuilder silo, SiloSettings settings, bool isEncrypted)
    {
        if (isEncrypted)
        {
            silo.UseClusterTls();
            // Where anyone can connect, a list of who may call what protects nothing.
            silo.LimitGateways();
        }

        silo.UseAdoNetClustering(options =>
        {
            options.Invariant = Provider;
            options.ConnectionString = settings.Database;
        });
        silo.Configure<ClusterOptions>(options => (options.ServiceId, options.ClusterId) = (ServiceId, ServiceId));
        silo.NoticeLostSilos();
        silo.Configure<EndpointOptions>(options =>
        {
            options.SiloPort = settings.Port;
            options.GatewayPort = settings.GatewayPort;
            if (settings.Address is { } address)
            {
                options.AdvertisedIPAddress = address;
            }
            else
            {
                // A container on two networks has two addresses: it advertises one and listens on both.
                options.SiloListeningEndpoint = new IPEndPoint(IPAddress.Any, settings.Port);
                options.GatewayListeningEndpoint = new IPEndPoint(IPAddress.Any, settings.GatewayPort);
            }
        });
    }
}
