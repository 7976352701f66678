using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Abstractions.Payments;

/// <summary>The name that a client gave a request, so that sending it again has no second effect.</summary>
[GenerateSerializer, Immutable, Alias("request-key")]
public sealed record RequestKey
{
    /// <summary>The <c>Idempotency-Key</c> header.</summary>
    [Id(0)]
    public required string Key { get; init; }

    /// <summary>Lower-case hex SHA-256 over method, path and canonical body: two requests are the same if these
    /// are.</summary>
    [Id(1)]
    public required string Fingerprint { get; init; }
}

/// <summary>Take a payment for an order; for an order that failed or expired, try it again.</summary>
[GenerateSerializer, Immutable, Alias("start-payment")]
public sealed record StartPayment
{
    /// <summary>The merchant's order.</summary>
    [Id(0)]
    public required string OrderId { get; init; }

    /// <summary>What is to be paid.</summary>
    [Id(1)]
    public required Money Amount { get; init; }

    // Ids 2, 3, 13, 14 and 15 were members that said this together; they are not used again.

    /// <summary>What it is paid with; null if that is said later, by <see cref="ConfirmPayment"/>.</summary>
    [Id(16)]
    public required Instrument? Instrument { get; init; }

    /// <summary>Who captures.</summary>
    [Id(4)]
    public required CaptureMode Capture { get; init; }

    /// <summary>Who pays.</summary>
    [Id(5)]
    public required Customer Customer { get; init; }

    /// <summary>Where the customer's browser goes at the end.</summary>
    [Id(6)]
    public string? ReturnUrl { get; init; }

    /// <summary>What the customer reads on the payment.</summary>
    [Id(7)]
    public string? Description { get; init; }

    /// <summary>The merchant's own pairs.</summary>
    [Id(8)]
    public required ImmutableDictionary<string, string> Metadata { get; init; }

    /// <summary>How long the customer has; null for the configured time.</summary>
    [Id(9)]
    public TimeSpan? ExpiresIn { get; init; }

    /// <summary>The client's name for this request.</summary>
    [Id(10)]
    public RequestKey? Request { get; init; }

    /// <summary>Whether the payment's id was made for this very command, so that there is nothing to look for under
    /// it.</summary>
    [Id(11)]
    public bool IsNew { get; init; }

    /// <summary>What the order consists of.</summary>
    [Id(12)]
    public Basket? Basket { get; init; }

    /// <summary>Whether a page sent it, with an order token: it creates the payment, and an order that has one already
    /// is a conflict, whatever it says.</summary>
    [Id(17)]
    public bool IsByPage { get; init; }

    /// <summary>The payer's browser; null if the merchant's server sent it.</summary>
    [Id(18)]
    public PayerBrowser? Browser { get; init; }
}

/// <summary>Say what a payment is paid with, and start it; after a failure, start the next attempt; while an attempt
/// waits for its customer's step, start another one instead, where <see cref="Replaces"/> says so.</summary>
[GenerateSerializer, Immutable, Alias("confirm-payment")]
public sealed record ConfirmPayment
{
    // Ids 0, 1, 3, 4 and 5 were members that said this together; they are not used again.

    /// <summary>What it is paid with.</summary>
    [Id(7)]
    public required Instrument Instrument { get; init; }

    /// <summary>The client's name for this request.</summary>
    [Id(2)]
    public RequestKey? Request { get; init; }

    /// <summary>The attempt whose customer's step is given up for this one, so that a second click starts no third.
    /// Money that it still collects pays the order, or is refunded automatically.</summary>
    [Id(6)]
    public int? Replaces { get; init; }

    /// <summary>The payer's browser; null if the merchant's server sent it.</summary>
    [Id(8)]
    public PayerBrowser? Browser { get; init; }
}

/// <summary>Capture an authorised payment.</summary>
[GenerateSerializer, Immutable, Alias("capture-payment")]
public sealed record CapturePayment
{
    /// <summary>How much, in minor units of the payment's currency; null for all that is authorised.</summary>
    [Id(0)]
    public long? AmountMinor { get; init; }

    /// <summary>The client's name for this request.</summary>
    [Id(1)]
    public RequestKey? Request { get; init; }
}

/// <summary>Give a payment up before it is captured.</summary>
[GenerateSerializer, Immutable, Alias("cancel-payment")]
public sealed record CancelPayment
{
    /// <summary>Why, for the timeline.</summary>
    [Id(0)]
    public string? Reason { get; init; }

    /// <summary>The client's name for this request.</summary>
    [Id(1)]
    public RequestKey? Request { get; init; }
}

/// <summary>Give captured money back.</summary>
[GenerateSerializer, Immutable, Alias("refund-payment")]
public sealed record RefundPayment
{
    /// <summary>How much, in minor units of the payment's currency; null for all that is left.</summary>
    [Id(0)]
    public long? AmountMinor { get; init; }

    /// <summary>Why, for the timeline and the provider.</summary>
    [Id(1)]
    public string? Reason { get; init; }

    /// <summary>The client's name for this request.</summary>
    [Id(2)]
    public RequestKey? Request { get; init; }
}

/// <summary>Say, as an operator, what became of a payment whose outcome stayed unknown.</summary>
[GenerateSerializer, Immutable, Alias("resolve-payment")]
public sealed record ResolvePayment
{
    /// <summary>Whether the provider's books have the money.</summary>
    [Id(0)]
    public required bool Paid { get; init; }

    /// <summary>The provider's id of the payment, as its books have it.</summary>
    [Id(1)]
    public string? ProviderReference { get; init; }

    /// <summary>Who says so: the id of the API key.</summary>
    [Id(2)]
    public required string By { get; init; }

    /// <summary>Why.</summary>
    [Id(3)]
    public required string Note { get; init; }

    /// <summary>The client's name for this request.</summary>
    [Id(4)]
    public RequestKey? Request { get; init; }
}

/// <summary>Say, as an operator, what became of a refund whose outcome stayed unknown.</summary>
[GenerateSerializer, Immutable, Alias("resolve-refund")]
public sealed record ResolveRefund
{
    /// <summary>The refund's number.</summary>
    [Id(0)]
    public required int Number { get; init; }

    /// <summary>Whether the provider's books have it paid out.</summary>
    [Id(1)]
    public required bool Paid { get; init; }

    /// <summary>The provider's id of the refund, as its books have it.</summary>
    [Id(2)]
    public string? ProviderReference { get; init; }

    /// <summary>Who says so: the id of the API key.</summary>
    [Id(3)]
    public required string By { get; init; }

    /// <summary>Why.</summary>
    [Id(4)]
    public required string Note { get; init; }

    /// <summary>The client's name for this request.</summary>
    [Id(5)]
    public RequestKey? Request { get; init; }
}

/// <summary>Say, as an operator, that unexpected money was looked at: from now on it is the merchant's.</summary>
[GenerateSerializer, Immutable, Alias("clear-unexpected-money")]
public sealed record ClearUnexpectedMoney
{
    /// <summary>Its number within the payment.</summary>
    [Id(0)]
    public required int Number { get; init; }

    /// <summary>Who says so: the id of the API key.</summary>
    [Id(1)]
    public required string By { get; init; }

    /// <summary>Why.</summary>
    [Id(2)]
    public required string Note { get; init; }

    /// <summary>The client's name for this request.</summary>
    [Id(3)]
    public RequestKey? Request { get; init; }
}

/// <summary>A provider reports a refund that was made there, and not by this engine.</summary>
[GenerateSerializer, Immutable, Alias("record-provider-refund")]
public sealed record RecordProviderRefund
{
    /// <summary>The number of the attempt that was refunded.</summary>
    [Id(0)]
    public required int Attempt { get; init; }

    /// <summary>How much.</summary>
    [Id(1)]
    public required Money Amount { get; init; }

    /// <summary>The provider's id of the refund.</summary>
    [Id(2)]
    public required string ProviderReference { get; init; }

    /// <summary>The reference that the customer's bank shows.</summary>
    [Id(3)]
    public string? BankReference { get; init; }

    /// <summary>The provider that says so; another than the attempt's says nothing.</summary>
    [Id(4)]
    public required string Provider { get; init; }

    /// <summary>The provider's id of the order that was paid, which must be the attempt's; null: it need not be
    /// compared.</summary>
    [Id(5)]
    public string? ProviderOrder { get; init; }

    /// <summary>The merchant's account whose credentials signed it; another than the attempt's says nothing. Null: not
    /// known.</summary>
    [Id(6)]
    public string? Account { get; init; }

    /// <summary>The provider's id of the payment that was refunded, which must be the attempt's once that is known;
    /// null: it need not be compared.</summary>
    [Id(7)]
    public string? ProviderPayment { get; init; }

    /// <summary>Whether the provider does not tell who requested it, so that it may be a refund of ours whose id is not
    /// known yet.</summary>
    [Id(8)]
    public bool MayBeOurs { get; init; }

    /// <summary>The report of a refund.</summary>
    /// <param name="refund">The refund.</param>
    /// <param name="attempt">The number of the attempt that was refunded.</param>
    /// <param name="provider">The provider that says so.</param>
    /// <param name="account">The merchant's account there.</param>
    public static RecordProviderRefund Of(ProviderRefund refund, int attempt, string provider, string? account) => new()
    {
        Attempt = attempt,
        Amount = refund.Amount,
        ProviderReference = refund.ProviderReference,
        BankReference = refund.BankReference,
        Provider = provider,
        ProviderOrder = refund.ProviderOrder,
        ProviderPayment = refund.ProviderPayment,
        MayBeOurs = refund.MayBeOurs,
        Account = account,
    };
}

/// <summary>From where a provider's word on an operation reached us.</summary>
public enum ReportSource
{
    /// <summary>The response to the call that caused it.</summary>
    Response = 1,

    /// <summary>Our own status query.</summary>
    Query = 2,

    /// <summary>The provider's webhook.</summary>
    Webhook = 3,
}

/// <summary>What a provider said of an operation. Any number of times, in any order, from any source.</summary>
[GenerateSerializer, Immutable, Alias("record-outcome")]
public sealed record RecordOutcome
{
    /// <summary>The operation.</summary>
    [Id(0)]
    public required OperationKey Operation { get; init; }

    /// <summary>What was said.</summary>
    [Id(1)]
    public required ProviderOutcome Outcome { get; init; }

    /// <summary>Where.</summary>
    [Id(2)]
    public required ReportSource Source { get; init; }

    /// <summary>The provider that says so, when it was not called (<see cref="ReportSource.Webhook"/>): it has a word
    /// on its own attempts alone, so that one provider's webhook secret moves no money of another's. Null: the one that
    /// was called.</summary>
    [Id(3)]
    public string? Provider { get; init; }

    /// <summary>Which send of the operation this is the response to, from 1; null for a status query and a webhook,
    /// which are about all of them.</summary>
    [Id(4)]
    public int? Send { get; init; }

    /// <summary>When the status query was sent whose result this is; null for anything else. By then, and not by when
    /// it reaches the payment, a "not found" is judged: a request may have arrived in between.</summary>
    [Id(5)]
    public DateTimeOffset? QueriedAt { get; init; }

    /// <summary>The merchant's account whose credentials signed a webhook: it has a word on its own attempts alone.
    /// Null: not known, or the account that was called.</summary>
    [Id(6)]
    public string? Account { get; init; }
}
