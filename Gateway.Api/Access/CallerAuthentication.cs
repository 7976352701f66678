using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Limits;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Gateway.Api.Access;

/// <summary>
/// Finds out who calls. A credential is verified first, and only its failure is counted: behind one proxy, one guesser
/// must not shut out every customer.
/// </summary>
internal abstract class CallerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    FailedAuthThrottle throttle)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    private const string Bearer = "Bearer ";

    /// <summary>What is missing where there is no credential.</summary>
    protected virtual string MissingDetail => ErrorCode.AuthenticationRequired.Entry().Meaning;

    /// <summary>What the request proves itself with; null if it has nothing of the scheme.</summary>
    protected abstract string? ReadCredential();

    /// <summary>Who the credential belongs to, or why it does not count.</summary>
    protected abstract ValueTask<Verification> VerifyAsync(string credential);

    /// <summary>Whether the credential claims to open one payment, and not all of a merchant's.</summary>
    protected virtual bool IsPayers(string credential) => false;

    /// <summary>Why a credential is refused, where its meaning in the error reference does not say enough.</summary>
    protected virtual string? RefusalOf(string credential) => null;

    /// <summary>The bearer token of the request.</summary>
    protected string? ReadBearer()
    {
        if (Request.Headers.Authorization is not [{ Length: > 7 and <= 256 } header]
            || !header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var token = header.AsSpan(Bearer.Length).Trim(' ');
        return token.Length > 0 ? token.ToString() : null;
    }

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (ReadCredential() is not { } credential)
        {
            return AuthenticateResult.NoResult();
        }

        var (caller, refusal) = await VerifyAsync(credential);
        if (caller is not null)
        {
            return AuthenticateResult.Success(new AuthenticationTicket(caller.ToPrincipal(Scheme.Name), Scheme.Name));
        }

        if (refusal is { } code)
        {
            return AuthenticateResult.Fail(new ProblemException(code, code.Entry().Meaning));
        }

        return AuthenticateResult.Fail(throttle.Count(Context, IsPayers(credential)) is { } excess
            ? new ProblemException(ErrorCode.RateLimited, excess)
            : new ProblemException(
                ErrorCode.ApiKeyInvalid, RefusalOf(credential) ?? ErrorCode.ApiKeyInvalid.Entry().Meaning));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var result = await HandleAuthenticateOnceSafeAsync();
        await (result.Failure is ProblemException problem
            ? Problem.WriteAsync(Context, problem.Code, problem.Message)
            : Problem.WriteAsync(Context, ErrorCode.AuthenticationRequired, MissingDetail));
    }
}
