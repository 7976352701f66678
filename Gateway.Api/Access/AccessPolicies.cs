using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;

namespace PaymentCluster.Gateway.Api.Access;

/// <summary>Who may call an endpoint: the names of the authorization policies. An endpoint that names none, and does
/// not allow anonymous callers, is closed to everybody.</summary>
public static class AccessPolicies
{
    /// <summary>A merchant's secret key.</summary>
    public const string Secret = "Secret";

    /// <summary>A merchant's publishable or secret key: what a page may do before there is a payment.</summary>
    public const string Publishable = "Publishable";

    /// <summary>The client secret of the payment that the path names, or a merchant's secret key. A publishable key is
    /// in a page, and opens no payment.</summary>
    public const string Payer = "Payer";

    /// <summary>As <see cref="Payer"/>, or a ticket in the URL.</summary>
    public const string Viewer = "Viewer";

    /// <summary>The administrator's key as a bearer token.</summary>
    public const string Admin = "Admin";

    /// <summary>An operator's browser: any name, and the administrator's key as the password.</summary>
    public const string Operator = "Operator";

    /// <summary>The policy of an endpoint; null where anonymous callers are allowed.</summary>
    internal static string? Of(IEnumerable<object> metadata) =>
        metadata.OfType<IAllowAnonymous>().Any() ? null : metadata.OfType<IAuthorizeData>().Single().Policy;

    internal static void AddAccess(this IServiceCollection services)
    {
        services.AddSingleton<AdministratorKey>();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<ClientSecrets>();
        services.AddSingleton<MerchantOrigins>();
        services.AddAuthentication()
            .AddCallers<MerchantAuthentication>(MerchantAuthentication.SchemeName)
            .AddCallers<AdministratorAuthentication>(AdministratorAuthentication.SchemeName)
            .AddCallers<OperatorAuthentication>(OperatorAuthentication.SchemeName);
        services.AddSingleton<IAuthorizationHandler, CallerAuthorization>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AccessResults>();
        services.AddAuthorizationBuilder()
            .AddPolicy(Secret, MerchantAuthentication.SchemeName, CallerRequirement.Secret)
            .AddPolicy(Publishable, MerchantAuthentication.SchemeName, CallerRequirement.Publishable)
            .AddPolicy(Payer, MerchantAuthentication.SchemeName, CallerRequirement.Payer)
            .AddPolicy(Viewer, MerchantAuthentication.SchemeName, CallerRequirement.Payer)
            .AddPolicy(Admin, AdministratorAuthentication.SchemeName, CallerRequirement.Administrator)
            .AddPolicy(Operator, OperatorAuthentication.SchemeName, CallerRequirement.Administrator)
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().AddRequirements(CallerRequirement.DenyAll).Build());
    }

    private static AuthenticationBuilder AddCallers<T>(this AuthenticationBuilder schemes, string name)
        where T : CallerAuthentication => schemes.AddScheme<AuthenticationSchemeOptions, T>(name, null);

    private static AuthorizationBuilder AddPolicy(
        this AuthorizationBuilder policies, string name, string scheme, CallerRequirement requirement) =>
        policies.AddPolicy(name, policy => policy.AddAuthenticationSchemes(scheme).AddRequirements(requirement));
}
