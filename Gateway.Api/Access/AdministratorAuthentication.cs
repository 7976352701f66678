using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using PaymentCluster.Gateway.Api.Limits;

namespace PaymentCluster.Gateway.Api.Access;

/// <summary>The administrator's key, as a bearer token.</summary>
internal sealed class AdministratorAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    FailedAuthThrottle throttle,
    AdministratorKey key) : CallerAuthentication(options, loggers, encoder, throttle)
{
    /// <summary>The scheme's name.</summary>
    public const string SchemeName = "Administrator";

    protected override string? ReadCredential() => ReadBearer();

    protected override ValueTask<Verification> VerifyAsync(string credential) =>
        ValueTask.FromResult(new Verification(key.Is(credential) ? Caller.Administrator : null));
}
