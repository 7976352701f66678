using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Orleans.Hosting
{
    /// <summary>Configures a client of a cluster.</summary>
    public interface IClientBuilder
    {
        /// <summary>The host's services.</summary>
        IServiceCollection Services { get; }

        /// <summary>The host's configuration.</summary>
        IConfiguration Configuration { get; }
    }

    /// <summary>What every client may configure.</summary>
    public static class ClientBuilderExtensions
    {
        /// <summary>Sets options.</summary>
        public static IClientBuilder Configure<TOptions>(this IClientBuilder builder, Action<TOptions> configureOptions)
            where TOptions : class
        {
            builder.Services.Configure(configureOptions);
            return builder;
        }
    }
}

namespace Microsoft.Extensions.Hosting
{
    using Orleans;
    using Orleans.Hosting;
    using Orleans.Local;

    /// <summary>Adds a client of a cluster to a host. The local flavour has none: the source compiles, and the host fails to
    /// start with a sentence that says so.</summary>
    public static class OrleansClientGenericHostExtensions
    {
        /// <summary>Adds the client.</summary>
        public static IHostApplicationBuilder UseOrleansClient(this IHostApplicationBuilder hostAppBuilder,
            Action<IClientBuilder> configureDelegate)
        {
            Add(hostAppBuilder.Services, hostAppBuilder.Configuration, configureDelegate);
            return hostAppBuilder;
        }

        /// <inheritdoc cref="UseOrleansClient(IHostApplicationBuilder, Action{IClientBuilder})"/>
        public static IHostBuilder UseOrleansClient(this IHostBuilder hostBuilder, Action<IClientBuilder> configureDelegate) =>
            hostBuilder.ConfigureServices((context, services) => Add(services, context.Configuration, configureDelegate));

        private static void Add(IServiceCollection services, IConfiguration configuration, Action<IClientBuilder> configure)
        {
            services.AddSingleton<NoCluster>();
            services.AddSingleton<IClusterClient>(provider => provider.GetRequiredService<NoCluster>());
            services.AddSingleton<IGrainFactory>(provider => provider.GetRequiredService<NoCluster>());
            services.AddHostedService(provider => provider.GetRequiredService<NoCluster>());
            configure(new ClientBuilder(services, configuration));
        }

        private sealed record ClientBuilder(IServiceCollection Services, IConfiguration Configuration) : IClientBuilder;
    }
}

namespace Orleans.Local
{
    using Microsoft.Extensions.Hosting;

    internal sealed class NoCluster(IServiceProvider services) : IClusterClient, IHostedLifecycleService
    {
        private const string Sentence = "The local flavour of Orleans has no cluster to connect to: run Standalone, "
            + "or build with the Microsoft.Orleans packages.";

        public IServiceProvider ServiceProvider => services;

        public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
            where TGrainInterface : IGrainWithStringKey => throw new OrleansConfigurationException(Sentence);

        public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) =>
            throw new OrleansConfigurationException(Sentence);

        public Task StartingAsync(CancellationToken cancellationToken) => throw new OrleansConfigurationException(Sentence);

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
