using PaymentCluster.Gateway.Api.Refunds;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>From the grains' views to the API's responses.</summary>
internal static class PaymentsMapping
{
    /// <summary>The root of the API's paths.</summary>
    public const string Root = "/api/v1";

    public static string PathOf(PaymentId id) => $"{Root}/payments/{id}";

    /// <summary>A payment, as its merchant's servers read it.</summary>
    public static PaymentResponse ToResponse(PaymentView view, string? message = null)
    {
        var id = view.Id.ToString();
        return new PaymentResponse
        {
            Id = id,
            Message = message,
            OrderId = view.OrderId,
            Status = PaymentNames.Of(view.Status),
            Amount = view.Amount.AmountMinor,
            Currency = view.Amount.Currency.Code,
            AuthorizedAmount = view.AuthorizedMinor,
            CapturedAmount = view.CapturedMinor,
            RefundedAmount = view.RefundedMinor,
            RefundStatus = PaymentNames.Of(view.RefundStatus),
            Capture = PaymentNames.Of(view.Capture),
            Method = view.Method is { } method ? PaymentNames.Of(method.Kind) : null,
            Upi = view.Method is { Kind: PaymentMethodKind.Upi } upi
                ? new UpiResponse { Flow = upi.Flow is { } flow ? PaymentNames.Of(flow) : null, Vpa = upi.Vpa }
                : null,
            Card = view.Method is { Kind: PaymentMethodKind.Card } card
                ? new CardResponse
                {
                    Last4 =
                    card.CardLast4, Network = card.CardNetwork, Token = card.Saved
                }
                : null,
            Wallet = view.Method is { Kind: PaymentMethodKind.Wallet } wallet
                ? new WalletResponse { Provider = wallet.Wallet }
                : null,
            Netbanking = view.Method is { Kind: PaymentMethodKind.Netbanking } bank
                ? new NetbankingResponse { Bank = bank.Bank }
                : null,
            Action = view.Action is { } action ? ToResponse(action, id) : null,
            Failure = ToResponse(view.Failure),
            Provider = view.Provider,
            Attempt = view.Attempt?.ToString(),
            ProviderReference = view.ProviderReference,
            BankReference = view.BankReference,
            CustomerId = view.Customer.Id,
            Customer = ToResponse(view.Customer),
            Description = view.Description,
            ReturnUrl = view.ReturnUrl,
            Metadata = view.Metadata,
            Refunds = view.Refunds.IsDefaultOrEmpty ? [] : RefundsMapping.ToResponses(view.Refunds, id),
            Unexpected = view.Unexpected.IsDefaultOrEmpty ? [] : [.. view.Unexpected.Select(ToResponse)],
            CreatedAt = view.CreatedAt.UtcDateTime,
            UpdatedAt = view.UpdatedAt.UtcDateTime,
            ExpiresAt = view.ExpiresAt.UtcDateTime,
            Version = view.Version,
            IsFinal = view.IsFinal,
            Archived = view.IsArchived,
            Basket = ToResponse(view.Basket),
        };
    }

    private static UnexpectedMoneyResponse ToResponse(UnexpectedMoneyView money) => new()
    {
        Id = money.Number,
        Attempt = money.Attempt.ToString(),
        Direction = PaymentNames.Of(money.Direction),
        Amount = money.Amount.AmountMinor,
        Currency = money.Amount.Currency.Code,
        ProviderReference = money.ProviderReference,
        Reason = money.Reason,
        ReportedAt = money.ReportedAt.UtcDateTime,
        Cleared = money.IsCleared,
    };

    /// <summary>A payment, as its payer's browser reads it.</summary>
    public static PagePaymentResponse ToPageResponse(PaymentView view, string? message = null) => new()
    {
        Id = view.Id.ToString(),
        Message = message,
        OrderId = view.OrderId,
        Status = PaymentNames.Of(view.Status),
        Amount = view.Amount.AmountMinor,
        Currency = view.Amount.Currency.Code,
        CapturedAmount = view.CapturedMinor,
        RefundedAmount = view.RefundedMinor,
        Method = view.Method is { } method ? PaymentNames.Of(method.Kind) : null,
        UpiFlow = view.Method is { Kind: PaymentMethodKind.Upi, Flow: { } flow } ? PaymentNames.Of(flow) : null,
        Card = view.Method is { Kind: PaymentMethodKind.Card } card
            ? new PageCardResponse { Last4 = card.CardLast4, Network = card.CardNetwork }
            : null,
        Wallet = view.Method is { Kind: PaymentMethodKind.Wallet } wallet
            ? new WalletResponse { Provider = wallet.Wallet }
            : null,
        Netbanking = view.Method is { Kind: PaymentMethodKind.Netbanking } bank
            ? new NetbankingResponse { Bank = bank.Bank }
            : null,
        Action = view.Action is { } action ? ToResponse(action, view.Id.ToString()) : null,
        Failure = view.Failure is { } failure
            ? new PageFailureResponse { Code = failure.Code, Party = PaymentNames.Of(failure.Party) }
            : null,
        Attempt = view.Attempt?.ToString(),
        Description = view.Description,
        ReturnUrl = view.ReturnUrl,
        ExpiresAt = view.ExpiresAt.UtcDateTime,
        Version = view.Version,
        IsFinal = view.IsFinal,
        Basket = ToResponse(view.Basket),
    };

    /// <summary>One step of a payment's history, as its payer's browser reads it.</summary>
    public static PageEventResponse ToPageResponse(TimelineEntry entry) => new()
    {
        Version = entry.Version, At = entry.At.UtcDateTime, Status = PaymentNames.Of(entry.Status),
    };

    public static PaymentListResponse ToResponse(PaymentPage page) => new()
    {
        Data = [.. page.Payments.Select(ToResponse)],
        NextCursor = page.HasMore && page.Payments.Length > 0 ? PaymentCursor.Write(page.Payments[^1].Id) : null,
    };

    public static TimelineEntryResponse ToResponse(TimelineEntry entry) => new()
    {
        Version = entry.Version,
        Type = entry.Type,
        At = entry.At.UtcDateTime,
        Summary = entry.Summary,
        Status = PaymentNames.Of(entry.Status),
    };

    public static FailureResponse? ToResponse(Failure? failure) => failure is null
        ? null
        : new FailureResponse
        {
            Code =
            failure.Code, Message = failure.Message, Party = PaymentNames.Of(failure.Party)
        };

    /// <summary>The link to show as a QR code; null if the customer's step is another.</summary>
    public static string? QrLink(CustomerAction? action) =>
        action is { Kind: CustomerActionKind.UpiIntent or CustomerActionKind.UpiQr, Url: { } url }
        && url.StartsWith("upi://", StringComparison.Ordinal)
            ? url
            : null;

    /// <summary>Whether the payment is final, unless the merchant calls: event streams end here.</summary>
    public static bool IsFinal(PaymentView view) => view is
    {
        IsFinal: true,
        Status: PaymentStatus.Success or PaymentStatus.Failed or PaymentStatus.Cancelled or PaymentStatus.Expired,
    };

    private static ActionResponse ToResponse(CustomerAction action, string id)
    {
        var hasQr = QrLink(action) is not null;
        return new ActionResponse
        {
            Type = PaymentNames.Of(action.Kind),
            Url = action.Url,
            Fields = action.Fields,
            Html = action.Html,
            QrSvg = hasQr ? $"{Root}/payments/{id}/qr.svg" : null,
            QrPng = hasQr ? $"{Root}/payments/{id}/qr.png" : null,
        };
    }

    private static BasketResponse? ToResponse(Basket? basket) => basket is null ? null : new BasketResponse
    {
        Items =
        [
            .. basket.Items.Select(item => new BasketItemResponse
            {
                Name = item.Name, Quantity = item.Quantity, UnitAmount = item.UnitAmountMinor,
            }),
        ],
        Discount = basket.DiscountMinor,
        Shipping = basket.ShippingMinor,
        Savings = basket.SavingsMinor,
    };

    private static CustomerResponse? ToResponse(Customer customer) =>
        customer is { Name: null, Email: null, Phone: null }
        ? null
        : new CustomerResponse { Name = customer.Name, Email = customer.Email, Phone = customer.Phone };

    private static PaymentSummaryResponse ToResponse(PaymentSummary summary) => new()
    {
        Id = summary.Id.ToString(),
        OrderId = summary.OrderId,
        Status = PaymentNames.Of(summary.Status),
        Amount = summary.Amount.AmountMinor,
        Currency = summary.Amount.Currency.Code,
        CapturedAmount = summary.CapturedMinor,
        RefundedAmount = summary.RefundedMinor,
        Method = summary.Method is { } kind ? PaymentNames.Of(kind) : null,
        CustomerId = summary.CustomerId,
        CreatedAt = summary.CreatedAt.UtcDateTime,
        UpdatedAt = summary.UpdatedAt.UtcDateTime,
        Version = summary.Version,
    };
}
