using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Customers;

namespace PaymentCluster.Grains.Customers;

/// <summary>What is shown of a customer's document.</summary>
internal static class CustomerMapping
{
    /// <summary>The customer, as the merchant sees them.</summary>
    public static CustomerView View(string id, CustomerDocument customer) => new()
    {
        Id = id,
        Name = customer.Name,
        Email = customer.Email,
        Phone = customer.Phone,
        CreatedAt = customer.CreatedAt,
        ErasedAt = customer.ErasedAt,
    };

    /// <summary>The wallet configuration, as the customer sees it.</summary>
    public static WalletView View(CustomerDocument customer) => new()
    {
        Version = customer.Version,
        Preferences = customer.Preferences,
        Cards = [.. customer.Cards.Select(View)],
        UpiIds = [.. customer.UpiIds.Select(View)],
        Wallets = [.. customer.Wallets.Select(wallet => View(wallet, balance: null))],
    };

    /// <summary>A saved card.</summary>
    public static SavedCardView View(StoredCard card) => new()
    {
        Token = card.Token,
        Last4 = card.Last4,
        Network = card.Network,
        Issuer = card.Issuer,
        ExpiryMonth = card.ExpiryMonth,
        ExpiryYear = card.ExpiryYear,
        Label = card.Label,
        Provider = card.Provider,
        ConsentedAt = card.ConsentedAt,
        ConsentText = card.ConsentText,
    };

    /// <summary>A saved UPI ID.</summary>
    public static SavedUpiView View(StoredUpiId upi) => new() { Id = upi.Id, Vpa = upi.Vpa, SavedAt = upi.SavedAt };

    /// <summary>A wallet, with its balance where it was read.</summary>
    public static LinkedWalletView View(StoredWallet wallet, Money? balance) => new()
    {
        Wallet = wallet.Wallet,
        Provider = wallet.Provider,
        Linked = wallet.LinkedAt is not null,
        LinkedAt = wallet.LinkedAt,
        Balance = balance,
        ConsentUrl = wallet.LinkedAt is null ? wallet.Page?.Url : null,
    };
}
