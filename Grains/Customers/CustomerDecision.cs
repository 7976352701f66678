using System.Collections.Immutable;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Customers;

/// <summary>What a command or a report comes to.</summary>
internal sealed record CustomerDecision
{
    /// <summary>The document afterwards; null if there is none, and then nothing is written.</summary>
    public required CustomerDocument? Document { get; init; }

    /// <summary>Why the command is refused; null if it is not. Its operations run nevertheless.</summary>
    public Refusal? Refusal { get; init; }

    /// <summary>What is to be done in the vault and at providers, once the document is written.</summary>
    public ImmutableArray<CustomerOperation> Operations { get; init; } = [];

    /// <summary>The card's token or the UPI ID's id that the reply is about.</summary>
    public string? Subject { get; init; }

    /// <summary>A wallet's balance, as its provider reported it; null if none was read.</summary>
    public (string Wallet, Money Balance)? Balance { get; init; }

    /// <summary>Whether the request took effect earlier, or is running already.</summary>
    public bool Replayed { get; init; }

    /// <summary>The running request whose outcome is that of this one; null if it is another one.</summary>
    public RequestKey? Joins { get; init; }

    /// <summary>Refuses, and changes nothing.</summary>
    public static CustomerDecision Refuse(CustomerDocument? document, Refusal refusal) =>
        new() { Document = document, Refusal = refusal };

    /// <summary>Changes the document.</summary>
    public static CustomerDecision Store(CustomerDocument? document, string? subject = null) =>
        new() { Document = document, Subject = subject };

    /// <summary>Starts operations.</summary>
    public static CustomerDecision Run(
        CustomerDocument document, params ImmutableArray<CustomerOperation> operations) =>
        new() { Document = document, Operations = operations };
}

/// <summary>What rules need to know besides the document.</summary>
internal sealed record CustomerContext
{
    /// <summary>Now.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>A new unpredictable id with a prefix.</summary>
    public required Func<string, string> NewId { get; init; }

    /// <summary>The merchant's providers, in the order of their names.</summary>
    public ImmutableArray<ProviderFacts> Providers { get; init; } = [];

    /// <summary>Whether the merchant keeps cards in the vault, and there is one.</summary>
    public bool HasVault { get; init; }

    /// <summary>Until when the lists of the providers' cards are fresh; null if they are not.</summary>
    public DateTimeOffset? CardsFreshUntil { get; init; }

    /// <summary>The running request with an idempotency key; null if none has it.</summary>
    public Func<string, RequestKey?> RunningRequest { get; init; } = static _ => null;
}

/// <summary>What one of a merchant's providers keeps for customers.</summary>
/// <param name="Name">The provider's name.</param>
internal sealed record ProviderFacts(string Name)
{
    /// <summary>Whether customers are registered there.</summary>
    public bool RegistersCustomers { get; init; }

    /// <summary>Whether it keeps cards.</summary>
    public bool KeepsCards { get; init; }

    /// <summary>Whether it links wallets by a one-time password.</summary>
    public bool LinksByPassword { get; init; }

    /// <summary>The wallets that it links by the customer's consent on its page.</summary>
    public ImmutableHashSet<string> ConsentWallets { get; init; } = [];

    /// <summary>Whether it verifies UPI IDs.</summary>
    public bool VerifiesUpi { get; init; }

    /// <summary>What a connector's provider keeps.</summary>
    public static ProviderFacts Of(string provider, IConnector? connector) => new(provider)
    {
        RegistersCustomers = connector is ICustomerAccounts,
        KeepsCards = connector is ISavedCards,
        LinksByPassword = connector is IWalletsByPassword,
        ConsentWallets = (connector as IWalletsByConsent)?.ConsentWallets ?? [],
        VerifiesUpi = connector is IUpiVerification,
    };
}
