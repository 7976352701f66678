using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Calls;
using Orleans.Configuration;
using Orleans.Local;
using Orleans.Storage;

namespace Orleans.Hosting
{
    /// <summary>Configures the silo of this process.</summary>
    public interface ISiloBuilder
    {
        /// <summary>The host's services.</summary>
        IServiceCollection Services { get; }

        /// <summary>The host's configuration.</summary>
        IConfiguration Configuration { get; }
    }

    /// <summary>What every silo may configure.</summary>
    public static class SiloBuilderExtensions
    {
        /// <summary>Adds services.</summary>
        public static ISiloBuilder ConfigureServices(this ISiloBuilder builder, Action<IServiceCollection> configureDelegate)
        {
            configureDelegate(builder.Services);
            return builder;
        }

        /// <summary>Sets options.</summary>
        public static ISiloBuilder Configure<TOptions>(this ISiloBuilder builder, Action<TOptions> configureOptions)
            where TOptions : class => builder.ConfigureServices(services => services.Configure(configureOptions));

        /// <summary>Sets options from a section of the configuration.</summary>
        public static ISiloBuilder Configure<TOptions>(this ISiloBuilder builder, IConfiguration configuration)
            where TOptions : class => builder.ConfigureServices(services => services.AddOptions<TOptions>().Bind(configuration));
    }

    /// <summary>A silo without a cluster.</summary>
    public static class CoreHostingExtensions
    {
        /// <summary>A cluster of this process alone. The ports are ignored: the local flavour opens none.</summary>
        public static ISiloBuilder UseLocalhostClustering(this ISiloBuilder builder, int siloPort = 11111,
            int gatewayPort = 30000, IPEndPoint? primarySiloEndpoint = null, string serviceId = "dev", string clusterId = "dev") =>
            serviceId == "dev" && clusterId == "dev" ? builder : builder.Configure<ClusterOptions>(options =>
            {
                options.ServiceId = serviceId;
                options.ClusterId = clusterId;
            });
    }

    /// <summary>Where a silo listens.</summary>
    public static class EndpointOptionsExtensions
    {
        /// <summary>The ports are ignored: the local flavour opens none.</summary>
        public static ISiloBuilder ConfigureEndpoints(this ISiloBuilder builder, IPAddress advertisedIP, int siloPort,
            int gatewayPort, bool listenOnAnyHostAddress = false) => builder;
    }

    /// <summary>Filters around calls.</summary>
    public static class GrainCallFilterSiloBuilderExtensions
    {
        /// <summary>Adds a filter; the first added is the outermost.</summary>
        public static ISiloBuilder AddIncomingGrainCallFilter(this ISiloBuilder builder, IIncomingGrainCallFilter filter) =>
            builder.ConfigureServices(services => services.AddSingleton(filter));

        /// <inheritdoc cref="AddIncomingGrainCallFilter(ISiloBuilder, IIncomingGrainCallFilter)"/>
        public static ISiloBuilder AddIncomingGrainCallFilter<TImplementation>(this ISiloBuilder builder)
            where TImplementation : class, IIncomingGrainCallFilter =>
            builder.ConfigureServices(services => services.AddSingleton<IIncomingGrainCallFilter, TImplementation>());

        /// <inheritdoc cref="AddIncomingGrainCallFilter(ISiloBuilder, IIncomingGrainCallFilter)"/>
        public static ISiloBuilder AddIncomingGrainCallFilter(this ISiloBuilder builder, IncomingGrainCallFilterDelegate filter) =>
            builder.AddIncomingGrainCallFilter(new DelegateCallFilter(filter));
    }

    /// <summary>States in PostgreSQL.</summary>
    public static class AdoNetGrainStorageSiloBuilderExtensions
    {
        /// <summary>Stores states that name no provider.</summary>
        public static ISiloBuilder AddAdoNetGrainStorageAsDefault(this ISiloBuilder builder,
            Action<AdoNetGrainStorageOptions> configureOptions) =>
            builder.AddAdoNetGrainStorage(GrainStorageNames.Default, configureOptions);

        /// <summary>Stores states that name this provider.</summary>
        public static ISiloBuilder AddAdoNetGrainStorage(this ISiloBuilder builder, string name,
            Action<AdoNetGrainStorageOptions> configureOptions) => builder.ConfigureServices(services =>
        {
            services.Configure(name, configureOptions);
            services.AddKeyedSingleton<IGrainStorage>(name, (provider, _) => new AdoNetGrainStorage(name,
                provider.GetRequiredService<IOptionsMonitor<AdoNetGrainStorageOptions>>().Get(name),
                provider.GetKeyedService<IGrainStorageSerializer>(name) ?? provider.GetService<IGrainStorageSerializer>(),
                provider.GetRequiredService<IOptions<ClusterOptions>>().Value.ServiceId));
            services.AddSingleton(provider => (ISiloStartup)provider.GetRequiredKeyedService<IGrainStorage>(name));
        });
    }

    /// <summary>Membership in PostgreSQL.</summary>
    public static class AdoNetHostingExtensions
    {
        /// <summary>Accepted, so that the same host runs alone: the local flavour has no cluster.</summary>
        public static ISiloBuilder UseAdoNetClustering(this ISiloBuilder builder,
            Action<AdoNetClusteringSiloOptions> configureOptions) => builder.Configure(configureOptions);

        /// <summary>Accepted, so that the same source compiles; the client fails when its host starts.</summary>
        public static IClientBuilder UseAdoNetClustering(this IClientBuilder builder,
            Action<AdoNetClusteringClientOptions> configureOptions) => builder.Configure(configureOptions);
    }
}

namespace Microsoft.Extensions.Hosting
{
    using Orleans;
    using Orleans.Hosting;

    /// <summary>Adds the silo to a host.</summary>
    public static class OrleansSiloGenericHostExtensions
    {
        /// <summary>Adds the silo; a second call configures the same one further.</summary>
        public static IHostApplicationBuilder UseOrleans(this IHostApplicationBuilder hostAppBuilder,
            Action<ISiloBuilder> configureDelegate)
        {
            Add(hostAppBuilder.Services, hostAppBuilder.Configuration, configureDelegate);
            return hostAppBuilder;
        }

        /// <inheritdoc cref="UseOrleans(IHostApplicationBuilder, Action{ISiloBuilder})"/>
        public static HostApplicationBuilder UseOrleans(this HostApplicationBuilder hostAppBuilder,
            Action<ISiloBuilder> configureDelegate)
        {
            Add(hostAppBuilder.Services, hostAppBuilder.Configuration, configureDelegate);
            return hostAppBuilder;
        }

        /// <inheritdoc cref="UseOrleans(IHostApplicationBuilder, Action{ISiloBuilder})"/>
        public static IHostBuilder UseOrleans(this IHostBuilder hostBuilder, Action<ISiloBuilder> configureDelegate) =>
            hostBuilder.UseOrleans((_, silo) => configureDelegate(silo));

        /// <inheritdoc cref="UseOrleans(IHostApplicationBuilder, Action{ISiloBuilder})"/>
        public static IHostBuilder UseOrleans(this IHostBuilder hostBuilder,
            Action<HostBuilderContext, ISiloBuilder> configureDelegate) => hostBuilder.ConfigureServices(
            (context, services) => Add(services, context.Configuration, silo => configureDelegate(context, silo)));

        private static void Add(IServiceCollection services, IConfiguration configuration, Action<ISiloBuilder> configure)
        {
            if (services.All(service => service.ServiceType != typeof(Silo)))
            {
                services.AddOptions();
                services.AddLogging();
                services.TryAddSingleton(TimeProvider.System);
                services.AddSingleton<Silo>();
                services.AddSingleton<IGrainFactory>(provider => provider.GetRequiredService<Silo>());
                services.AddSingleton<IClusterClient>(provider => provider.GetRequiredService<Silo>());
                services.AddHostedService(provider => provider.GetRequiredService<Silo>());
            }

            configure(new SiloBuilder(services, configuration));
        }

        private sealed record SiloBuilder(IServiceCollection Services, IConfiguration Configuration) : ISiloBuilder;
    }
}
