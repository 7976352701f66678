using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Queries;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>The query of <c>GET /payments</c>.</summary>
internal static class PaymentsQuery
{
    private const int DefaultLimit = 20;
    private const int MaxIdLength = 64;
    private const int MaxCursorLength = 64;

    public static readonly QueryParameter Limit =
        new() { Name = "limit", Meaning = "The maximum number of items; 20 if it is left out.", Bounds = (1, 100) };

    public static readonly QueryParameter[] Parameters =
    [
        new() { Name = "order_id", Meaning = "Only the payment of this order." },
        new() { Name = "customer_id", Meaning = "Only this customer's payments." },
        new()
        {
            Name = "status",
            Meaning = "Only payments in this status.",
            Choices = PaymentWords.Statuses.All,
        },
        new()
        {
            Name = "method",
            Meaning = "Only payments with this kind of instrument.",
            Choices = PaymentWords.Methods.All,
        },
        new() { Name = "created_from", Meaning = "Only payments accepted at or after this time.", IsTime = true },
        new() { Name = "created_to", Meaning = "Only payments accepted before this time.", IsTime = true },
        Limit,
        new() { Name = "cursor", Meaning = "The next_cursor of the previous page." },
    ];

    /// <summary>A parameter with a currency.</summary>
    public static QueryParameter CurrencyCode(string meaning) => new()
    {
        Name = "currency", Meaning = meaning, Pattern = JsonText.SchemaPattern(PaymentPatterns.Currency()),
    };

    /// <exception cref="ProblemException">A parameter is malformed.</exception>
    public static PaymentListQuery Read(HttpContext http)
    {
        var errors = new InputErrors();
        var query = new PaymentListQuery
        {
            OrderId = QueryReader.Text(http, "order_id", MaxIdLength, errors),
            CustomerId = QueryReader.Text(http, "customer_id", MaxIdLength, errors),
            Status = QueryReader.Word(http, "status", PaymentWords.Statuses, errors),
            Method = QueryReader.Word(http, "method", PaymentWords.Methods, errors),
            CreatedFrom = QueryReader.Time(http, "created_from", errors),
            CreatedTo = QueryReader.Time(http, "created_to", errors),
            Before = Cursor(http, errors),
            Limit = QueryReader.Integer(http, Limit, DefaultLimit, errors),
        };
        return errors.Any ? throw new ProblemException(errors) : query;
    }

    /// <summary>The payment at which the previous page ended; null on the first one.</summary>
    public static PaymentId? Cursor(HttpContext http, InputErrors errors)
    {
        if (!http.Request.Query.ContainsKey("cursor"))
        {
            return null;
        }

        if (QueryReader.Text(http, "cursor", MaxCursorLength, new InputErrors()) is { } text
            && PaymentCursor.TryRead(text, out var last))
        {
            return last;
        }

        errors.Add(ErrorCode.CursorInvalid, "cursor", "must be the next_cursor of a page of this list");
        return null;
    }
}
