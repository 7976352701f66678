using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Gateway.Api.Queries;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Customers;

namespace PaymentCluster.Gateway.Api.Customers;

/// <summary>The query of <c>GET transactions</c>.</summary>
internal static class TransactionsQuery
{
    private const int DefaultLimit = 20;
    private const int MaxCursorLength = 64;

    public static readonly QueryParameter[] Parameters =
    [
        new()
        {
            Name = "type",
            Meaning = "Only payments, or only refunds.",
            Choices = CustomersMapping.TransactionKinds.All,
        },
        new()
        {
            Name = "method",
            Meaning = "Only payments and refunds with this kind of instrument.",
            Choices = PaymentWords.Methods.All,
        },
        PaymentsQuery.CurrencyCode("Only in this currency, an ISO 4217 code."),
        new()
        {
            Name = "created_from", Meaning = "Only payments and refunds accepted at or after this time.", IsTime = true,
        },
        new() { Name = "created_to", Meaning = "Only payments and refunds accepted before this time.", IsTime = true },
        PaymentsQuery.Limit,
        new() { Name = "cursor", Meaning = "The next_cursor of the previous page." },
    ];

    /// <exception cref="ProblemException">A parameter is malformed.</exception>
    public static TransactionQuery Read(HttpContext http, string customer)
    {
        var errors = new InputErrors();
        var query = new TransactionQuery
        {
            CustomerId = customer,
            Kind = QueryReader.Word(http, "type", CustomersMapping.TransactionKinds, errors),
            Method = QueryReader.Word(http, "method", PaymentWords.Methods, errors),
            Currency = CurrencyOf(http, errors),
            From = QueryReader.Time(http, "created_from", errors),
            To = QueryReader.Time(http, "created_to", errors),
            Before = Cursor(http, errors),
            Limit = QueryReader.Integer(http, PaymentsQuery.Limit, DefaultLimit, errors),
        };
        return errors.Any ? throw new ProblemException(errors) : query;
    }

    private static string? CurrencyOf(HttpContext http, InputErrors errors)
    {
        var text = QueryReader.Text(http, "currency", 3, errors);
        if (text is not null && !Currency.TryParse(text, out _))
        {
            errors.Add(ErrorCode.CurrencyUnknown, "currency", "must be an ISO 4217 code such as INR");
        }

        return text;
    }

    private static TransactionPlace? Cursor(HttpContext http, InputErrors errors)
    {
        if (!http.Request.Query.ContainsKey("cursor"))
        {
            return null;
        }

        var text = QueryReader.Text(http, "cursor", MaxCursorLength, new InputErrors());
        var place = text is null ? null : TransactionCursor.Read(text);
        if (place is null)
        {
            errors.Add(ErrorCode.CursorInvalid, "cursor", "must be the next_cursor of a page of this list");
        }

        return place;
    }
}
