using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace PaymentCluster.Simulators.AmazonPay;

/// <summary>The body of <c>PUT /_accounts/amazonpay/{public_key_id}</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record AmazonPayAccountRequest(
    [property: JsonPropertyName("merchant_id")] string? MerchantId,
    [property: JsonPropertyName("store_id")] string? StoreId,
    [property: JsonPropertyName("region")] string? Region,
    [property: JsonPropertyName("public_key")] string? PublicKey,
    [property: JsonPropertyName("make_key")] bool MakeKey,
    [property: JsonPropertyName("ipn_url")] string? IpnUrl);

/// <summary>Registers the simulated Amazon Pay.</summary>
internal static class AmazonPayRegistration
{
    public static void AddAmazonPay(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<AmazonPayOptions>(configuration.GetSection(AmazonPayOptions.Section));
        services.AddSingleton<AmazonPayCertificate>();
        services.AddSingleton<AmazonPayBook>();
        services.AddSingleton<AmazonPayAgenda>();
        services.AddSingleton<AmazonPayLifecycle>();
        services.AddSingleton<AmazonPaySessions>();
        services.AddSingleton<AmazonPayCharges>();
        services.AddSingleton<AmazonPayPages>();
        services.AddSingleton<AmazonPayApi>();
        services.AddSingleton<AmazonPayProvider>();
        services.AddSingleton<IProvider>(provider => provider.GetRequiredService<AmazonPayProvider>());
        services.AddHostedService(provider => provider.GetRequiredService<AmazonPayProvider>());
    }

    public static void MapAmazonPay(this WebApplication app)
    {
        var api = app.Services.GetRequiredService<AmazonPayApi>();
        api.Map(app, "/amazonpay");
        api.Map(app, "");
        app.Services.GetRequiredService<AmazonPayPages>().Map(app);
        app.MapGet(AmazonPayCertificate.Path, (AmazonPayCertificate certificate) =>
            Results.Text(certificate.Pem, "application/x-pem-file"));
        app.Map("/amazonpay/{**rest}", context => AmazonPayErrors.NoSuchUrl.SendAsync(context));
    }

    public static void MapAmazonPayControl(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/_accounts/amazonpay", (AmazonPayBook book) =>
        {
            lock (book.Gate)
            {
                return book.Accounts.Select(account => Describe(account, privateKey: null)).ToArray();
            }
        });
        routes.MapPut("/_accounts/amazonpay/{public_key_id}", PutAsync);
    }

    private static async Task<IResult> PutAsync(
        string public_key_id, AmazonPayAccountRequest body, HttpRequest request, AmazonPayBook book)
    {
        AmazonPayAccount? known;
        lock (book.Gate)
        {
            known = book.Account(public_key_id);
        }

        string? privateKey = null;
        var publicKey = body.PublicKey ?? known?.PublicKey;
        if (body.MakeKey)
        {
            (publicKey, privateKey) = MakeKey();
        }

        if (Wrong(body, publicKey) is { } error)
        {
            return Results.BadRequest(new { error });
        }

        var account = new AmazonPayAccount
        {
            PublicKeyId = public_key_id,
            PublicKey = publicKey!,
            MerchantId = body.MerchantId!,
            StoreId = body.StoreId!,
            Region = body.Region!,
            IpnUrl = body.IpnUrl,
            CertificateUrl = $"{request.Scheme}://{request.Host}{AmazonPayCertificate.Path}",
        };
        Task durable;
        lock (book.Gate)
        {
            durable = book.Register(account);
        }

        await durable;
        return Results.Ok(Describe(account, privateKey));
    }

    private static string? Wrong(AmazonPayAccountRequest body, string? publicKey)
    {
        if (string.IsNullOrEmpty(body.MerchantId) || string.IsNullOrEmpty(body.StoreId))
        {
            return "merchant_id and store_id are required";
        }

        if (body.Region is not ("na" or "eu" or "jp"))
        {
            return "region is na, eu or jp";
        }

        if (body.IpnUrl is not null && !Uri.TryCreate(body.IpnUrl, UriKind.Absolute, out _))
        {
            return "ipn_url must be an address";
        }

        try
        {
            using var key = RSA.Create();
            key.ImportFromPem(publicKey);
            return null;
        }
        catch (ArgumentException)
        {
            return "public_key must be an RSA key in PEM, or make_key true";
        }
        catch (CryptographicException)
        {
            return "public_key must be an RSA key in PEM, or make_key true";
        }
    }

    // As the real console does: it keeps the public half, and shows the private one once.
    private static (string Public, string Private) MakeKey()
    {
        using var key = RSA.Create(2048);
        return (key.ExportSubjectPublicKeyInfoPem(), key.ExportPkcs8PrivateKeyPem());
    }

    private static Dictionary<string, object?> Describe(AmazonPayAccount account, string? privateKey)
    {
        var description = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["public_key_id"] = account.PublicKeyId,
            ["merchant_id"] = account.MerchantId,
            ["store_id"] = account.StoreId,
            ["region"] = account.Region,
            ["ipn_url"] = account.IpnUrl,
            ["ipn_disabled"] = account.IpnDisabled,
        };
        if (privateKey is not null)
        {
            description["private_key"] = privateKey;
        }

        return description;
    }
}
