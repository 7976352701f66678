using System.Net;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Alarms;
using PaymentCluster.Gateway.Api.Audit;
using PaymentCluster.Gateway.Api.Checkout;
using PaymentCluster.Gateway.Api.Customers;
using PaymentCluster.Gateway.Api.Demo;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Health;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Ledger;
using PaymentCluster.Gateway.Api.Limits;
using PaymentCluster.Gateway.Api.Management;
using PaymentCluster.Gateway.Api.Merchants;
using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Gateway.Api.Queries;
using PaymentCluster.Gateway.Api.Refunds;
using PaymentCluster.Gateway.Api.Returns;
using PaymentCluster.Gateway.Api.Reviews;
using PaymentCluster.Gateway.Api.Routing;
using PaymentCluster.Gateway.Api.Vault;
using PaymentCluster.Gateway.Api.Webhooks;

namespace PaymentCluster.Gateway.Api;

/// <summary>The gateway's registrations, for its own host and for the one that also hosts a silo.</summary>
public static class GatewayRegistration
{
    private const int MaxHeaders = 64;
    private const int MaxHeaderBytes = 16 * 1024;
    private const int MaxRequestLineBytes = 8 * 1024;
    private const double MinBodyBytesPerSecond = 240;

    /// <summary>Adds what the gateway consists of. It talks to grains through the <see cref="IGrainFactory"/> that the
    /// host registers.</summary>
    public static IHostApplicationBuilder AddGateway(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptionsWithValidateOnStart<GatewayOptions, GatewayOptionsValidation>()
            .BindConfiguration(GatewayOptions.Section);
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<GatewayOptions>>().Value);
        builder.AddManagementPort();
        // In one process with a silo the silo's.
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<RequestLimits>();
        services.AddSingleton<RequestBodies>();
        services.AddSingleton<FailedAuthThrottle>();
        services.AddAccess();
        services.AddRateLimits();
        services.AddCors();
        services.AddTransient<ICorsPolicyProvider, BrowserCors>();
        services.AddProblemDetails();
        services.AddExceptionHandler<ProblemExceptionHandler>();
        services.AddSingleton<PaymentWatch>();
        services.AddSingleton<LongPolling>();
        services.AddSingleton<PaymentEventStream>();
        services.AddSingleton<PaymentsApi>();
        services.AddSingleton<OrderTokensApi>();
        services.AddSingleton<RefundsApi>();
        services.AddSingleton<ReviewsApi>();
        services.AddSingleton<AlarmsApi>();
        services.AddSingleton<AuditApi>();
        services.AddSingleton<LedgerApi>();
        services.AddSingleton<MerchantsApi>();
        services.AddSingleton<ProvidersApi>();
        services.AddSingleton<RoutingApi>();
        services.AddSingleton<CustomersApi>();
        services.AddSingleton<VaultApi>();
        services.AddSingleton<WebhooksApi>();
        services.AddSingleton<ReturnsApi>();
        services.AddSingleton<WalletReturnsApi>();
        services.AddSingleton<CheckoutSessions>();
        services.AddSingleton<CheckoutViews>();
        services.AddSingleton<CheckoutApi>();
        services.AddSingleton<CheckoutScriptApi>();
        services.AddSingleton<DemoApi>();
        services.AddRazorComponents();
        builder.AddHealth();
        services.AddApiDescription();
        services.AddOptions<KestrelServerOptions>().Configure<GatewayOptions>(Limit);
        services.AddOptions<ForwardedHeadersOptions>().Configure<GatewayOptions>(Trust);
        // The framework's own lines name whole addresses, queries included.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        // Authentication handlers log each refusal, under the names of their own types.
        builder.Logging.AddFilter("PaymentCluster.Gateway.Api.Access", LogLevel.Warning);
        return builder;
    }

    /// <summary>Puts the gateway's layers into the pipeline, outermost first. Call it before endpoints are
    /// mapped.</summary>
    public static WebApplication UseGateway(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<GatewayOptions>();
        if (options.HasProxies)
        {
            app.UseForwardedHeaders();
        }
        else
        {
            app.UseMiddleware<UnknownProxyWarning>();
        }

        app.UseMiddleware<RequestNaming>();
        app.UseExceptionHandler();
        app.UseStatusCodePages(ProblemExceptionHandler.WriteStatusAsync);
        app.UseHeadAsGet();
        app.UseRouting();
        app.UseManagementPort(options);
        app.UseHeadRefusals();
        app.UseCardTransport(options);
        app.UseCors();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseActors();
        app.UseRateLimitHeaders();
        app.UseRateLimiter();
        app.UseMiddleware<QueryMiddleware>();
        app.UseDocsPage();
        return app;
    }

    /// <summary>Maps the gateway's endpoints.</summary>
    public static IEndpointRouteBuilder MapGateway(this IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var api = routes.MapGroup(PaymentsMapping.Root);
        services.GetRequiredService<PaymentsApi>().Map(api);
        services.GetRequiredService<OrderTokensApi>().Map(api);
        services.GetRequiredService<RefundsApi>().Map(api);
        services.GetRequiredService<ReviewsApi>().Map(api);
        services.GetRequiredService<AlarmsApi>().Map(api);
        services.GetRequiredService<AuditApi>().Map(api);
        services.GetRequiredService<LedgerApi>().Map(api);
        services.GetRequiredService<MerchantsApi>().Map(api);
        services.GetRequiredService<ProvidersApi>().Map(api);
        services.GetRequiredService<RoutingApi>().Map(api);
        services.GetRequiredService<CustomersApi>().Map(api);
        services.GetRequiredService<VaultApi>().Map(api);
        services.GetRequiredService<WebhooksApi>().Map(routes);
        services.GetRequiredService<ReturnsApi>().Map(routes);
        services.GetRequiredService<WalletReturnsApi>().Map(routes);
        services.GetRequiredService<CheckoutApi>().Map(routes);
        services.GetRequiredService<CheckoutScriptApi>().Map(routes);
        services.GetRequiredService<DemoApi>().Map(routes);
        routes.MapHealth();
        routes.MapApiDescription();
        return routes;
    }

    /// <summary>Kestrel's limits are made for sites that take uploads; these are for an API that takes some
    /// kilobytes.</summary>
    private static void Limit(KestrelServerOptions server, GatewayOptions options)
    {
        server.AddServerHeader = false;
        server.AllowSynchronousIO = false;
        var limits = server.Limits;
        limits.MaxRequestBodySize = WebhooksApi.MaxBytes;
        limits.MaxRequestHeaderCount = MaxHeaders;
        limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        limits.MaxRequestLineSize = MaxRequestLineBytes;
        limits.MaxConcurrentConnections = options.Connections == 0 ? null : options.Connections;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(75);
        limits.MinRequestBodyDataRate = new MinDataRate(MinBodyBytesPerSecond, TimeSpan.FromSeconds(5));
    }

    private static void Trust(ForwardedHeadersOptions forwarded, GatewayOptions options)
    {
        forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        forwarded.ForwardLimit = null;
        foreach (var proxy in options.KnownProxies)
        {
            forwarded.KnownProxies.Add(IPAddress.Parse(proxy));
        }

        foreach (var network in options.KnownNetworks)
        {
            forwarded.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network));
        }
    }
}
