using System.Text.Json.Serialization;

namespace PaymentCluster.Simulators.Paytm;

/// <summary>The body of <c>PUT /_accounts/paytm/{mid}</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record PaytmAccountRequest(
    [property: JsonPropertyName("merchant_key")] string? MerchantKey,
    [property: JsonPropertyName("website")] string? Website,
    [property: JsonPropertyName("webhook_url")] string? WebhookUrl);

/// <summary>Registers the simulated Paytm.</summary>
internal static class PaytmRegistration
{
    private static readonly string[] Prefixes = ["/paytm", ""];

    public static void AddPaytm(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<PaytmOptions>(configuration.GetSection(PaytmOptions.Section));
        services.AddSingleton<PaytmBook>();
        services.AddSingleton<PaytmAgenda>();
        services.AddSingleton<PaytmLifecycle>();
        services.AddSingleton<PaytmAccess>();
        services.AddSingleton<PaytmOrders>();
        services.AddSingleton<PaytmPayments>();
        services.AddSingleton<PaytmCaptures>();
        services.AddSingleton<PaytmRefunds>();
        services.AddSingleton<PaytmInstruments>();
        services.AddSingleton<PaytmAccounts>();
        services.AddSingleton<PaytmPages>();
        services.AddSingleton<PaytmApi>();
        services.AddSingleton<PaytmProvider>();
        services.AddSingleton<IProvider>(provider => provider.GetRequiredService<PaytmProvider>());
        services.AddHostedService(provider => provider.GetRequiredService<PaytmProvider>());
    }

    public static void MapPaytm(this WebApplication app)
    {
        foreach (var prefix in Prefixes)
        {
            app.Services.GetRequiredService<PaytmApi>().Map(app, prefix);
            app.Services.GetRequiredService<PaytmAccounts>().Map(app, prefix);
            app.Services.GetRequiredService<PaytmPages>().Map(app, prefix);
        }
    }

    public static void MapPaytmControl(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/_accounts/paytm", (PaytmBook book) => book.Accounts.Select(Describe));
        routes.MapPut("/_accounts/paytm/{mid}", async (string mid, PaytmAccountRequest body, PaytmBook book) =>
        {
            if (mid.Length > 20 || body.MerchantKey is null || !PaytmChecksum.IsKey(body.MerchantKey))
            {
                return Results.BadRequest(new { error = "a mid has up to 20 characters, a merchant_key 16, 24 or 32" });
            }

            if (body.WebhookUrl is not null && !Uri.TryCreate(body.WebhookUrl, UriKind.Absolute, out _))
            {
                return Results.BadRequest(new { error = "webhook_url must be an address" });
            }

            await book.Register(mid, body.MerchantKey, body.Website ?? "WEBSTAGING", body.WebhookUrl);
            return Results.Ok(Describe(book.Account(mid)!));
        });
    }

    private static object Describe(PaytmAccount account) => new
    {
        mid = account.Mid,
        website = account.Website,
        webhook_url = account.WebhookUrl,
        webhook_disabled = account.WebhookDisabled,
    };
}
