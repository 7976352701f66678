using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Connectors.Contract;

// What some providers keep for a customer, besides charging them. A connector implements those of these interfaces that
// its provider has; none of them moves money.

/// <summary>A provider that can say whether a UPI id exists, and whose it is.</summary>
public interface IUpiVerification
{
    /// <summary>Asks about a UPI id.</summary>
    Task<ProviderResult<UpiHolder>> VerifyUpiAsync(string vpa, ProviderCredentials credentials);
}

/// <summary>A provider that keeps customers. Making one again under the same id answers the one that is
/// there.</summary>
public interface ICustomerAccounts
{
    /// <summary>Makes the customer at the provider, or finds it; answers the provider's id.</summary>
    Task<ProviderResult<string>> OpenCustomerAsync(Customer customer, ProviderCredentials credentials);
}

/// <summary>A provider that keeps a customer's cards.</summary>
public interface ISavedCards
{
    /// <summary>The cards of a customer.</summary>
    /// <param name="providerCustomer">The provider's id of the customer.</param>
    /// <param name="credentials">The merchant's credentials.</param>
    Task<ProviderResult<ImmutableArray<ProviderCard>>> ListCardsAsync(
        string providerCustomer, ProviderCredentials credentials);

    /// <summary>Forgets a card. One that is not there counts as forgotten.</summary>
    Task<ProviderResult<bool>> DeleteCardAsync(
        string providerCustomer, string reference, ProviderCredentials credentials);
}

/// <summary>A provider through which a customer's wallet is paid from without its page, once it is linked. How it is
/// linked is said by <see cref="IWalletsByPassword"/> or <see cref="IWalletsByConsent"/>.</summary>
public interface ILinkedWallets
{
    /// <summary>The wallet with its present balance.</summary>
    Task<ProviderResult<ProviderWallet>> ReadWalletAsync(
        WalletRequest request, string reference, ProviderCredentials credentials);

    /// <summary>Gives the link up. One that is not there counts as given up.</summary>
    Task<ProviderResult<bool>> UnlinkWalletAsync(
        WalletRequest request, string reference, ProviderCredentials credentials);
}

/// <summary>Wallets that are linked by a one-time password.</summary>
public interface IWalletsByPassword : ILinkedWallets
{
    /// <summary>Sends the customer a one-time password; answers the reference to confirm it with.</summary>
    Task<ProviderResult<string>> RequestWalletLinkAsync(WalletRequest request, ProviderCredentials credentials);

    /// <summary>Confirms the one-time password; answers the wallet, with a token only if it is good for as long as the
    /// link: it is kept. Without one the wallet is read for each payment.</summary>
    Task<ProviderResult<ProviderWallet>> ConfirmWalletLinkAsync(
        WalletRequest request, string reference, Secret password, ProviderCredentials credentials);
}

/// <summary>Wallets that are linked by the customer's consent on the provider's own page.</summary>
public interface IWalletsByConsent : ILinkedWallets
{
    /// <summary>The wallets, by their codes.</summary>
    ImmutableHashSet<string> ConsentWallets { get; }

    /// <summary>Requests a page on which the customer can agree. A page whose URL got lost is never used:
    /// asking again, after an answer that was lost, leaves nothing behind.</summary>
    /// <param name="request">The wallet.</param>
    /// <param name="callback">Where the page sends the customer's browser afterwards.</param>
    /// <param name="credentials">The merchant's credentials.</param>
    Task<ProviderResult<WalletConsent>> RequestWalletConsentAsync(
        WalletRequest request, Uri callback, ProviderCredentials credentials);

    /// <summary>The wallet after the customer may have agreed; where the provider leaves the last step to the merchant,
    /// it is taken here. Asking again answers the same link. Not linked while the customer has not decided; refused
    /// once they declined, or their time is over.</summary>
    Task<ProviderResult<ProviderWallet>> CompleteWalletConsentAsync(
        WalletRequest request, string reference, ProviderCredentials credentials);
}

/// <summary>What came of a question that moves no money. Exactly one of the nested kinds.</summary>
/// <typeparam name="T">What was asked for.</typeparam>
public abstract record ProviderResult<T>
{
    /// <summary>What stood in the way of another question that this one was asked for.</summary>
    /// <exception cref="InvalidOperationException">Nothing did.</exception>
    public ProviderResult<TOther> As<TOther>() => this switch
    {
        Refused refused => new ProviderResult<TOther>.Refused(refused.Failure),
        Unavailable unavailable => new ProviderResult<TOther>.Unavailable(unavailable.Reason),
        _ => throw new InvalidOperationException("The query succeeded."),
    };

    /// <summary>The answer.</summary>
    /// <param name="Value">What was asked for.</param>
    public sealed record Given(T Value) : ProviderResult<T>;

    /// <summary>The provider refused.</summary>
    /// <param name="Failure">Why.</param>
    public sealed record Refused(Failure Failure) : ProviderResult<T>;

    /// <summary>The provider is unavailable, or its response is unreadable: retry later.</summary>
    /// <param name="Reason">What was seen, for the log.</param>
    public sealed record Unavailable(string Reason) : ProviderResult<T>;
}

/// <summary>Who answers to a UPI id.</summary>
/// <param name="Exists">Whether it can be paid from.</param>
/// <param name="Name">The holder's name as the bank has it; null if it does not say.</param>
public sealed record UpiHolder(bool Exists, string? Name);

/// <summary>A card that a provider keeps.</summary>
public sealed record ProviderCard
{
    /// <summary>The provider's lasting name of the card.</summary>
    public required string Reference { get; init; }

    /// <summary>The token to pay with; some live minutes only.</summary>
    public required Secret Token { get; init; }

    /// <summary>The last four digits.</summary>
    public required string Last4 { get; init; }

    /// <summary>The network, lower case.</summary>
    public string? Network { get; init; }

    /// <summary>The bank that issued it.</summary>
    public string? Issuer { get; init; }

    /// <summary>The month of expiry, 1 to 12.</summary>
    public required int ExpiryMonth { get; init; }

    /// <summary>The year of expiry, four digits.</summary>
    public required int ExpiryYear { get; init; }
}

/// <summary>A wallet of a customer's.</summary>
public sealed record WalletRequest
{
    /// <summary>Its code in our words, such as <c>paytm</c>.</summary>
    public required string Wallet { get; init; }

    /// <summary>The customer; the phone number is the one that the wallet knows.</summary>
    public required Customer Customer { get; init; }

    /// <summary>The provider's id of the customer, where the provider keeps customers.</summary>
    public string? ProviderCustomer { get; init; }

    /// <summary>What the link's confirmation gave to pay with, where it gave a token; some providers ask for it when
    /// the wallet is read or given up.</summary>
    public Secret? Token { get; init; }
}

/// <summary>A page on which a customer agrees that a wallet is linked.</summary>
/// <param name="Reference">The provider's name of the question, to complete it with.</param>
/// <param name="Url">The page's address.</param>
public sealed record WalletConsent(string Reference, string Url);

/// <summary>A linked wallet.</summary>
public sealed record ProviderWallet
{
    /// <summary>The provider's name of the link.</summary>
    public required string Reference { get; init; }

    /// <summary>Whether it can be paid from.</summary>
    public required bool Linked { get; init; }

    /// <summary>What is in it; null if the provider does not say.</summary>
    public Money? Balance { get; init; }

    /// <summary>What to pay with, where the provider gives a token; a secret.</summary>
    public Secret? Token { get; init; }
}
