using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using PaymentCluster.Gateway.Api.Errors;

namespace PaymentCluster.Gateway.Api.Access;

/// <summary>What a policy requires of a caller.</summary>
internal sealed class CallerRequirement : IAuthorizationRequirement
{
    public static readonly CallerRequirement Secret = new();
    public static readonly CallerRequirement Publishable = new();
    public static readonly CallerRequirement Payer = new();
    public static readonly CallerRequirement Administrator = new();

    /// <summary>Of endpoints that name no policy.</summary>
    public static readonly CallerRequirement DenyAll = new();

    private CallerRequirement()
    {
    }
}

/// <summary>Decides whether a caller meets a policy.</summary>
internal sealed class CallerAuthorization(MerchantOrigins origins) : AuthorizationHandler<CallerRequirement>
{
    protected override async Task HandleRequirementAsync(
        AuthorizationHandlerContext context, CallerRequirement requirement)
    {
        if (requirement == CallerRequirement.DenyAll)
        {
            // No match, or the wrong method: there is nothing to protect, and the response is 404 or 405.
            Decide(context, requirement, (context.Resource as HttpContext)?.GetEndpoint() is RouteEndpoint
                ? new AccessRefusal(this, ErrorCode.PermissionDenied)
                : null);
        }
        else if (Caller.Of(context.User) is { } caller)
        {
            var http = context.Resource as HttpContext;
            var refusal = RefusalOf(requirement, caller, http);
            if (refusal is null
                && caller.IsBrowser
                && http is not null
                && !await origins.MaySendAsync(caller.Merchant, http.Request))
            {
                refusal = new AccessRefusal(this, ErrorCode.OriginNotRegistered);
            }

            Decide(context, requirement, refusal);
        }
    }

    private static void Decide(
        AuthorizationHandlerContext context, CallerRequirement requirement, AccessRefusal? refusal)
    {
        if (refusal is null)
        {
            context.Succeed(requirement);
        }
        else
        {
            context.Fail(refusal);
        }
    }

    private AccessRefusal? RefusalOf(CallerRequirement requirement, Caller caller, HttpContext? http)
    {
        if (requirement == CallerRequirement.Administrator)
        {
            return caller.IsAdministrator ? null : new AccessRefusal(this, ErrorCode.PermissionDenied);
        }

        if (requirement == CallerRequirement.Payer)
        {
            if (caller.IsPublic)
            {
                return Denied("A publishable key opens no payment; use the payment's client secret.");
            }

            // A client secret makes its merchant's other payments look as if they did not exist.
            return caller.Payment is { } own
                && !string.Equals((string?)http?.Request.RouteValues["id"], own.ToString(), StringComparison.Ordinal)
                    ? new AccessRefusal(this, ErrorCode.PaymentNotFound)
                    : null;
        }

        if (caller.Payment is not null)
        {
            return Denied("A client secret is not allowed to make this call.");
        }

        return requirement == CallerRequirement.Secret && caller.IsBrowser
            ? Denied("A publishable key is not allowed to make this call; use a secret key.")
            : null;
    }

    private AccessRefusal Denied(string detail) => new(this, ErrorCode.PermissionDenied, detail);
}

/// <summary>Why a caller is refused, as the error reference names it.</summary>
internal sealed class AccessRefusal(IAuthorizationHandler handler, ErrorCode code, string? detail = null)
    : AuthorizationFailureReason(handler, detail ?? "")
{
    public ErrorCode Code => code;

    public string? Detail => detail;
}

/// <summary>Responds to refused callers with problem+json. The policy's scheme challenges callers that are not
/// authenticated.</summary>
internal sealed class AccessResults : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _framework = new();

    public Task HandleAsync(
        RequestDelegate next,
        HttpContext context,
        AuthorizationPolicy policy,
        PolicyAuthorizationResult authorizeResult) =>
        authorizeResult.AuthorizationFailure?.FailureReasons.OfType<AccessRefusal>().FirstOrDefault() is { } refusal
            ? Problem.WriteAsync(context, refusal.Code, refusal.Detail)
            : policy.Requirements.Contains(CallerRequirement.DenyAll) && !authorizeResult.Succeeded
                ? Problem.WriteAsync(context, ErrorCode.PermissionDenied)
                : _framework.HandleAsync(next, context, policy, authorizeResult);
}
