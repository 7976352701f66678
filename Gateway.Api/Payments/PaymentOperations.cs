using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Customers;
using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Gateway.Api.Queries;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>What the payment calls accept and return.</summary>
internal static class PaymentOperations
{
    private const string Tag = "Payments";

    public static readonly QueryParameter Wait = new()
    {
        Name = "wait",
        Meaning = "How many seconds to wait for a change from the version in If-None-Match or after; without them, as "
            + "long as the payment is PENDING.",
        Bounds = (0, 30),
    };

    public static readonly QueryParameter After = new()
    {
        Name = "after",
        Meaning = "The version that you have: with wait, the response is sent when the payment has a higher one.",
        Bounds = (0, int.MaxValue),
    };

    private static readonly QueryParameter Ticket = new()
    {
        Name = MerchantAuthentication.TicketParameter,
        Meaning = "A ticket of this payment, where a page cannot send a header.",
    };

    public static readonly ApiOperation IssueTicket = new()
    {
        Id = "createPaymentTicket",
        Tag = Tag,
        Summary = "Get a ticket, with which a page shows the payment's QR code or follows its events by a URL, without "
            + "a header. It opens nothing else, and lasts 5 minutes.",
        Body = TicketRequest.Shape,
        Responses = [new(201, "The ticket.", typeof(TicketResponse))],
        Errors = [ErrorCode.PaymentNotFound],
    };

    public static readonly ApiOperation Start = new()
    {
        Id = "startPayment",
        Tag = Tag,
        Summary = "Create a payment for an order: a server's own, or one that it signed for a page (order_token). The "
            + "response is sent when the payment is durable; the provider is called afterwards.",
        Body = StartPaymentRequest.Shape,
        TakesCards = true,
        PageBody = PagePaymentRequest.Shape,
        TakesIdempotencyKey = true,
        Responses =
        [
            new(
                202,
                "The payment or its next attempt was accepted, by this request or an earlier one with the same key.",
                typeof(PaymentResponse))
            {
                PageType = typeof(PagePaymentResponse), Headers = [ResponseHeaders.Location, ResponseHeaders.ETag],
            },
            new(
                200,
                "The order already has a payment with the same content; this is its current state.",
                typeof(PaymentResponse)) { Headers = [ResponseHeaders.Location, ResponseHeaders.ETag] },
        ],
        Errors =
        [
            ErrorCode.AmountInvalid, ErrorCode.CurrencyUnknown, ErrorCode.OrderIdInvalid, ErrorCode.CardInvalid,
            ErrorCode.OrderConflict, ErrorCode.PaymentArchived, ErrorCode.OutcomePending, ErrorCode.LimitReached,
            ErrorCode.NoProvider,
            ErrorCode.FlowNotSupported, ErrorCode.UpiCollectNotAllowed, ErrorCode.CustomerNotFound,
            ErrorCode.InstrumentNotFound, ErrorCode.InstrumentUnusable, ErrorCode.ConsentRequired,
            ErrorCode.MerchantNotFound, ErrorCode.OrderTokenRequired, ErrorCode.OrderTokenInvalid,
            ErrorCode.OrderTokenExpired, ErrorCode.TooManyAttempts, ErrorCode.AttemptsBlocked,
        ],
    };

    public static readonly ApiOperation Confirm = new()
    {
        Id = "confirmPayment",
        Tag = Tag,
        Summary =
            "Choose what a payment is paid with and start it; after a failure, start the next attempt; with replaces, "
            + "replace the attempt that waits for the customer.",
        Body = ConfirmPaymentRequest.Shape,
        TakesCards = true,
        TakesIdempotencyKey = true,
        Responses =
        [
            new(202, "The attempt was accepted.", typeof(PaymentResponse))
            {
                PageType = typeof(PagePaymentResponse), Headers = [ResponseHeaders.ETag],
            },
        ],
        Errors =
        [
            ErrorCode.CardInvalid, ErrorCode.PaymentNotFound, ErrorCode.StatusConflict, ErrorCode.PaymentArchived,
            ErrorCode.OutcomePending, ErrorCode.LimitReached, ErrorCode.NoProvider, ErrorCode.FlowNotSupported,
            ErrorCode.UpiCollectNotAllowed,
            ErrorCode.CustomerNotFound, ErrorCode.InstrumentNotFound, ErrorCode.InstrumentUnusable,
            ErrorCode.ConsentRequired, ErrorCode.TooManyAttempts, ErrorCode.AttemptsBlocked,
        ],
    };

    public static readonly ApiOperation ValidateUpi = new()
    {
        Id = "validatePaymentUpi",
        Tag = Tag,
        Summary =
            "Ask a provider whether a UPI ID exists, while a customer enters it. At most 10 per minute and payment. "
            + "The holder's name is returned only if the payment was created with a secret key.",
        Body = UpiIdRequest.Shape,
        Responses = [new(200, "What the provider reported.", typeof(UpiCheckResponse))],
        Errors = [ErrorCode.PaymentNotFound, ErrorCode.NoProvider, ErrorCode.ProviderRefused],
    };

    public static readonly ApiOperation Capture = new()
    {
        Id = "capturePayment",
        Tag = Tag,
        Summary = "Capture the authorised amount.",
        Body = CapturePaymentRequest.Shape,
        TakesIdempotencyKey = true,
        Responses =
        [
            new(202, "The capture was accepted; the provider is called afterwards.", typeof(PaymentResponse))
            {
                Headers = [ResponseHeaders.ETag],
            },
        ],
        Errors =
        [
            ErrorCode.AmountInvalid, ErrorCode.PaymentNotFound, ErrorCode.StatusConflict, ErrorCode.PaymentArchived,
            ErrorCode.OutcomePending, ErrorCode.CaptureAmountInvalid,
        ],
    };

    public static readonly ApiOperation Cancel = new()
    {
        Id = "cancelPayment",
        Tag = Tag,
        Summary = "Cancel a payment before it is captured.",
        Body = CancelPaymentRequest.Shape,
        TakesIdempotencyKey = true,
        Responses =
        [
            new(202, "The cancellation was accepted.", typeof(PaymentResponse)) { Headers = [ResponseHeaders.ETag] },
        ],
        Errors =
        [
            ErrorCode.PaymentNotFound, ErrorCode.StatusConflict, ErrorCode.OutcomePending, ErrorCode.PaymentArchived,
        ],
    };

    public static readonly ApiOperation Get = new()
    {
        Id = "getPayment",
        Tag = Tag,
        Summary = "Read a payment, now or as soon as it changes.",
        Query = [Wait, After],
        Responses =
        [
            new(200, "The payment. Its ETag is its version.", typeof(PaymentResponse))
            {
                PageType = typeof(PagePaymentResponse),
                Headers = [ResponseHeaders.ETag],
            },
            new(304, "The payment has not changed since the version in If-None-Match.")
            {
                Headers = [ResponseHeaders.ETag],
            },
        ],
        Errors = [ErrorCode.InvalidField, ErrorCode.PaymentNotFound, ErrorCode.PaymentArchived, ErrorCode.Overloaded],
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
        Errors = [ErrorCode.PaymentNotFound, ErrorCode.PaymentArchived],
    };

    public static readonly ApiOperation Events = new()
    {
        Id = "streamPaymentEvents",
        Tag = Tag,
        Query = [Ticket],
        Summary = "Follow a payment as server-sent events: its history, then each change, until it is final. "
            + "Last-Event-ID resumes after an event.",
        Responses =
        [
            new(
                200,
                "One event per step of the history, with a timeline entry as data, of which a page reads version, time "
                    + "and status; heartbeat events have none.",
                null,
                "text/event-stream"),
            new(204, "The payment is final, and the event in Last-Event-ID was its last."),
        ],
        Errors = [ErrorCode.InvalidField, ErrorCode.PaymentNotFound, ErrorCode.PaymentArchived, ErrorCode.Overloaded],
    };

    public static readonly ApiOperation QrSvg = new()
    {
        Id = "getPaymentQrSvg",
        Tag = Tag,
        Query = [Ticket],
        Summary = "The payment's UPI link as a QR code (SVG).",
        Responses = [new(200, "The image.", null, "image/svg+xml")],
        Errors = [ErrorCode.PaymentNotFound, ErrorCode.NotFound],
    };

    public static readonly ApiOperation QrPng = new()
    {
        Id = "getPaymentQrPng",
        Tag = Tag,
        Query = [Ticket],
        Summary = "The payment's UPI link as a QR code (PNG).",
        Responses = [new(200, "The image.", null, "image/png")],
        Errors = [ErrorCode.PaymentNotFound, ErrorCode.NotFound],
    };
}
