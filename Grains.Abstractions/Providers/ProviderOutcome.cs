using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;

namespace PaymentCluster.Grains.Abstractions.Providers;

/// <summary>The outcome of a charge, capture, void or refund, or of a status query for one. Exactly one of the nested
/// kinds. The rule that keeps money safe: only <see cref="NotSent"/> may be sent again; whatever may have arrived is
/// <see cref="Unknown"/> and is queried, never guessed.</summary>
[GenerateSerializer, Immutable, Alias("provider-outcome")]
public abstract record ProviderOutcome
{
    /// <summary>The provider's own id of the order or transaction, once known.</summary>
    [Id(0)]
    public string? ProviderOrder { get; init; }

    /// <summary>The provider's own id of the payment or refund, once known.</summary>
    [Id(1)]
    public string? ProviderReference { get; init; }

    /// <summary>Refunds of the same payment that the response lists and that this engine did not request; null if it
    /// lists none.</summary>
    [Id(2)]
    public ImmutableArray<ProviderRefund>? OtherRefunds { get; init; }

    /// <summary>The provider has done it.</summary>
    [GenerateSerializer, Immutable, Alias("outcome-succeeded")]
    public sealed record Succeeded : ProviderOutcome
    {
        /// <summary>How far a charge went; <see cref="ChargeStage.Captured"/> for captures and refunds.</summary>
        [Id(0)]
        public required ChargeStage Stage { get; init; }

        /// <summary>The amount that the provider names. It is compared with ours before anything is booked.</summary>
        [Id(1)]
        public required Money Amount { get; init; }

        /// <summary>What the provider keeps, taxes included, once it says so.</summary>
        [Id(2)]
        public Money? Fee { get; init; }

        /// <summary>The reference that the customer's bank shows (UPI's RRN, a card's ARN or authorisation
        /// code).</summary>
        [Id(3)]
        public string? BankReference { get; init; }
    }

    /// <summary>The provider works on it, or waits for the customer.</summary>
    [GenerateSerializer, Immutable, Alias("outcome-pending")]
    public sealed record Pending : ProviderOutcome
    {
        /// <summary>The customer's step, when there is one.</summary>
        [Id(0)]
        public CustomerAction? Action { get; init; }
    }

    /// <summary>The provider refused, and no money moves unless it later says otherwise.</summary>
    [GenerateSerializer, Immutable, Alias("outcome-declined")]
    public sealed record Declined : ProviderOutcome
    {
        /// <summary>Why.</summary>
        [Id(0)]
        public required Failure Failure { get; init; }
    }

    /// <summary>Nothing left this machine: the provider cannot have seen it.</summary>
    [GenerateSerializer, Immutable, Alias("outcome-not-sent")]
    public sealed record NotSent : ProviderOutcome
    {
        /// <summary>What stood in the way, for the log and the timeline.</summary>
        [Id(0)]
        public required string Reason { get; init; }
    }

    /// <summary>It may have arrived: a timeout, a reset, a 5xx, an unreadable response.</summary>
    [GenerateSerializer, Immutable, Alias("outcome-unknown")]
    public sealed record Unknown : ProviderOutcome
    {
        /// <summary>What was seen, for the log and the timeline.</summary>
        [Id(0)]
        public required string Reason { get; init; }
    }

    /// <summary>A status query's outcome: the provider has nothing under this reference. It is final only after the
    /// send window and the provider's visibility window, because a request may still be on its way.</summary>
    [GenerateSerializer, Immutable, Alias("outcome-not-found")]
    public sealed record NotFound : ProviderOutcome;
}

/// <summary>How far a charge went.</summary>
public enum ChargeStage
{
    /// <summary>The money is reserved.</summary>
    Authorized = 1,

    /// <summary>The money is taken.</summary>
    Captured = 2,
}

/// <summary>Kinds of a customer's step.</summary>
public enum CustomerActionKind
{
    /// <summary>Open <see cref="CustomerAction.Url"/> in the browser (3-D Secure, a bank's or wallet's page).</summary>
    Redirect = 1,

    /// <summary>Open <see cref="CustomerAction.Url"/>, a <c>upi://pay</c> link, on a phone.</summary>
    UpiIntent = 2,

    /// <summary>Scan <see cref="CustomerAction.Url"/>, a <c>upi://pay</c> link, as a QR code.</summary>
    UpiQr = 3,

    /// <summary>Approve the request that the customer's UPI app shows.</summary>
    UpiApprove = 4,

    /// <summary>Post <see cref="CustomerAction.Fields"/> to <see cref="CustomerAction.Url"/> with the customer's
    /// browser, as a form does.</summary>
    Form = 5,

    /// <summary>Show <see cref="CustomerAction.Html"/> in the customer's browser, in a frame of its own: a page of the
    /// provider's or the bank's that continues automatically.</summary>
    Page = 6,
}

/// <summary>A step that only the customer can take.</summary>
[GenerateSerializer, Immutable, Alias("customer-action")]
public sealed record CustomerAction
{
    /// <summary>Which.</summary>
    [Id(0)]
    public required CustomerActionKind Kind { get; init; }

    /// <summary>The link, exactly as the provider gave it; null where there is none.</summary>
    [Id(1)]
    public string? Url { get; init; }

    /// <summary>The fields to post, exactly as the provider gave them; null where there are none.</summary>
    [Id(2)]
    public ImmutableDictionary<string, string>? Fields { get; init; }

    /// <summary>The page, exactly as the provider gave it; null where there is none. It is foreign markup: never in our
    /// own origin.</summary>
    [Id(3)]
    public string? Html { get; init; }
}

/// <summary>Whose fault a failure is; routing counts the provider's own alone.</summary>
public enum FailureParty
{
    /// <summary>The customer: declined, wrong PIN, no money.</summary>
    Customer = 1,

    /// <summary>The customer's bank.</summary>
    Bank = 2,

    /// <summary>The provider or its network.</summary>
    Provider = 3,

    /// <summary>The merchant: credentials, configuration, the request.</summary>
    Merchant = 4,

    /// <summary>This engine.</summary>
    Engine = 5,
}

/// <summary>Why an attempt or a refund failed.</summary>
[GenerateSerializer, Immutable, Alias("failure")]
public sealed record Failure
{
    /// <summary>One of <see cref="FailureCodes"/>, or the provider's own word in lower snake_case.</summary>
    [Id(0)]
    public required string Code { get; init; }

    /// <summary>One sentence that may be shown to the merchant.</summary>
    [Id(1)]
    public required string Message { get; init; }

    /// <summary>Whose fault.</summary>
    [Id(2)]
    public required FailureParty Party { get; init; }
}

/// <summary>Failure codes of the engine's own; providers add theirs.</summary>
public static class FailureCodes
{
    /// <summary>The process died before the card was sent; the security code may not be kept, so it cannot be sent
    /// again.</summary>
    public const string InterruptedBeforeSend = "interrupted_before_send";

    /// <summary>The provider could not be reached before the payment expired; nothing was sent.</summary>
    public const string ProviderUnreachable = "provider_unreachable";

    /// <summary>The provider provably never received the request, and it may not be sent again.</summary>
    public const string NotExecuted = "not_executed";

    /// <summary>The merchant's credentials at the provider are missing or refused.</summary>
    public const string CredentialsRefused = "credentials_refused";

    /// <summary>The provider refused the request as such.</summary>
    public const string RequestRefused = "request_refused";

    /// <summary>An operator found that no money moved.</summary>
    public const string ResolvedUnpaid = "resolved_unpaid";

    /// <summary>Another refund of the same money was paid out: one that had been called failed, or one that was made at
    /// the provider.</summary>
    public const string Superseded = "superseded";

    /// <summary>The provider did not say, until the deadline, whether it did it.</summary>
    public const string OutcomeUnknown = "outcome_unknown";

    /// <summary>The authorisation was released before it was captured.</summary>
    public const string Voided = "voided";

    /// <summary>The customer or the customer's bank declined.</summary>
    public const string Declined = "declined";
}
