namespace PaymentCluster.Grains.Abstractions.Payments;

/// <summary>A payment's status. Numbers are stored and never reused; responses carry the name in upper case.</summary>
public enum PaymentStatus
{
    /// <summary>Accepted; the provider has not responded, or not been called yet.</summary>
    Pending = 1,

    /// <summary>The customer has a step to take: approve in a UPI app, pass 3-D Secure, log in at a bank.</summary>
    RequiresAction = 2,

    /// <summary>The money is reserved and waits for the merchant's capture.</summary>
    Authorized = 3,

    /// <summary>The money is captured. Refunds and disputes are figures beside this status.</summary>
    Success = 4,

    /// <summary>The last attempt failed; the order may be tried again.</summary>
    Failed = 5,

    /// <summary>The merchant gave the payment up.</summary>
    Cancelled = 6,

    /// <summary>The customer did not pay in time; the order may be tried again.</summary>
    Expired = 7,

    /// <summary>The outcome stayed unknown to its deadline, or the provider reported another amount. Status queries
    /// continue, and an operator decides; silence never makes it failed.</summary>
    NeedsReview = 8,
}

/// <summary>How much of the captured amount was refunded.</summary>
public enum RefundProgress
{
    /// <summary>Nothing.</summary>
    None = 1,

    /// <summary>A refund is under way.</summary>
    Pending = 2,

    /// <summary>A part.</summary>
    Partial = 3,

    /// <summary>All of it.</summary>
    Full = 4,
}

/// <summary>Who captures an authorised payment.</summary>
public enum CaptureMode
{
    /// <summary>The engine, at once.</summary>
    Automatic = 1,

    /// <summary>The merchant, by the capture call.</summary>
    Manual = 2,
}

/// <summary>A refund's status.</summary>
public enum RefundStatus
{
    /// <summary>The provider has not confirmed it yet.</summary>
    Pending = 1,

    /// <summary>The provider has paid it out.</summary>
    Success = 2,

    /// <summary>The provider refused it; its amount can be refunded again.</summary>
    Failed = 3,

    /// <summary>Its outcome stayed unknown; it keeps its amount reserved, and an operator decides.</summary>
    NeedsReview = 4,
}
