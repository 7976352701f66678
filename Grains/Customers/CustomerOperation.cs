using System.Collections.Immutable;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Customers;

/// <summary>
/// A call to the vault or a provider, made outside the grain's turn. One customer's operations at one keeper run one at
/// a time, in order; those at different keepers run in parallel.
/// </summary>
internal abstract record CustomerOperation
{
    /// <summary>The keeper of cards in the vault, beside the providers' names.</summary>
    public const string Vault = "@vault";

    /// <summary>Its id. A successor, such as the same request at the next provider, has the same.</summary>
    public required string Id { get; init; }

    /// <summary>The client's name for the request that this operation is the effect of; null if it has none. The
    /// request is remembered once this is done.</summary>
    public RequestKey? Request { get; init; }

    /// <summary>Who is called: a provider's name, or <see cref="Vault"/>.</summary>
    public abstract string Keeper { get; }

    /// <summary>Whether pending deletions at the same keeper are to be completed first, however recently they were
    /// tried: what is saved now must not be deleted with what was deleted before.</summary>
    public virtual bool Saves => false;

    /// <summary>Saves a card in the vault.</summary>
    /// <param name="Token">The token that it gets, unless the vault has the card already.</param>
    /// <param name="Card">The card.</param>
    public sealed record KeepCard(string Token, SaveCard Card) : CustomerOperation
    {
        /// <inheritdoc/>
        public override string Keeper => Vault;

        /// <inheritdoc/>
        public override bool Saves => true;
    }

    /// <summary>Registers the customer at a provider.</summary>
    /// <param name="Provider">The provider.</param>
    public sealed record Register(string Provider) : CustomerOperation
    {
        /// <inheritdoc/>
        public override string Keeper => Provider;
    }

    /// <summary>Lists the cards that a provider keeps.</summary>
    /// <param name="Provider">The provider.</param>
    public sealed record ListCards(string Provider) : CustomerOperation
    {
        /// <inheritdoc/>
        public override string Keeper => Provider;
    }

    /// <summary>Requests the link of a wallet: a one-time password, or a page to agree on.</summary>
    /// <param name="Provider">The provider.</param>
    /// <param name="Command">What was sent.</param>
    /// <param name="Nonce">The unguessable part of the address to which the page sends the browser back.</param>
    /// <param name="Next">The providers to try afterwards.</param>
    public sealed record RequestLink(string Provider, LinkWallet Command, string Nonce, ImmutableArray<string> Next)
        : CustomerOperation
    {
        /// <inheritdoc/>
        public override string Keeper => Provider;

        /// <inheritdoc/>
        public override bool Saves => true;
    }

    /// <summary>Confirms a wallet's one-time password.</summary>
    /// <param name="Wallet">The wallet that waits for it.</param>
    /// <param name="Password">The password.</param>
    public sealed record ConfirmLink(StoredWallet Wallet, Secret Password) : CustomerOperation
    {
        /// <inheritdoc/>
        public override string Keeper => Wallet.Provider;
    }

    /// <summary>Completes a wallet's link if the customer agreed on its page.</summary>
    /// <param name="Wallet">The wallet that waits for it.</param>
    public sealed record CompleteConsent(StoredWallet Wallet) : CustomerOperation
    {
        /// <inheritdoc/>
        public override string Keeper => Wallet.Provider;
    }

    /// <summary>Reads a linked wallet's balance.</summary>
    /// <param name="Wallet">The wallet.</param>
    public sealed record ReadWallet(StoredWallet Wallet) : CustomerOperation
    {
        /// <inheritdoc/>
        public override string Keeper => Wallet.Provider;
    }

    /// <summary>Deletes something where it is kept.</summary>
    /// <param name="Deletion">What.</param>
    public sealed record Delete(PendingDeletion Deletion) : CustomerOperation
    {
        /// <inheritdoc/>
        public override string Keeper => KeeperOf(Deletion);
    }

    /// <summary>Who keeps what is to be deleted.</summary>
    public static string KeeperOf(PendingDeletion deletion) => deletion switch
    {
        { VaultToken: not null } => Vault,
        { Wallet: { } wallet } => wallet.Provider,
        _ => deletion.Provider ?? "",
    };
}

/// <summary>What came of an operation.</summary>
internal abstract record OperationOutcome
{
    /// <summary>The provider's id of the customer, if it was registered there on the way; null if it was
    /// known.</summary>
    public StoredAccount? Account { get; init; }

    /// <summary>It is done, and there is nothing more to say: registered, or deleted.</summary>
    public sealed record Done : OperationOutcome;

    /// <summary>The card is in the vault.</summary>
    /// <param name="Token">Its token.</param>
    public sealed record CardSaved(string Token) : OperationOutcome;

    /// <summary>The cards that a provider keeps.</summary>
    /// <param name="Cards">The cards.</param>
    public sealed record CardsListed(ImmutableArray<ProviderCard> Cards) : OperationOutcome;

    /// <summary>A wallet's link was requested.</summary>
    /// <param name="Reference">The provider's name of the request.</param>
    /// <param name="PageUrl">The page on which the customer agrees; null where a one-time password was sent.</param>
    public sealed record LinkRequested(string Reference, string? PageUrl) : OperationOutcome;

    /// <summary>A wallet as its provider reports it.</summary>
    /// <param name="Wallet">The wallet.</param>
    /// <param name="Token">Its token, sealed; null where the provider gives none.</param>
    public sealed record WalletRead(ProviderWallet Wallet, SealedCredentials? Token) : OperationOutcome;

    /// <summary>It was not done, or that is not known.</summary>
    /// <param name="Refusal">Why, for the caller.</param>
    /// <param name="IsFinal">Whether the provider refused, so that trying again has no use.</param>
    /// <param name="WasCalled">Whether the vault or provider was called: then it may have been done.</param>
    public sealed record Failed(Refusal Refusal, bool IsFinal, bool WasCalled = true) : OperationOutcome
    {
        /// <summary>What was thrown, for the caller and the log; null if the vault or provider responded.</summary>
        public Exception? Exception { get; init; }
    }

    /// <summary>There is nothing to do any more: it was done, or withdrawn, while it waited for its turn.</summary>
    public sealed record Superseded : OperationOutcome;
}

/// <summary>An operation reports.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Outcome">What came of it.</param>
internal sealed record OperationReport(CustomerOperation Operation, OperationOutcome Outcome);
