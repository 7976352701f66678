using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using PaymentCluster.Gateway.Api.Limits;

namespace PaymentCluster.Gateway.Api.Access;

/// <summary>Merchants' secret and publishable keys, and payers' client secrets, as bearer tokens.</summary>
internal sealed class MerchantAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    FailedAuthThrottle throttle,
    ApiKeys keys,
    ClientSecrets clientSecrets) : CallerAuthentication(options, loggers, encoder, throttle)
{
    /// <summary>The scheme's name.</summary>
    public const string SchemeName = "Merchant";

    private readonly FailedAuthThrottle _throttle = throttle;

    protected override string? ReadCredential() => ReadBearer();

    protected override async ValueTask<Caller?> VerifyAsync(string credential)
    {
        if (ClientSecrets.HasForm(credential))
        {
            return await clientSecrets.OpenAsync(credential) is { } access ? Caller.Of(access) : null;
        }

        if (!ApiKeys.HasForm(credential))
        {
            return null;
        }

        var hash = KeyHash.Of(credential);
        if (keys.WasGood(hash))
        {
            return await keys.ResolveAsync(hash) is { } known ? Caller.Of(known) : null;
        }

        using var permit = await _throttle.EnterLookupAsync(Context);
        return permit.IsAcquired && await keys.ResolveAsync(hash) is { } grant ? Caller.Of(grant) : null;
    }

    protected override string? RefusalOf(string credential) =>
        ClientSecrets.HasForm(credential) ? "The client secret is invalid or has expired." : null;
}
