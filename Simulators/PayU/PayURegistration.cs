using System.Text.Json.Serialization;

namespace PaymentCluster.Simulators.PayU;

/// <summary>The body of <c>PUT /_accounts/payu/{key}</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record PayUAccountRequest(
    [property: JsonPropertyName("salt")] string? Salt, [property: JsonPropertyName("webhook_url")] string? WebhookUrl);

/// <summary>Registers the simulated PayU.</summary>
internal static class PayURegistration
{
    private static readonly string[] Prefixes = ["/payu", ""];

    public static void AddPayU(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<PayUOptions>(configuration.GetSection(PayUOptions.Section));
        services.AddSingleton<PayUBook>();
        services.AddSingleton<PayUAgenda>();
        services.AddSingleton<PayULifecycle>();
        services.AddSingleton<PayUPages>();
        services.AddSingleton<PayUPayments>();
        services.AddSingleton<PayUActions>();
        services.AddSingleton<PayUCommands>();
        services.AddSingleton<PayUApi>();
        services.AddSingleton<PayUProvider>();
        services.AddSingleton<IProvider>(provider => provider.GetRequiredService<PayUProvider>());
        services.AddHostedService(provider => provider.GetRequiredService<PayUProvider>());
    }

    public static void MapPayU(this WebApplication app)
    {
        foreach (var prefix in Prefixes)
        {
            app.Services.GetRequiredService<PayUApi>().Map(app, prefix);
            app.Services.GetRequiredService<PayUPages>().Map(app, prefix);
        }
    }

    public static void MapPayUControl(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/_accounts/payu", (PayUBook book) => book.Accounts.Select(Describe));
        routes.MapPut("/_accounts/payu/{key}", async (string key, PayUAccountRequest body, PayUBook book) =>
        {
            if (string.IsNullOrEmpty(body.Salt))
            {
                return Results.BadRequest(new { error = "salt is required" });
            }

            if (body.WebhookUrl is not null && !Uri.TryCreate(body.WebhookUrl, UriKind.Absolute, out _))
            {
                return Results.BadRequest(new { error = "webhook_url must be an address" });
            }

            await book.Register(key, body.Salt, body.WebhookUrl);
            return Results.Ok(Describe(book.Account(key)!));
        });
    }

    private static object Describe(PayUAccount account) => new
    {
        key = account.Key,
        webhook_url = account.WebhookUrl,
        webhook_disabled = account.WebhookDisabled,
    };
}
