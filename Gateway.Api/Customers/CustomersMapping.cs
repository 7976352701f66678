using System.Collections.Immutable;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Customers;

/// <summary>From the grains' views to the API's responses.</summary>
internal static class CustomersMapping
{
    public static CustomerRecordResponse ToResponse(CustomerView view) => new()
    {
        Id = view.Id,
        Name = view.Name,
        Email = view.Email,
        Phone = view.Phone,
        CreatedAt = view.CreatedAt.UtcDateTime,
        ErasedAt = view.ErasedAt?.UtcDateTime,
    };

    public static WalletConfigurationResponse ToResponse(WalletView view) => new()
    {
        Version = view.Version,
        DefaultInstrument = view.Preferences.DefaultInstrument,
        Order = [.. view.Preferences.Order],
        DisabledMethods = [.. view.Preferences.DisabledMethods.Select(PaymentNames.Of)],
        PreferredProviders = [.. view.Preferences.PreferredProviders],
        UpiApp = view.Preferences.UpiApp,
        NotifyByEmail = view.Preferences.NotifyByEmail,
        NotifyBySms = view.Preferences.NotifyBySms,
        Cards = [.. view.Cards.Select(ToResponse)],
        Upi = [.. view.UpiIds.Select(ToResponse)],
        Wallets = [.. view.Wallets.Select(ToResponse)],
    };

    public static SavedCardResponse ToResponse(SavedCardView card) => new()
    {
        Token = card.Token,
        Last4 = card.Last4,
        Network = card.Network,
        Issuer = card.Issuer,
        ExpiryMonth = card.ExpiryMonth,
        ExpiryYear = card.ExpiryYear,
        Label = card.Label,
        Provider = card.Provider,
        ConsentedAt = card.ConsentedAt.UtcDateTime,
        ConsentText = card.ConsentText,
    };

    public static SavedCardListResponse ToCards(WalletView view) => new() { Data = [.. view.Cards.Select(ToResponse)] };

    public static SavedUpiResponse ToResponse(SavedUpiView upi) =>
        new() { Id = upi.Id, Vpa = upi.Vpa, SavedAt = upi.SavedAt.UtcDateTime };

    public static SavedUpiListResponse ToUpiIds(WalletView view) =>
        new() { Data = [.. view.UpiIds.Select(ToResponse)] };

    public static UpiCheckResponse ToResponse(UpiIdView upi) =>
        new() { Vpa = upi.Vpa, Valid = upi.Valid, Name = upi.Name };

    public static LinkedWalletResponse ToResponse(LinkedWalletView wallet) => new()
    {
        Wallet = wallet.Wallet,
        Provider = wallet.Provider,
        Linked = wallet.Linked,
        ConsentUrl = wallet.ConsentUrl,
        Balance = wallet.Balance?.AmountMinor,
        Currency = wallet.Balance?.Currency.Code,
        LinkedAt = wallet.LinkedAt?.UtcDateTime,
    };

    public static InstrumentListResponse ToResponse(ImmutableArray<InstrumentView> instruments) => new()
    {
        Data =
        [
            .. instruments.Select(instrument => new InstrumentResponse
            {
                Id = instrument.Id,
                Method = PaymentNames.Of(instrument.Kind),
                Title = instrument.Title,
                Saved = instrument.Saved,
                Usable = instrument.Usable,
                Reason = instrument.Reason,
            }),
        ],
    };

    public static TransactionListResponse ToResponse(TransactionPage page) => new()
    {
        Data = [.. page.Transactions.Select(ToResponse)],
        NextCursor = page.HasMore && !page.Transactions.IsEmpty ? TransactionCursor.Write(
            page.Transactions[^1].Place) : null,
        Totals =
        [
            .. page.Totals.Select(total => new TransactionTotalResponse
            {
                Currency = total.Currency.Code,
                Payments = total.Payments,
                Paid = total.PaidMinor,
                Refunds = total.Refunds,
                Refunded = total.RefundedMinor,
            }),
        ],
    };

    /// <summary>The words of kinds of transactions.</summary>
    public static readonly Words<TransactionKind> TransactionKinds = new(NameOf);

    private static string NameOf(TransactionKind kind) => kind switch
    {
        TransactionKind.Payment => "payment",
        TransactionKind.Refund => "refund",
    };

    private static TransactionResponse ToResponse(Transaction transaction)
    {
        var (payment, refund) = (transaction.Place.Payment, transaction.Place.Refund);
        return new TransactionResponse
        {
            Type = NameOf(refund == 0 ? TransactionKind.Payment : TransactionKind.Refund),
            Id = refund == 0 ? payment.ToString() : new RefundId { Payment = payment, Number = refund }.ToString(),
            PaymentId = payment.ToString(),
            OrderId = transaction.OrderId,
            Amount = transaction.Amount.AmountMinor,
            Currency = transaction.Amount.Currency.Code,
            Status = transaction.Status is { } status ? PaymentNames.Of(status) : PaymentNames.Of(
                transaction.RefundStatus!.Value),
            Method = transaction.Method is { } method ? PaymentNames.Of(method) : null,
            CreatedAt = transaction.Place.At.UtcDateTime,
        };
    }
}
