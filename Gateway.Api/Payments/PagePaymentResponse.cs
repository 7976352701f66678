using System.Text.Json.Serialization;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>A payment as its payer's browser reads it: what the customer knows or has to do. Routing, references of
/// providers and banks, the merchant's own data and refunds are for its servers. Amounts are whole numbers in the minor
/// unit of the currency (paise, cents).</summary>
public sealed record PagePaymentResponse
{
    /// <summary>The payment's id, <c>pay_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>What the call did; only in responses to POST.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Message { get; init; }

    /// <summary>The merchant's order.</summary>
    public required string OrderId { get; init; }

    /// <summary>The payment's status.</summary>
    public required string Status { get; init; }

    /// <summary>The amount to pay.</summary>
    public required long Amount { get; init; }

    /// <summary>ISO 4217 code.</summary>
    public required string Currency { get; init; }

    /// <summary>The captured amount.</summary>
    public required long CapturedAmount { get; init; }

    /// <summary>The refunded amount, without pending refunds.</summary>
    public required long RefundedAmount { get; init; }

    /// <summary>The kind of instrument of the latest attempt; null before there is one.</summary>
    public required string? Method { get; init; }

    /// <summary>The latest attempt's UPI flow, if it is by UPI.</summary>
    public required string? UpiFlow { get; init; }

    /// <summary>The latest attempt's card, if it is one.</summary>
    public required PageCardResponse? Card { get; init; }

    /// <summary>The latest attempt's wallet, if it is one.</summary>
    public required WalletResponse? Wallet { get; init; }

    /// <summary>The latest attempt's bank, if it is one.</summary>
    public required NetbankingResponse? Netbanking { get; init; }

    /// <summary>What the customer has to do next; null if nothing.</summary>
    public required ActionResponse? Action { get; init; }

    /// <summary>Why the latest attempt failed; null unless it did.</summary>
    public required PageFailureResponse? Failure { get; init; }

    /// <summary>The latest attempt's id, which <c>replaces</c> names.</summary>
    public required string? Attempt { get; init; }

    /// <summary>What the customer reads on the payment.</summary>
    public required string? Description { get; init; }

    /// <summary>Where the customer's browser goes at the end.</summary>
    public required string? ReturnUrl { get; init; }

    /// <summary>The time until which the customer can pay.</summary>
    public required DateTime ExpiresAt { get; init; }

    /// <summary>The number of its latest event; it grows with each change.</summary>
    public required int Version { get; init; }

    /// <summary>Whether the payment is final: nothing changes any more unless the merchant calls.</summary>
    [JsonPropertyName("settled")]
    public required bool IsFinal { get; init; }

    /// <summary>What the order consists of; null if the merchant did not send it.</summary>
    public required BasketResponse? Basket { get; init; }

    /// <summary>Opens only this payment; only in the response to the request that created it.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>The page on which the customer can pay or follow the payment; only together with the client
    /// secret.</summary>
    public string? CheckoutUrl { get; init; }
}

/// <summary>A card, as its payer reads it.</summary>
public sealed record PageCardResponse
{
    /// <summary>The last four digits.</summary>
    public required string? Last4 { get; init; }

    /// <summary>The network, such as <c>visa</c>.</summary>
    public required string? Network { get; init; }
}

/// <summary>Why an attempt failed, as its payer reads it. The text for it is the page's: what providers write is for
/// merchants.</summary>
public sealed record PageFailureResponse
{
    /// <summary>The engine's or the provider's code of the failure.</summary>
    public required string Code { get; init; }

    /// <summary>The party that caused it.</summary>
    public required string Party { get; init; }
}

/// <summary>One step of a payment's history, as its payer reads it.</summary>
public sealed record PageEventResponse
{
    /// <summary>The event's number within the payment, from 1 without gaps.</summary>
    public required int Version { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTime At { get; init; }

    /// <summary>The status after it.</summary>
    public required string Status { get; init; }
}

/// <summary>What opens a payment's events and QR codes in a URL, for a short while.</summary>
public sealed record TicketResponse
{
    /// <summary>The ticket, for <c>?ticket=</c>.</summary>
    public required string Ticket { get; init; }

    /// <summary>Until when it opens them.</summary>
    public required DateTime ExpiresAt { get; init; }
}
