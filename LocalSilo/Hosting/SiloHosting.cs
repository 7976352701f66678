using System.Net;
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
    }

    /// <summary>What every silo may configure.</summary>
    public static class SiloBuilderExtensions
    {
        /// <summary>Sets options.</summary>
        public static ISiloBuilder Configure<TOptions>(this ISiloBuilder builder, Action<TOptions> configureOptions)
            where TOptions : class
        {
            builder.Services.Configure(configureOptions);
            return builder;
        }

        /// <summary>A cluster of this process alone. The ports are ignored: the local flavour opens none.</summary>
        public static ISiloBuilder UseLocalhostClustering(this ISiloBuilder builder, int siloPort = 11111,
            int gatewayPort = 30000, IPEndPoint? primarySiloEndpoint = null, string serviceId = "dev",
            string clusterId = "dev") => builder.Configure<ClusterOptions>(
                options => (options.ServiceId, options.ClusterId) = (serviceId, clusterId));

        /// <summary>Accepted, so that the same host runs alone: the local flavour has no cluster.</summary>
        public static ISiloBuilder UseAdoNetClustering(this ISiloBuilder builder,
            Action<AdoNetClusteringSiloOptions> configureOptions) => builder.Configure(configureOptions);

        /// <summary>Adds a filter; the first added is the outermost.</summary>
        public static ISiloBuilder AddIncomingGrainCallFilter<TImplementation>(this ISiloBuilder builder)
            where TImplementation : class, IIncomingGrainCallFilter
        {
            builder.Services.AddSingleton<IIncomingGrainCallFilter, TImplementation>();
            return builder;
        }

        /// <inheritdoc cref="AddIncomingGrainCallFilter{TImplementation}(ISiloBuilder)"/>
        public static ISiloBuilder AddIncomingGrainCallFilter(this ISiloBuilder builder,
            IncomingGrainCallFilterDelegate filter)
        {
            builder.Services.AddSingleton<IIncomingGrainCallFilter>(new DelegateCallFilter(filter));
            return builder;
        }

        /// <summary>Keeps the states that name this provider in PostgreSQL.</summary>
        public static ISiloBuilder AddAdoNetGrainStorage(this ISiloBuilder builder, string name,
            Action<AdoNetGrainStorageOptions> configureOptions)
        {
            builder.Services.Configure(name, configureOptions);
            builder.Services.AddKeyedSingleton<IGrainStorage>(name, (provider, _) => new AdoNetGrainStorage(name,
                provider.GetRequiredService<IOptionsMonitor<AdoNetGrainStorageOptions>>().Get(name),
                provider.GetRequiredService<IOptions<ClusterOptions>>().Value.ServiceId));
            return builder;
        }
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
            var services = hostAppBuilder.Services;
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

            configureDelegate(new SiloBuilder(services));
            return hostAppBuilder;
        }

        private sealed record SiloBuilder(IServiceCollection Services) : ISiloBuilder;
    }
}
