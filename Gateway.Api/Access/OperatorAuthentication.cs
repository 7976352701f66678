using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using PaymentCluster.Gateway.Api.Limits;

namespace PaymentCluster.Gateway.Api.Access;

/// <summary>
/// An operator's browser, by HTTP Basic: any name, and the administrator's key as the password. Being on the same
/// machine proves nothing: a proxy there would make everybody an operator.
/// </summary>
internal sealed class OperatorAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    FailedAuthThrottle throttle,
    AdministratorKey key) : CallerAuthentication(options, loggers, encoder, throttle)
{
    /// <summary>The scheme's name.</summary>
    public const string SchemeName = "Operator";

    private const int MaxBytes = 512;

    protected override string MissingDetail => "Sign in with any name, and the administrator's key as the password.";

    protected override string? ReadCredential()
    {
        Span<byte> bytes = stackalloc byte[MaxBytes];
        if (!AuthenticationHeaderValue.TryParse(Request.Headers.Authorization, out var header)
            || !"Basic".Equals(header.Scheme, StringComparison.OrdinalIgnoreCase)
            || !Convert.TryFromBase64String(header.Parameter ?? "", bytes, out var length))
        {
            return null;
        }

        var pair = Encoding.UTF8.GetString(bytes[..length]);
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : pair[(colon + 1)..];
    }

    protected override ValueTask<Verification> VerifyAsync(string credential) =>
        ValueTask.FromResult(new Verification(key.Is(credential) ? Caller.Administrator : null));

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Basic realm=\"operators\", charset=\"UTF-8\"";
        return base.HandleChallengeAsync(properties);
    }
}
