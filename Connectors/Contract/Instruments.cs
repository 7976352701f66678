using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Connectors.Contract;

// What some providers keep for customers. A connector implements the interfaces that its provider supports; none of
// them moves money.

/// <summary>A provider that can say whether a UPI ID exists, and for its holder's name.</summary>
public interface IUpiVerification
{
    /// <summary>Looks up a UPI ID.</summary>
    Task<ProviderResult<UpiHolder>> VerifyUpiAsync(string vpa, ProviderCredentials credentials);
}

/// <summary>A provider that keeps customers. Creating one again under the same id returns the existing one.</summary>
public interface ICustomerAccounts
{
    /// <summary>Creates or finds the customer at the provider; returns the provider's id.</summary>
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

    /// <summary>Deletes a card. A missing card counts as deleted.</summary>
    Task<ProviderResult<bool>> DeleteCardAsync(
        string providerCustomer, string reference, ProviderCredentials credentials);
}

/// <summary>A provider that charges a linked wallet without showing its page. <see cref="IWalletsByPassword"/> and
/// <see cref="IWalletsByConsent"/> link it.</summary>
public interface ILinkedWallets
{
    /// <summary>The wallet with its present balance.</summary>
    Task<ProviderResult<ProviderWallet>> ReadWalletAsync(
        WalletRequest request, string reference, ProviderCredentials credentials);

    /// <summary>Removes the link. A missing link counts as removed.</summary>
    Task<ProviderResult<bool>> UnlinkWalletAsync(
        WalletRequest request, string reference, ProviderCredentials credentials);
}

/// <summary>Wallets that are linked by a one-time password.</summary>
public interface IWalletsByPassword : ILinkedWallets
{
    /// <summary>Sends the customer a one-time password; returns the reference to confirm it with.</summary>
    Task<ProviderResult<string>> RequestWalletLinkAsync(WalletRequest request, ProviderCredentials credentials);

    /// <summary>Confirms the one-time password; returns the wallet. It has a token only if the token lives as long as
    /// the link, because the token is stored. Without one, the wallet is read for each payment.</summary>
    Task<ProviderResult<ProviderWallet>> ConfirmWalletLinkAsync(
        WalletRequest request, string reference, Secret password, ProviderCredentials credentials);
}

/// <summary>Wallets that are linked by the customer's consent on the provider's own page.</summary>
public interface IWalletsByConsent : ILinkedWallets
{
    /// <summary>The wallets, by their codes.</summary>
    ImmutableHashSet<string> ConsentWallets { get; }

    /// <summary>Requests a page on which the customer can agree. A repeated request after a lost response is harmless:
    /// a page whose URL was lost is never used.</summary>
    /// <param name="request">The wallet.</param>
    /// <param name="callback">Where the page sends the customer's browser afterwards.</param>
    /// <param name="credentials">The merchant's credentials.</param>
    Task<ProviderResult<WalletConsent>> RequestWalletConsentAsync(
        WalletRequest request, Uri callback, ProviderCredentials credentials);

    /// <summary>Reads the wallet once the customer may have agreed, and completes the link where the provider leaves
    /// that step to the merchant. Repeating it returns the same link. Not linked while the customer has not decided;
    /// refused once they declined or the page expired.</summary>
    Task<ProviderResult<ProviderWallet>> CompleteWalletConsentAsync(
        WalletRequest request, string reference, ProviderCredentials credentials);
}

/// <summary>The result of a call that moves no money. Exactly one of the nested kinds.</summary>
/// <typeparam name="T">The value that the call returns.</typeparam>
public abstract record ProviderResult<T>
{
    /// <summary>The same refusal or unavailability as the result of another call.</summary>
    /// <exception cref="InvalidOperationException">The call succeeded.</exception>
    public ProviderResult<TOther> As<TOther>() => this switch
    {
        Refused refused => new ProviderResult<TOther>.Refused(refused.Failure),
        Unavailable unavailable => new ProviderResult<TOther>.Unavailable(unavailable.Reason),
        _ => throw new InvalidOperationException("The query succeeded."),
    };

    /// <summary>The call succeeded.</summary>
    /// <param name="Value">What the provider returned.</param>
    public sealed record Given(T Value) : ProviderResult<T>;

    /// <summary>The provider refused.</summary>
    /// <param name="Failure">Why.</param>
    public sealed record Refused(Failure Failure) : ProviderResult<T>;

    /// <summary>The provider is unavailable, or its response is unreadable: retry later.</summary>
    /// <param name="Reason">What was seen, for the log.</param>
    public sealed record Unavailable(string Reason) : ProviderResult<T>;
}

/// <summary>The holder of a UPI ID.</summary>
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

    /// <summary>The token that the link's confirmation returned, if any; some providers need it to read or unlink the
    /// wallet.</summary>
    public Secret? Token { get; init; }
}

/// <summary>A page on which a customer agrees that a wallet is linked.</summary>
/// <param name="Reference">The provider's id of the consent request, to complete it with.</param>
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
