namespace PaymentCluster.Simulation.Tests.Payments;

/// <summary>Mistakes that the shell around the rules could make. Each is made on purpose, to see that the checks can
/// fail.</summary>
public enum Mutation
{
    /// <summary>No mistake.</summary>
    None,

    /// <summary>The store commits whatever it is given.</summary>
    NoVersionCheck,

    /// <summary>The send window opens when the commit is known, not before the terms are made.</summary>
    WindowOpenedAfterCommit,

    /// <summary>No answer is taken for a refusal.</summary>
    TimeoutTakenAsDeclined,

    /// <summary>A charge that is sent again gets another name at the provider.</summary>
    FreshProviderKeyOnResend,

    /// <summary>"Not found" is believed while the request may still be on its way.</summary>
    NotFoundBelievedAtOnce,

    /// <summary>The provider is asked first, and the intent committed then.</summary>
    CommitAfterCall,

    /// <summary>An event of the provider's that was taken in is taken in again.</summary>
    WebhookNotDeduplicated,

    /// <summary>The provider is told that its event arrived before its effect is durable.</summary>
    WebhookAcknowledgedFirst,

    /// <summary>The client is answered before the commit.</summary>
    AnsweredBeforeCommit,

    /// <summary>An activation that the store left behind goes on with what it knows when it is woken.</summary>
    StaleScheduleKept,

    /// <summary>Nobody is woken.</summary>
    NoSweeper,
}
