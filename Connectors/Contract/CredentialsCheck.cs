namespace PaymentCluster.Connectors.Contract;

/// <summary>What a provider says to a merchant's credentials.</summary>
public enum CredentialsCheck
{
    /// <summary>It accepts them.</summary>
    Accepted = 1,

    /// <summary>It refuses them.</summary>
    Refused = 2,

    /// <summary>It could not be asked, or has no call that tells.</summary>
    NotChecked = 3,
}
