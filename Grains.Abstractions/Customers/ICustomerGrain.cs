using System.Collections.Immutable;
using Orleans.Concurrency;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Abstractions.Customers;

/// <summary>A customer of a merchant's, with the wallet configuration: what they pay with, and how they like to. Its
/// key is <c>{merchant}/{customer}</c>. No money is kept here.</summary>
[Alias("customer-wallet")]
public interface ICustomerGrain : IGrainWithStringKey
{
    /// <summary>Creates the customer, or changes their data.</summary>
    [Alias("put"), OpenToGateways]
    Task<Reply<CustomerView>> Put(PutCustomer command);

    /// <summary>The customer; null if there is none.</summary>
    [Alias("get"), OpenToGateways, AlwaysInterleave]
    Task<CustomerView?> Get();

    /// <summary>Erases the customer's data and instruments here, in the vault and at providers; refused as unavailable
    /// while a deletion there is pending. Payments stay readable.</summary>
    [Alias("erase"), OpenToGateways, ResponseTimeout(CallTimeouts.Long)]
    Task<Reply<CustomerView>> Erase(RequestKey? request = null);

    /// <summary>The wallet configuration; null if there is no such customer.</summary>
    [Alias("get-wallet"), OpenToGateways, AlwaysInterleave]
    Task<WalletView?> GetWallet();

    /// <summary>Changes the preferences, unless they changed since the version that was read.</summary>
    [Alias("put-wallet"), OpenToGateways]
    Task<Reply<WalletView>> PutWallet(PutWallet command);

    /// <summary>Saves a card, with the customer's consent. Saving the same card again returns the existing
    /// one.</summary>
    [Alias("save-card"), OpenToGateways]
    Task<Reply<SavedCardView>> SaveCard(SaveCard command);

    /// <summary>Notes the customer's consent before a card is paid with and kept.</summary>
    [Alias("agree-to-card")]
    Task<Reply<CustomerView>> AgreeToCard(AgreeToCard command);

    /// <summary>The customer's id at a provider that is about to save a card, registered there if necessary; null if
    /// the provider keeps no cards or is unavailable.</summary>
    [Alias("open-account"), ResponseTimeout(CallTimeouts.Long)]
    Task<string?> OpenAccount(string provider);

    /// <summary>The wallet after the providers listed their cards; as last known if they are unavailable.</summary>
    [Alias("list-cards"), OpenToGateways, ResponseTimeout(CallTimeouts.Long)]
    Task<Reply<WalletView>> ListCards();

    /// <summary>Deletes a card, here and where its number or token is kept.</summary>
    [Alias("delete-card"), OpenToGateways, ResponseTimeout(CallTimeouts.Long)]
    Task<Reply<WalletView>> DeleteCard(string token, RequestKey? request = null);

    /// <summary>Checks at a provider whether a UPI ID exists, and returns its holder's name.</summary>
    [Alias("validate-upi"), OpenToGateways, ResponseTimeout(CallTimeouts.Long), AlwaysInterleave]
    Task<Reply<UpiIdView>> ValidateUpi(string vpa);

    /// <summary>Saves a UPI ID. Saving the same one again returns the existing one.</summary>
    [Alias("save-upi"), OpenToGateways, ResponseTimeout(CallTimeouts.Long)]
    Task<Reply<SavedUpiView>> SaveUpi(string vpa, RequestKey? request = null);

    /// <summary>Deletes a saved UPI ID.</summary>
    [Alias("delete-upi"), OpenToGateways]
    Task<Reply<WalletView>> DeleteUpi(string id, RequestKey? request = null);

    /// <summary>Requests a wallet's link: the customer gets a one-time password, or a page to agree on.</summary>
    [Alias("request-wallet-link"), OpenToGateways, ResponseTimeout(CallTimeouts.Long)]
    Task<Reply<LinkedWalletView>> LinkWallet(LinkWallet command);

    /// <summary>The customer's browser returned from the page on which a wallet is linked; null if the nonce is not
    /// that of a requested page.</summary>
    [Alias("wallet-returned"), OpenToGateways, ResponseTimeout(CallTimeouts.Long)]
    Task<WalletReturn?> WalletReturned(string wallet, string nonce);

    /// <summary>Confirms the one-time password.</summary>
    [Alias("confirm-wallet"), OpenToGateways, ResponseTimeout(CallTimeouts.Long)]
    Task<Reply<LinkedWalletView>> ConfirmWallet(string wallet, Secret password, RequestKey? request = null);

    /// <summary>A wallet: a linked one with its current balance; one that waits for the customer's consent after a
    /// query of its provider.</summary>
    [Alias("read-wallet"), OpenToGateways, ResponseTimeout(CallTimeouts.Long)]
    Task<Reply<LinkedWalletView>> ReadWallet(string wallet);

    /// <summary>Unlinks a wallet.</summary>
    [Alias("unlink-wallet"), OpenToGateways, ResponseTimeout(CallTimeouts.Long)]
    Task<Reply<WalletView>> UnlinkWallet(string wallet, RequestKey? request = null);

    /// <summary>The providers that the customer would rather pay through, best first; none if there is no such
    /// customer.</summary>
    [Alias("preferred-providers"), AlwaysInterleave]
    Task<ImmutableArray<string>> PreferredProviders();

    /// <summary>All that the customer can pay an amount with, best first, and what cannot be used now and
    /// why.</summary>
    [Alias("instruments"), OpenToGateways, AlwaysInterleave]
    Task<ImmutableArray<InstrumentView>> Instruments(Money amount);

    /// <summary>A saved instrument, for a payment to keep; refused if it is not this customer's or cannot be used now.
    /// No provider is called.</summary>
    [Alias("find-instrument"), AlwaysInterleave]
    Task<Reply<FoundInstrument>> FindInstrument(InstrumentChoice choice);

    /// <summary>What charging a saved instrument needs; refused if it is not this customer's or cannot be used
    /// now.</summary>
    [Alias("open-instrument"), ResponseTimeout(CallTimeouts.Long), AlwaysInterleave]
    Task<Reply<OpenedInstrument>> OpenInstrument(InstrumentChoice choice);
}
