using System.Text.Json.Serialization;

namespace PaymentCluster.Simulators.Razorpay;

/// <summary>The body of <c>PUT /_accounts/razorpay/{key_id}</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record RazorpayAccountRequest(
    [property: JsonPropertyName("key_secret")] string? KeySecret,
    [property: JsonPropertyName("webhook_url")] string? WebhookUrl,
    [property: JsonPropertyName("webhook_secret")] string? WebhookSecret);

/// <summary>Registers the simulated Razorpay.</summary>
internal static class RazorpayRegistration
{
    private static readonly string[] Prefixes = ["/razorpay/v1", "/v1"];

    public static void AddRazorpay(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<RazorpayOptions>(configuration.GetSection(RazorpayOptions.Section));
        services.AddSingleton<RazorpayBook>();
        services.AddSingleton<RazorpayAgenda>();
        services.AddSingleton<RazorpayLifecycle>();
        services.AddSingleton<RazorpayOrders>();
        services.AddSingleton<RazorpayPayments>();
        services.AddSingleton<RazorpayRefunds>();
        services.AddSingleton<RazorpayCustomers>();
        services.AddSingleton<RazorpayPages>();
        services.AddSingleton<RazorpayApi>();
        services.AddSingleton<RazorpayProvider>();
        services.AddSingleton<IProvider>(provider => provider.GetRequiredService<RazorpayProvider>());
        services.AddHostedService(provider => provider.GetRequiredService<RazorpayProvider>());
    }

    public static void MapRazorpay(this WebApplication app)
    {
        foreach (var prefix in Prefixes)
        {
            app.Services.GetRequiredService<RazorpayApi>().Map(app, prefix);
            app.Services.GetRequiredService<RazorpayPages>().Map(app, prefix);
        }
    }

    public static void MapRazorpayControl(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/_accounts/razorpay", (RazorpayBook book) => book.Accounts.Select(Describe));
        routes.MapPut("/_accounts/razorpay/{key_id}",
            async (string key_id, RazorpayAccountRequest body, RazorpayBook book) =>
            {
                if (!key_id.StartsWith("rzp_", StringComparison.Ordinal) || string.IsNullOrEmpty(body.KeySecret))
                {
                    return Results.BadRequest(new { error = "a key_id begins with rzp_, and key_secret is required" });
                }

                if (body.WebhookUrl is not null && !Uri.TryCreate(body.WebhookUrl, UriKind.Absolute, out _))
                {
                    return Results.BadRequest(new { error = "webhook_url must be an address" });
                }

                if (body.WebhookUrl is not null && string.IsNullOrEmpty(body.WebhookSecret))
                {
                    return Results.BadRequest(new { error = "a webhook needs a webhook_secret" });
                }

                await book.Register(key_id, body.KeySecret, body.WebhookUrl, body.WebhookSecret);
                return Results.Ok(Describe(book.Account(key_id)!));
            });
    }

    private static object Describe(RazorpayAccount account) => new
    {
        key_id = account.KeyId,
        account_id = account.AccountId,
        webhook_url = account.WebhookUrl,
        webhook_disabled = account.WebhookDisabled,
    };
}
