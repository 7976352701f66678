using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace PaymentCluster.Simulators.Juspay;

/// <summary>The body of <c>PUT /_accounts/juspay/{merchant_id}</c>. The last three make encrypted calls
/// possible.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record JuspayAccountRequest(
    [property: JsonPropertyName("api_key")] string? ApiKey,
    [property: JsonPropertyName("response_key")] string? ResponseKey,
    [property: JsonPropertyName("webhook_url")] string? WebhookUrl,
    [property: JsonPropertyName("webhook_username")] string? WebhookUsername,
    [property: JsonPropertyName("webhook_password")] string? WebhookPassword,
    [property: JsonPropertyName("key_id")] string? KeyId,
    [property: JsonPropertyName("merchant_public_key")] string? MerchantPublicKey,
    [property: JsonPropertyName("juspay_private_key")] string? JuspayPrivateKey);

/// <summary>Registers the simulated Juspay.</summary>
internal static class JuspayRegistration
{
    private static readonly string[] Prefixes = ["/juspay", ""];

    public static void AddJuspay(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<JuspayOptions>(configuration.GetSection(JuspayOptions.Section));
        services.AddSingleton<JuspayBook>();
        services.AddSingleton<JuspayAgenda>();
        services.AddSingleton<JuspayLifecycle>();
        services.AddSingleton<JuspayOrders>();
        services.AddSingleton<JuspayTxns>();
        services.AddSingleton<JuspayRefunds>();
        services.AddSingleton<JuspayCustomers>();
        services.AddSingleton<JuspayWallets>();
        services.AddSingleton<JuspayPages>();
        services.AddSingleton<JuspayApi>();
        services.AddSingleton<JuspayProvider>();
        services.AddSingleton<IProvider>(provider => provider.GetRequiredService<JuspayProvider>());
        services.AddHostedService(provider => provider.GetRequiredService<JuspayProvider>());
    }

    public static void MapJuspay(this WebApplication app)
    {
        foreach (var prefix in Prefixes)
        {
            app.Services.GetRequiredService<JuspayApi>().Map(app, prefix);
            app.Services.GetRequiredService<JuspayPages>().Map(app, prefix);
        }
    }

    public static void MapJuspayControl(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/_accounts/juspay", (JuspayBook book) => book.Accounts.Select(Describe));
        routes.MapPut("/_accounts/juspay/{merchant_id}",
            async (string merchant_id, JuspayAccountRequest body, JuspayBook book) =>
            {
                if (Refuse(merchant_id, body, book) is { } error)
                {
                    return Results.BadRequest(new { error });
                }

                await book.Register(new JuspayAccount
                {
                    MerchantId = merchant_id,
                    ApiKey = body.ApiKey!,
                    ResponseKey = body.ResponseKey
                        ?? book.Account(merchant_id)?.ResponseKey
                        ?? RandomNumberGenerator.GetHexString(32),
                    WebhookUrl = body.WebhookUrl,
                    WebhookUsername = body.WebhookUsername,
                    WebhookPassword = body.WebhookPassword,
                    KeyId = body.KeyId,
                    MerchantPublicKey = body.MerchantPublicKey,
                    JuspayPrivateKey = body.JuspayPrivateKey,
                });
                return Results.Ok(Describe(book.Account(merchant_id)!));
            });
    }

    private static string? Refuse(string merchantId, JuspayAccountRequest body, JuspayBook book) => body switch
    {
        { ApiKey: null or "" } => "api_key is required",
        _ when book.AccountOfKey(body.ApiKey) is { } other && other.MerchantId != merchantId =>
            "api_key is another account's",
        { WebhookUrl: { } url } when !Uri.TryCreate(url, UriKind.Absolute, out _) => "webhook_url must be an address",
        { WebhookUrl: not null, WebhookUsername: null or "" }
            or { WebhookUrl: not null, WebhookPassword: null or "" } =>
            "a webhook needs webhook_username and webhook_password",
        { KeyId: null, MerchantPublicKey: null, JuspayPrivateKey: null } => null,
        { KeyId: null } or { MerchantPublicKey: null } or { JuspayPrivateKey: null } =>
            "key_id, merchant_public_key and juspay_private_key go together",
        _ => IsKey(body.MerchantPublicKey) && IsKey(body.JuspayPrivateKey) ? null : "keys are RSA keys in PEM",
    };

    private static bool IsKey(string pem)
    {
        try
        {
            using var key = RSA.Create();
            key.ImportFromPem(pem);
            return true;
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            return false;
        }
    }

    private static object Describe(JuspayAccount account) => new
    {
        merchant_id = account.MerchantId,
        webhook_url = account.WebhookUrl,
        webhook_disabled = account.WebhookDisabled,
        encrypted = account.HasEnvelopes,
    };
}
