using System.Text.Json.Serialization;
using PaymentCluster.Gateway.Api.Refunds;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>A payment. Amounts are whole numbers in the minor unit of the currency (paise, cents).</summary>
public sealed record PaymentResponse
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

    /// <summary>The authorised amount.</summary>
    public required long AuthorizedAmount { get; init; }

    /// <summary>The captured amount.</summary>
    public required long CapturedAmount { get; init; }

    /// <summary>The refunded amount, without pending refunds.</summary>
    public required long RefundedAmount { get; init; }

    /// <summary>How much of the captured amount was refunded.</summary>
    public required string RefundStatus { get; init; }

    /// <summary>Who captures: the engine at once, or the merchant by the capture call.</summary>
    public required string Capture { get; init; }

    /// <summary>The kind of instrument of the latest attempt; null before there is one.</summary>
    public required string? Method { get; init; }

    /// <summary>The latest attempt's UPI details, if it is one.</summary>
    public required UpiResponse? Upi { get; init; }

    /// <summary>The latest attempt's card, if it is one.</summary>
    public required CardResponse? Card { get; init; }

    /// <summary>The latest attempt's wallet, if it is one.</summary>
    public required WalletResponse? Wallet { get; init; }

    /// <summary>The latest attempt's bank, if it is one.</summary>
    public required NetbankingResponse? Netbanking { get; init; }

    /// <summary>What the customer has to do next; null if nothing.</summary>
    public required ActionResponse? Action { get; init; }

    /// <summary>Why the latest attempt failed; null unless it did.</summary>
    public required FailureResponse? Failure { get; init; }

    /// <summary>The provider of the latest attempt.</summary>
    public required string? Provider { get; init; }

    /// <summary>The latest attempt's id, under which the provider knows it.</summary>
    public required string? Attempt { get; init; }

    /// <summary>The provider's id of the payment, once known.</summary>
    public required string? ProviderReference { get; init; }

    /// <summary>The reference that the customer's bank shows, once known.</summary>
    public required string? BankReference { get; init; }

    /// <summary>The merchant's id of the customer.</summary>
    public required string? CustomerId { get; init; }

    /// <summary>The customer; null if nothing is known of them.</summary>
    public required CustomerResponse? Customer { get; init; }

    /// <summary>What the customer reads on the payment.</summary>
    public required string? Description { get; init; }

    /// <summary>Where the customer's browser goes at the end.</summary>
    public required string? ReturnUrl { get; init; }

    /// <summary>The merchant's own pairs.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>The refunds, oldest first.</summary>
    public required RefundResponse[] Refunds { get; init; }

    /// <summary>Money that the provider reported and that was not requested, oldest first.</summary>
    public required UnexpectedMoneyResponse[] Unexpected { get; init; }

    /// <summary>When it was accepted.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public required DateTime UpdatedAt { get; init; }

    /// <summary>The time until which the customer can pay.</summary>
    public required DateTime ExpiresAt { get; init; }

    /// <summary>The number of its latest event; it grows with each change.</summary>
    public required int Version { get; init; }

    /// <summary>Whether the payment is final: nothing changes any more unless the merchant calls.</summary>
    [JsonPropertyName("settled")]
    public required bool IsFinal { get; init; }

    /// <summary>Whether its history is archived: then only its status, amounts, method and times are shown.</summary>
    public required bool Archived { get; init; }

    /// <summary>What the order consists of; null if the merchant did not send it.</summary>
    public required BasketResponse? Basket { get; init; }

    /// <summary>Opens only this payment, for the customer's browser; only in the response to
    /// <c>"confirm": false</c>.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>The page on which the customer pays; only together with the client secret.</summary>
    public string? CheckoutUrl { get; init; }
}

/// <summary>What an order consists of, in minor units.</summary>
public sealed record BasketResponse
{
    /// <summary>The items.</summary>
    public required BasketItemResponse[] Items { get; init; }

    /// <summary>The discount.</summary>
    public required long Discount { get; init; }

    /// <summary>The price of delivery.</summary>
    public required long Shipping { get; init; }

    /// <summary>What the customer saves in all.</summary>
    public required long Savings { get; init; }
}

/// <summary>One line of a basket.</summary>
public sealed record BasketItemResponse
{
    /// <summary>What it is.</summary>
    public required string Name { get; init; }

    /// <summary>How many.</summary>
    public required int Quantity { get; init; }

    /// <summary>The price of one.</summary>
    public required long UnitAmount { get; init; }
}

/// <summary>How a UPI payment reaches the customer.</summary>
public sealed record UpiResponse
{
    /// <summary>The flow.</summary>
    public required string? Flow { get; init; }

    /// <summary>The customer's UPI ID; for collect only.</summary>
    public required string? Vpa { get; init; }
}

/// <summary>A card, as far as it may be shown.</summary>
public sealed record CardResponse
{
    /// <summary>The last four digits.</summary>
    public required string? Last4 { get; init; }

    /// <summary>The network, such as <c>visa</c>.</summary>
    public required string? Network { get; init; }

    /// <summary>The saved card's token; null for a card that was typed in.</summary>
    public required string? Token { get; init; }
}

/// <summary>A wallet.</summary>
public sealed record WalletResponse
{
    /// <summary>The wallet's code.</summary>
    public required string? Provider { get; init; }
}

/// <summary>A bank.</summary>
public sealed record NetbankingResponse
{
    /// <summary>The bank's code.</summary>
    public required string? Bank { get; init; }
}

/// <summary>A step that only the customer can take.</summary>
public sealed record ActionResponse
{
    /// <summary>What to do: <c>redirect</c> the browser to the URL, open it on a phone (<c>upi_intent</c>), show it as
    /// a QR code (<c>upi_qr</c>), wait for the approval in the customer's UPI app (<c>upi_approve</c>), post the fields
    /// to the URL with the browser (<c>form</c>), or show the page in a frame of its own (<c>page</c>).</summary>
    public required string Type { get; init; }

    /// <summary>The link, exactly as the provider sent it.</summary>
    public required string? Url { get; init; }

    /// <summary>The fields of the form, exactly as the provider sent them; null for other steps.</summary>
    public required IReadOnlyDictionary<string, string>? Fields { get; init; }

    /// <summary>The page, exactly as the provider sent it: foreign markup, for a sandboxed frame; null for other
    /// steps.</summary>
    public required string? Html { get; init; }

    /// <summary>The path of the link as a QR code, for UPI links.</summary>
    public required string? QrSvg { get; init; }

    /// <summary>The same as PNG.</summary>
    public required string? QrPng { get; init; }
}

/// <summary>Why an attempt or a refund failed.</summary>
public sealed record FailureResponse
{
    /// <summary>The engine's or the provider's code of the failure.</summary>
    public required string Code { get; init; }

    /// <summary>The reason in one sentence.</summary>
    public required string Message { get; init; }

    /// <summary>The party that caused it.</summary>
    public required string Party { get; init; }
}

/// <summary>The customer who pays.</summary>
public sealed record CustomerResponse
{
    /// <summary>Name.</summary>
    public required string? Name { get; init; }

    /// <summary>E-mail address.</summary>
    public required string? Email { get; init; }

    /// <summary>Phone number.</summary>
    public required string? Phone { get; init; }
}

/// <summary>Money that a provider reported and that was not requested.</summary>
public sealed record UnexpectedMoneyResponse
{
    /// <summary>Its number within the payment, from 1; the path that clears it ends with it.</summary>
    public required int Id { get; init; }

    /// <summary>The attempt that it is about.</summary>
    public required string Attempt { get; init; }

    /// <summary><c>received</c> from a customer, or <c>paid_out</c> to one.</summary>
    public required string Direction { get; init; }

    /// <summary>The amount, in the minor unit of the currency.</summary>
    public required long Amount { get; init; }

    /// <summary>ISO 4217 code; it may be another one than the payment's.</summary>
    public required string Currency { get; init; }

    /// <summary>The provider's id of it.</summary>
    public required string? ProviderReference { get; init; }

    /// <summary>What was reported, in one sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>When it was reported.</summary>
    public required DateTime ReportedAt { get; init; }

    /// <summary>Whether an operator has looked at it.</summary>
    public required bool Cleared { get; init; }
}

/// <summary>One page of payments, newest first.</summary>
public sealed record PaymentListResponse
{
    /// <summary>The payments.</summary>
    public required PaymentSummaryResponse[] Data { get; init; }

    /// <summary>The <c>cursor</c> of the next page; null on the last one.</summary>
    public required string? NextCursor { get; init; }
}

/// <summary>A payment as a line of a list.</summary>
public sealed record PaymentSummaryResponse
{
    /// <summary>The payment's id.</summary>
    public required string Id { get; init; }

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

    /// <summary>The refunded amount.</summary>
    public required long RefundedAmount { get; init; }

    /// <summary>The latest attempt's kind of instrument; null before there is one.</summary>
    public required string? Method { get; init; }

    /// <summary>The merchant's id of the customer.</summary>
    public required string? CustomerId { get; init; }

    /// <summary>When it was accepted.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public required DateTime UpdatedAt { get; init; }

    /// <summary>The number of its latest event.</summary>
    public required int Version { get; init; }
}

/// <summary>A payment's history, oldest first.</summary>
public sealed record TimelineResponse
{
    /// <summary>What happened.</summary>
    public required TimelineEntryResponse[] Data { get; init; }
}

/// <summary>One step of a payment's history.</summary>
public sealed record TimelineEntryResponse
{
    /// <summary>The event's number within the payment, from 1 without gaps.</summary>
    public required int Version { get; init; }

    /// <summary>What happened, such as <c>payment_captured</c>.</summary>
    public required string Type { get; init; }

    /// <summary>When.</summary>
    public required DateTime At { get; init; }

    /// <summary>The same in one sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>The status after it.</summary>
    public required string Status { get; init; }
}
