using System.Net;
using PaymentCluster.Simulators.AmazonPay;
using PaymentCluster.Simulators.Customer;
using PaymentCluster.Simulators.Dashboard;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Http;
using PaymentCluster.Simulators.Journal;
using PaymentCluster.Simulators.Juspay;
using PaymentCluster.Simulators.Paytm;
using PaymentCluster.Simulators.PayU;
using PaymentCluster.Simulators.Razorpay;
using PaymentCluster.Simulators.Webhooks;

namespace PaymentCluster.Simulators;

/// <summary>Composes the web host: what all providers share, and one line per provider.</summary>
internal static class SimulatorsHost
{
    /// <summary>
    /// Builds the host. It listens on loopback alone: anyone who reaches it can approve payments and turn the dials.
    /// </summary>
    public static WebApplication Build(string[] args, Action<IServiceCollection>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = AppContext.BaseDirectory,
        });
        var options = builder.Configuration.GetSection(SimulatorsOptions.Section).Get<SimulatorsOptions>() ?? new();
        var urls = builder.Configuration[WebHostDefaults.ServerUrlsKey];
        if (string.IsNullOrEmpty(urls))
        {
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, options.Port));
        }

        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);

        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddCustomer(builder.Configuration);
        builder.Services.AddDials();
        builder.Services.AddWebhooks(builder.Configuration);
        builder.Services.AddAmazonPay(builder.Configuration);
        builder.Services.AddPayU(builder.Configuration);
        builder.Services.AddJuspay(builder.Configuration);
        builder.Services.AddRazorpay(builder.Configuration);
        builder.Services.AddPaytm(builder.Configuration);
        configure?.Invoke(builder.Services);

        var app = builder.Build();
        var control = app.MapGroup("").AddEndpointFilter(LoopbackOnly.FilterAsync);
        control.MapGet("/_health", () => Results.Text("ok"));
        control.MapJournal();
        control.MapDials();
        control.MapCustomer();
        control.MapDashboard();
        control.MapAmazonPayControl();
        control.MapJuspayControl();
        control.MapPayUControl();
        control.MapRazorpayControl();
        control.MapPaytmControl();
        app.MapAmazonPay();
        app.MapJuspay();
        app.MapPayU();
        app.MapRazorpay();
        app.MapPaytm();
        return app;
    }
}
