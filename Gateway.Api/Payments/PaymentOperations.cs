using PaymentCluster.Gateway.Api.Customers;
using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Gateway.Api.Queries;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>What the payment calls take and answer.</summary>
internal static class PaymentOperations
{
    private const string Tag = "Payments";

    public static readonly QueryParameter Wait = new()
    {
        Name = "wait",
        Meaning = "Seconds to wait for the payment to change from what If-None-Match or after names; without them, while it is PENDING.",
        Bounds = (0, 30),
    };

    public static readonly QueryParameter After = new()
    {
        Name = "after",
        Meaning = "The version that you have: with wait, the response comes when the payment has a higher one.",
        Bounds = (0, int.MaxValue),
    };

    public static readonly ApiOperation Start = new()
    {
        Id = "startPayment",
        Tag = Tag,
        Summary = "Take a payment for an order. The answer comes when the payment is durable; the provider is asked afterwards.",
        Body = StartPaymentRequest.Shape,
        TakesIdempotencyKey = true,
        Responses =
        [
            new(
                202,
                "The payment or its next attempt was accepted, now or by this request before.",
                typeof(PaymentResponse)),
            new(200, "The order's payment exists with the same content; this is how it stands.", typeof(PaymentResponse)),
        ],
        Errors =
        [
            ErrorCode.AmountInvalid, ErrorCode.CurrencyUnknown, ErrorCode.OrderIdInvalid, ErrorCode.CardInvalid,
            ErrorCode.OrderConflict, ErrorCode.OutcomePending, ErrorCode.LimitReached, ErrorCode.NoProvider,
            ErrorCode.FlowNotSupported, ErrorCode.UpiCollectNotAllowed, ErrorCode.CustomerNotFound,
            ErrorCode.InstrumentNotFound, ErrorCode.InstrumentUnusable, ErrorCode.ConsentRequired, ErrorCode.MerchantNotFound,
        ],
    };

    public static readonly ApiOperation Confirm = new()
    {
        Id = "confirmPayment",
        Tag = Tag,
        Summary =
            "Say what a payment is paid with, and start it; after a failure, start the next attempt; with replaces, "
            + "start another one instead of the one that waits for its customer's step.",
        Body = ConfirmPaymentRequest.Shape,
        TakesIdempotencyKey = true,
        Responses = [new(202, "The attempt was accepted.", typeof(PaymentResponse))],
        Errors =
        [
            ErrorCode.CardInvalid, ErrorCode.PaymentNotFound, ErrorCode.StatusConflict, ErrorCode.OutcomePending,
            ErrorCode.LimitReached, ErrorCode.NoProvider, ErrorCode.FlowNotSupported, ErrorCode.UpiCollectNotAllowed, ErrorCode.CustomerNotFound,
            ErrorCode.InstrumentNotFound, ErrorCode.InstrumentUnusable, ErrorCode.ConsentRequired,
        ],
    };

    public static readonly ApiOperation ValidateUpi = new()
    {
        Id = "validatePaymentUpi",
        Tag = Tag,
        Summary =
            "Ask a provider whether a UPI id can be paid from, while a customer enters it. So many in a minute; the "
            + "holder's name is told where the merchant's server made the payment.",
        Body = UpiIdRequest.Shape,
        Responses = [new(200, "As it stands.", typeof(UpiCheckResponse))],
        Errors = [ErrorCode.PaymentNotFound, ErrorCode.NoProvider, ErrorCode.ProviderRefused],
    };

    public static readonly ApiOperation Capture = new()
    {
        Id = "capturePayment",
        Tag = Tag,
        Summary = "Capture the authorised amount.",
        Body = CapturePaymentRequest.Shape,
        TakesIdempotencyKey = true,
        Responses = [new(202, "The capture was accepted; the provider is asked.", typeof(PaymentResponse))],
        Errors =
        [
            ErrorCode.AmountInvalid, ErrorCode.PaymentNotFound, ErrorCode.StatusConflict, ErrorCode.OutcomePending,
            ErrorCode.CaptureAmountInvalid,
        ],
    };

    public static readonly ApiOperation Cancel = new()
    {
        Id = "cancelPayment",
        Tag = Tag,
        Summary = "Give a payment up before it is captured.",
        Body = CancelPaymentRequest.Shape,
        TakesIdempotencyKey = true,
        Responses = [new(202, "The cancellation was accepted.", typeof(PaymentResponse))],
        Errors = [ErrorCode.PaymentNotFound, ErrorCode.StatusConflict, ErrorCode.OutcomePending],
    };

    public static readonly ApiOperation Get = new()
    {
        Id = "getPayment",
        Tag = Tag,
        Summary = "Read a payment, now or as soon as it changes.",
        Query = [Wait, After],
        Responses =
        [
            new(200, "The payment; its ETag is its version.", typeof(PaymentResponse)),
            new(304, "The payment has not changed from the version of If-None-Match."),
        ],
        Errors = [ErrorCode.InvalidField, ErrorCode.PaymentNotFound, ErrorCode.Overloaded],
    };

    public static readonly ApiOperation List = new()
    {
        Id = "listPayments",
        Tag = Tag,
        Summary = "List payments, newest first.",
        Query = PaymentsQuery.Parameters,
        Responses = [new(200, "A page.", typeof(PaymentListResponse))],
        Errors = [ErrorCode.InvalidField, ErrorCode.CursorInvalid],
    };

    public static readonly ApiOperation Timeline = new()
    {
        Id = "getPaymentTimeline",
        Tag = Tag,
        Summary = "Read a payment's history, oldest first.",
        Responses = [new(200, "The history.", typeof(TimelineResponse))],
        Errors = [ErrorCode.PaymentNotFound],
    };

    public static readonly ApiOperation Events = new()
    {
        Id = "streamPaymentEvents",
        Tag = Tag,
        Summary = "Follow a payment as server-sent events: its history, then what happens, until it is final. "
            + "Last-Event-ID resumes.",
        Responses =
        [
            new(200, "One event per step of the history, its data a timeline entry; events of type heartbeat carry none.", null, "text/event-stream"),
            new(204, "Nothing more happens after the event of Last-Event-ID."),
        ],
        Errors = [ErrorCode.InvalidField, ErrorCode.PaymentNotFound, ErrorCode.Overloaded],
    };

    public static readonly ApiOperation QrSvg = new()
    {
        Id = "getPaymentQrSvg",
        Tag = Tag,
        Summary = "The payment's UPI link as a QR code (SVG).",
        Responses = [new(200, "The image.", null, "image/svg+xml")],
        Errors = [ErrorCode.PaymentNotFound, ErrorCode.NotFound],
    };

    public static readonly ApiOperation QrPng = new()
    {
        Id = "getPaymentQrPng",
        Tag = Tag,
        Summary = "The payment's UPI link as a QR code (PNG).",
        Responses = [new(200, "The image.", null, "image/png")],
        Errors = [ErrorCode.PaymentNotFound, ErrorCode.NotFound],
    };
}
