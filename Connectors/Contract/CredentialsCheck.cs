namespace PaymentCluster.Connectors.Contract;

/// <summary>What a provider said about a merchant's credentials.</summary>
public enum CredentialsCheck
{
    /// <summary>It accepts them.</summary>
    Accepted = 1,

    /// <summary>It refuses them.</summary>
    Refused = 2,

    /// <summary>The check got no response, or the provider has no call for it.</summary>
    NotChecked = 3,
}
