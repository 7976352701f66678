namespace PaymentCluster.Gateway.Api.Access;

/// <summary>Who may call an endpoint.</summary>
public enum AccessRule
{
    /// <summary>A merchant's secret key.</summary>
    Secret = 1,

    /// <summary>A merchant's publishable or secret key.</summary>
    Publishable = 2,

    /// <summary>The administrator's key.</summary>
    Admin = 3,

    /// <summary>Anybody: what is sent proves itself (a signed webhook), is believed in nothing (a browser's return), or
    /// is public.</summary>
    Anybody = 4,

    /// <summary>The client secret of the payment that the path names, or a merchant's publishable or secret
    /// key.</summary>
    Payer = 5,
}

/// <summary>Says who may call an endpoint. An endpoint that does not say is closed to everybody.</summary>
public static class AccessRuleConventions
{
    /// <summary>Only such callers may call the endpoints.</summary>
    public static TBuilder RequireAccess<TBuilder>(this TBuilder builder, AccessRule rule)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new AccessMetadata(rule));
}

/// <summary>An endpoint's rule.</summary>
internal sealed record AccessMetadata(AccessRule Rule);
