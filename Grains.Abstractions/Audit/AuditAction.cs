namespace PaymentCluster.Grains.Abstractions.Audit;

/// <summary>What a change is. The names of <see cref="AuditNames"/> are stored and never reused.</summary>
public enum AuditAction
{
    /// <summary>A merchant was created, or its settings were changed.</summary>
    MerchantSaved = 1,

    /// <summary>An API key was created.</summary>
    KeyCreated = 2,

    /// <summary>An API key was revoked.</summary>
    KeyRevoked = 3,

    /// <summary>The key that signs order tokens was replaced.</summary>
    OrderTokenKeyRotated = 4,

    /// <summary>Credentials at a provider were set.</summary>
    CredentialsSaved = 5,

    /// <summary>Credentials at a provider were deleted.</summary>
    CredentialsDeleted = 6,

    /// <summary>The routing was set.</summary>
    RoutingSaved = 7,

    /// <summary>A customer was erased.</summary>
    CustomerErased = 8,

    /// <summary>The vault's keys were rotated.</summary>
    VaultRotated = 9,

    /// <summary>A payment was captured by hand.</summary>
    CaptureRequested = 10,

    /// <summary>A payment was cancelled.</summary>
    PaymentCancelled = 11,

    /// <summary>A refund was requested.</summary>
    RefundRequested = 12,

    /// <summary>A payment in review was resolved.</summary>
    PaymentResolved = 13,

    /// <summary>A refund in review was resolved.</summary>
    RefundResolved = 14,

    /// <summary>Money that was not requested was cleared.</summary>
    UnexpectedMoneyCleared = 15,

    /// <summary>An API key was replaced by another, and expires.</summary>
    KeyRotated = 16,
}

/// <summary>How a change ended. Numbers are stored and never reused.</summary>
public enum AuditOutcome
{
    /// <summary>It took effect.</summary>
    Done = 1,

    /// <summary>It was begun and did not take effect as a whole: its process ended. No caller got a
    /// success.</summary>
    Interrupted = 2,
}

/// <summary>The names of changes, as they are stored and shown.</summary>
public static class AuditNames
{
    /// <summary>The name of a kind of change.</summary>
    public static string Of(AuditAction action) => action switch
    {
        AuditAction.MerchantSaved => "merchant_saved",
        AuditAction.KeyCreated => "key_created",
        AuditAction.KeyRevoked => "key_revoked",
        AuditAction.OrderTokenKeyRotated => "order_token_key_rotated",
        AuditAction.CredentialsSaved => "credentials_saved",
        AuditAction.CredentialsDeleted => "credentials_deleted",
        AuditAction.RoutingSaved => "routing_saved",
        AuditAction.CustomerErased => "customer_erased",
        AuditAction.VaultRotated => "vault_rotated",
        AuditAction.CaptureRequested => "capture_requested",
        AuditAction.PaymentCancelled => "payment_cancelled",
        AuditAction.RefundRequested => "refund_requested",
        AuditAction.PaymentResolved => "payment_resolved",
        AuditAction.RefundResolved => "refund_resolved",
        AuditAction.UnexpectedMoneyCleared => "unexpected_money_cleared",
        AuditAction.KeyRotated => "key_rotated",
    };
}
