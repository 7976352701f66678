using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Customers;

namespace PaymentCluster.Grains.Customers;

/// <summary>
/// The rules of linked wallets. A wallet that waits to be linked is in the document before its provider makes the link,
/// and so names it: it is unlinked there too when it is given up, since a crash may have hidden the link.
/// </summary>
internal static class WalletDecider
{
    // A second click, or a repeated request, leads to the page that is open already.
    private static readonly TimeSpan PageLifetime = TimeSpan.FromMinutes(15);

    /// <summary>Requests a wallet's link at the first provider that has such wallets, the wallet's own company
    /// first.</summary>
    public static CustomerDecision Decide(CustomerDocument? customer, LinkWallet command, CustomerContext context)
    {
        if (CustomerDecider.Known(customer) is not { } known)
        {
            return CustomerDecision.Refuse(customer, CustomerRefusals.UnknownCustomer);
        }

        if (IsRequested(known, command, context.Now))
        {
            return CustomerDecision.Store(known);
        }

        ImmutableArray<string> providers =
        [
            .. context.Providers
                .Where(provider => provider.LinksByPassword || provider.ConsentWallets.Contains(command.Wallet))
                .Select(provider => provider.Name)
                .OrderBy(provider => provider == command.Wallet ? 0 : 1),
        ];
        return providers.IsEmpty
            ? CustomerDecision.Refuse(known, CustomerRefusals.NoWalletProvider)
            : Request(known, command, context.NewId("op_"), providers, context);
    }

    /// <summary>Confirms a one-time password.</summary>
    public static CustomerDecision Decide(CustomerDocument? customer, ConfirmWallet command, CustomerContext context)
    {
        if (CustomerDecider.Known(customer) is not { } known)
        {
            return CustomerDecision.Refuse(customer, CustomerRefusals.UnknownCustomer);
        }

        return Find(known, command.Wallet) switch
        {
            null => CustomerDecision.Refuse(known, CustomerRefusals.UnknownWallet),
            { LinkedAt: not null } => CustomerDecision.Store(known),
            { Page: not null } => CustomerDecision.Refuse(known, CustomerRefusals.LinkedByConsent),
            { } waiting => CustomerDecision.Run(
                known,
                new CustomerOperation.ConfirmLink(waiting, command.Password)
                {
                    Id = context.NewId("op_"), Request = command.Request,
                }),
        };
    }

    /// <summary>Reads a wallet: the balance of a linked one, the decision of a customer who was sent to a
    /// page.</summary>
    public static CustomerDecision Decide(CustomerDocument? customer, ReadWallet command, CustomerContext context)
    {
        if (CustomerDecider.Known(customer) is not { } known)
        {
            return CustomerDecision.Refuse(customer, CustomerRefusals.UnknownCustomer);
        }

        return Find(known, command.Wallet) switch
        {
            null => CustomerDecision.Refuse(known, CustomerRefusals.UnknownWallet),
            { LinkedAt: not null } linked => CustomerDecision.Run(
                known, new CustomerOperation.ReadWallet(linked) { Id = context.NewId("op_") }),
            { Page: not null } waiting => Complete(known, waiting, context),
            _ => CustomerDecision.Store(known),
        };
    }

    /// <summary>Completes a link when the browser returns from its page. The browser proves nothing: it is a reason to
    /// query the provider.</summary>
    public static CustomerDecision Decide(CustomerDocument? customer, ReturnFromWallet command, CustomerContext context)
    {
        if (CustomerDecider.Known(customer) is not { } known
            || Find(known, command.Wallet) is not { Page: { } page } wallet
            || !IsNonce(page, command.Nonce))
        {
            return CustomerDecision.Refuse(customer, CustomerRefusals.UnknownWallet);
        }

        return wallet.LinkedAt is null ? Complete(known, wallet, context) : CustomerDecision.Store(known);
    }

    /// <summary>Unlinks a wallet: in the document first, so that nothing is paid from it any more, and then at its
    /// provider.</summary>
    public static CustomerDecision Decide(CustomerDocument? customer, UnlinkWallet command, CustomerContext context)
    {
        if (CustomerDecider.Known(customer) is not { } known)
        {
            return CustomerDecision.Refuse(customer, CustomerRefusals.UnknownCustomer);
        }

        return Find(known, command.Wallet) is { } wallet
            ? Remove(known, wallet, context)
            : CustomerDecision.Run(known, CustomerDecider.Deletions(known, context)) with
            {
                Refusal = CustomerRefusals.UnknownWallet,
            };
    }

    /// <summary>Whether an operation on a wallet still has its use.</summary>
    public static OperationOutcome? Admit(CustomerDocument customer, CustomerOperation operation, DateTimeOffset now) =>
        operation switch
        {
            CustomerOperation.RequestLink request when IsRequested(customer, request.Command, now) =>
                new OperationOutcome.Superseded(),
            CustomerOperation.RequestLink request
                when customer.PendingDeletions.Any(deletion => deletion.Wallet?.Provider == request.Provider) =>
                new OperationOutcome.Failed(CustomerRefusals.StillDeleting, IsFinal: false, WasCalled: false),
            CustomerOperation.ConfirmLink { Wallet: var wallet } when !IsCurrent(customer, wallet) =>
                new OperationOutcome.Superseded(),
            CustomerOperation.CompleteConsent { Wallet: var wallet } when !IsCurrent(customer, wallet) =>
                new OperationOutcome.Superseded(),
            CustomerOperation.ReadWallet { Wallet: var wallet } when !IsCurrent(customer, wallet) =>
                new OperationOutcome.Superseded(),
            _ => null,
        };

    /// <summary>Takes the report of a request; after a failure the next provider is tried.</summary>
    public static CustomerDecision Report(
        CustomerDocument customer,
        CustomerOperation.RequestLink operation,
        OperationOutcome outcome,
        CustomerContext context)
    {
        if (CustomerDecider.Known(customer) is not { } known)
        {
            return CustomerDecision.Refuse(customer, CustomerRefusals.UnknownCustomer);
        }

        return outcome switch
        {
            OperationOutcome.LinkRequested requested
                when Find(known, operation.Command.Wallet) is not { LinkedAt: not null } =>
                CustomerDecision.Store(CustomerChanges.SetWallet(known, WaitingOf(operation, requested, context.Now))),
            OperationOutcome.Failed when !operation.Next.IsEmpty =>
                Request(known, operation.Command, operation.Id, operation.Next, context),
            OperationOutcome.Failed { Refusal: var refusal } => CustomerDecision.Refuse(known, refusal),
            _ => CustomerDecision.Store(known),
        };
    }

    /// <summary>Takes the report of a password's confirmation.</summary>
    public static CustomerDecision Report(
        CustomerDocument customer,
        CustomerOperation.ConfirmLink operation,
        OperationOutcome outcome,
        CustomerContext context) => outcome switch
        {
            OperationOutcome.WalletRead { Wallet.Linked: true } read => Link(customer, operation.Wallet, read, context),
            OperationOutcome.WalletRead => CustomerDecision.Refuse(customer, CustomerRefusals.LinkRefused),
            OperationOutcome.Failed { Refusal: var refusal } => CustomerDecision.Refuse(customer, refusal),
            _ => CustomerDecision.Store(customer),
        };

    /// <summary>Takes the report of a consent. Once the provider refused, nothing comes of that page any
    /// more.</summary>
    public static CustomerDecision Report(
        CustomerDocument customer,
        CustomerOperation.CompleteConsent operation,
        OperationOutcome outcome,
        CustomerContext context) => outcome switch
        {
            OperationOutcome.WalletRead { Wallet.Linked: true } read => Link(customer, operation.Wallet, read, context),
            OperationOutcome.Failed { IsFinal: true, Refusal: var refusal }
                when IsCurrent(customer, operation.Wallet) =>
                CustomerDecision.Refuse(CustomerChanges.DropWallet(customer, operation.Wallet), refusal),
            OperationOutcome.Failed { Refusal: var refusal } => CustomerDecision.Refuse(customer, refusal),
            _ => CustomerDecision.Store(customer),
        };

    /// <summary>Takes the report of a reading. A wallet that the customer unlinked at the provider is
    /// removed.</summary>
    public static CustomerDecision Report(
        CustomerDocument customer,
        CustomerOperation.ReadWallet operation,
        OperationOutcome outcome,
        CustomerContext context) => outcome switch
        {
            OperationOutcome.WalletRead { Wallet.Linked: false } when IsCurrent(customer, operation.Wallet) =>
                Remove(customer, operation.Wallet, context) with { Refusal = CustomerRefusals.UnknownWallet },
            OperationOutcome.Failed { Refusal: var refusal } => CustomerDecision.Refuse(customer, refusal),
            OperationOutcome.WalletRead read => CustomerDecision.Store(customer) with
            {
                Balance = BalanceOf(operation.Wallet, read),
            },
            _ => CustomerDecision.Store(customer),
        };

    /// <summary>The wallet with a code; null if there is none.</summary>
    public static StoredWallet? Find(CustomerDocument customer, string code) =>
        customer.Wallets.FirstOrDefault(wallet => wallet.Wallet == code);

    private static bool IsRequested(CustomerDocument customer, LinkWallet command, DateTimeOffset now) =>
        Find(customer, command.Wallet) switch
        {
            { LinkedAt: not null } => true,
            { Page: { } page } => page.ReturnUrl == command.ReturnUrl && now - page.RequestedAt < PageLifetime,
            _ => false,
        };

    private static CustomerDecision Request(
        CustomerDocument customer,
        LinkWallet command,
        string id,
        ImmutableArray<string> providers,
        CustomerContext context)
    {
        var operation = new CustomerOperation.RequestLink(providers[0], command, context.NewId(""), providers[1..])
        {
            Id = id,
            Request = command.Request,
        };
        var facts = context.Providers.FirstOrDefault(provider => provider.Name == operation.Provider)
            ?? new ProviderFacts(operation.Provider);
        return CustomerDecision.Run(CustomerDecider.Announce(customer, operation, facts, context), operation);
    }

    private static CustomerDecision Complete(
        CustomerDocument customer, StoredWallet waiting, CustomerContext context) =>
        CustomerDecision.Run(
            customer, new CustomerOperation.CompleteConsent(waiting) { Id = context.NewId("op_") });

    private static CustomerDecision Remove(CustomerDocument customer, StoredWallet wallet, CustomerContext context)
    {
        var next = CustomerChanges.RemoveWallet(customer, wallet);
        return CustomerDecision.Run(next, CustomerDecider.Deletions(next, context, wallet.Provider));
    }

    // A link that was made for a wallet which was given up meanwhile is given up as well.
    private static CustomerDecision Link(
        CustomerDocument customer, StoredWallet waiting, OperationOutcome.WalletRead read, CustomerContext context)
    {
        var linked = waiting with { Reference = read.Wallet.Reference, LinkedAt = context.Now, Token = read.Token };
        if (IsCurrent(customer, waiting))
        {
            return CustomerDecision.Store(CustomerChanges.SetWallet(customer, linked)) with
            {
                Balance = BalanceOf(waiting, read),
            };
        }

        var next = CustomerChanges.Delete(customer, new PendingDeletion
        {
            Wallet = linked, ProviderCustomer = CustomerChanges.Account(customer, linked.Provider),
        });
        return CustomerDecision.Run(next, CustomerDecider.Deletions(next, context, linked.Provider)) with
        {
            Refusal = CustomerRefusals.UnknownWallet,
        };
    }

    private static (string, Money)? BalanceOf(StoredWallet wallet, OperationOutcome.WalletRead read) =>
        read.Wallet.Balance is { } balance ? (wallet.Wallet, balance) : null;

    private static bool IsCurrent(CustomerDocument customer, StoredWallet wallet) =>
        Find(customer, wallet.Wallet) is { } current
            && (current.Provider, current.Reference, current.LinkedAt)
                == (wallet.Provider, wallet.Reference, wallet.LinkedAt);

    private static StoredWallet WaitingOf(
        CustomerOperation.RequestLink operation, OperationOutcome.LinkRequested requested, DateTimeOffset now) => new()
        {
            Wallet = operation.Command.Wallet,
            Provider = operation.Provider,
            Reference = requested.Reference,
            Page = requested.PageUrl is { } url
                ? new StoredConsentPage
                {
                    Url = url, Nonce = operation.Nonce, RequestedAt = now, ReturnUrl = operation.Command.ReturnUrl,
                }
                : null,
        };

    private static bool IsNonce(StoredConsentPage page, string nonce) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(page.Nonce), Encoding.UTF8.GetBytes(nonce));
}
