using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Customers;

// The commands to a customer that have no message of their own in the grain's contract.

/// <summary>Erases the customer.</summary>
internal sealed record EraseCustomer;

/// <summary>Finds the customer's ids at providers that may keep cards which were never listed here.</summary>
internal sealed record FindAccounts;

/// <summary>Registers the customer at a provider that is about to keep a card.</summary>
/// <param name="Provider">The provider.</param>
internal sealed record OpenAccount(string Provider);

/// <summary>Lists the cards that providers keep.</summary>
internal sealed record ListCards;

/// <summary>Deletes a card.</summary>
/// <param name="Token">Its token.</param>
internal sealed record DeleteCard(string Token);

/// <summary>Saves a UPI ID.</summary>
/// <param name="Vpa">The UPI ID, lower case.</param>
internal sealed record SaveUpi(string Vpa);

/// <summary>Deletes a saved UPI ID.</summary>
/// <param name="Id">Its id.</param>
internal sealed record DeleteUpi(string Id);

/// <summary>Confirms a wallet's one-time password.</summary>
/// <param name="Wallet">The wallet's code.</param>
/// <param name="Password">The password.</param>
/// <param name="Request">The client's name for this request; null if it gave none.</param>
internal sealed record ConfirmWallet(string Wallet, Secret Password, RequestKey? Request = null);

/// <summary>Reads a wallet at its provider.</summary>
/// <param name="Wallet">The wallet's code.</param>
internal sealed record ReadWallet(string Wallet);

/// <summary>The customer's browser returned from a wallet's page.</summary>
/// <param name="Wallet">The wallet's code.</param>
/// <param name="Nonce">The unguessable part of the address.</param>
internal sealed record ReturnFromWallet(string Wallet, string Nonce);

/// <summary>Unlinks a wallet.</summary>
/// <param name="Wallet">The wallet's code.</param>
internal sealed record UnlinkWallet(string Wallet);

/// <summary>A wallet's token was sealed under the current master key.</summary>
/// <param name="Before">The wallet as it was read.</param>
/// <param name="After">The same with its new seal.</param>
internal sealed record ReplaceToken(StoredWallet Before, StoredWallet After);

/// <summary>Continues after a crash, or when a deletion that failed is due again.</summary>
/// <param name="Abandoned">The operations that a process which is gone had started.</param>
internal sealed record Resume(ImmutableArray<PendingOperation> Abandoned);
