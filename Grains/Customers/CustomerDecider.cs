using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Customers;

/// <summary>The rules of a customer: personal data, preferences, UPI IDs, registrations at providers, and erasure.
/// Cards and wallets have their own.</summary>
internal static class CustomerDecider
{
    /// <summary>Creates the customer, or changes their data.</summary>
    public static CustomerDecision Decide(CustomerDocument? customer, PutCustomer command, CustomerContext context)
    {
        var next = CustomerChanges.Put(customer, command, context.Now);
        return CustomerDecision.Store(next == customer ? customer : next);
    }

    /// <summary>Erases the customer here, and starts the deletions elsewhere; again if some are pending.</summary>
    public static CustomerDecision Decide(CustomerDocument? customer, EraseCustomer command, CustomerContext context)
    {
        if (customer is null)
        {
            return CustomerDecision.Refuse(customer, CustomerRefusals.UnknownCustomer);
        }

        var next = customer.ErasedAt is null ? CustomerChanges.Erase(customer, context.Now) : customer;
        return CustomerDecision.Run(next, Deletions(next, context));
    }

    /// <summary>Registers the customer, before an erasure, where cards may be kept that were never listed: they are
    /// found by the provider's id of the customer.</summary>
    public static CustomerDecision Decide(CustomerDocument? customer, FindAccounts command, CustomerContext context)
    {
        if (Known(customer) is not { Consents.IsEmpty: false } known)
        {
            return CustomerDecision.Store(customer);
        }

        return RunAll(known, context, provider =>
            KeepsCards(provider) && CustomerChanges.Account(known, provider.Name) is null
                ? new CustomerOperation.Register(provider.Name) { Id = context.NewId("op_") }
                : null);
    }

    /// <summary>Registers the customer at a provider that is about to keep a card.</summary>
    public static CustomerDecision Decide(CustomerDocument? customer, OpenAccount command, CustomerContext context)
    {
        if (Known(customer) is not { } known)
        {
            return CustomerDecision.Refuse(customer, CustomerRefusals.UnknownCustomer);
        }

        return RunAll(known, context, provider =>
            provider.Name == command.Provider && KeepsCards(provider)
                && CustomerChanges.Account(known, provider.Name) is null
                ? new CustomerOperation.Register(provider.Name) { Id = context.NewId("op_") }
                : null);
    }

    /// <summary>Changes the preferences.</summary>
    public static CustomerDecision Decide(CustomerDocument? customer, PutWallet command, CustomerContext context)
    {
        if (Known(customer) is not { } known)
        {
            return CustomerDecision.Refuse(customer, CustomerRefusals.UnknownCustomer);
        }

        if (command.ExpectedVersion is { } expected && expected != known.Version)
        {
            return CustomerDecision.Refuse(known, CustomerRefusals.OtherVersion(known.Version, expected));
        }

        var ids = CustomerChanges.InstrumentIds(known);
        if (command.Preferences.DefaultInstrument is { } chosen && !ids.Contains(chosen))
        {
            return CustomerDecision.Refuse(known, Refusal.Of(
                ErrorCode.InvalidField, "The customer has no such instrument.", "default_instrument"));
        }

        return command.Preferences.Order.All(ids.Contains)
            ? CustomerDecision.Store(CustomerChanges.Prefer(known, command.Preferences))
            : CustomerDecision.Refuse(known, Refusal.Of(
                ErrorCode.InvalidField, "'order' names an instrument that the customer does not have.", "order"));
    }

    /// <summary>Saves a UPI ID; the one that is there, if it is saved already.</summary>
    public static CustomerDecision Decide(CustomerDocument? customer, SaveUpi command, CustomerContext context)
    {
        if (Known(customer) is not { } known)
        {
            return CustomerDecision.Refuse(customer, CustomerRefusals.UnknownCustomer);
        }

        if (known.UpiIds.FirstOrDefault(upi => upi.Vpa == command.Vpa) is { } saved)
        {
            return CustomerDecision.Store(known, saved.Id);
        }

        if (known.UpiIds.Length >= CustomerChanges.MaxSaved)
        {
            return CustomerDecision.Refuse(known, CustomerRefusals.TooMany("UPI IDs"));
        }

        var added = new StoredUpiId { Id = context.NewId("upi_"), Vpa = command.Vpa, SavedAt = context.Now };
        return CustomerDecision.Store(CustomerChanges.AddUpiId(known, added), added.Id);
    }

    /// <summary>Deletes a saved UPI ID.</summary>
    public static CustomerDecision Decide(CustomerDocument? customer, DeleteUpi command, CustomerContext context) =>
        Known(customer) is not { } known ? CustomerDecision.Refuse(customer, CustomerRefusals.UnknownCustomer)
            : known.UpiIds.All(upi => upi.Id != command.Id)
                ? CustomerDecision.Refuse(known, CustomerRefusals.UnknownUpiId)
                : CustomerDecision.Store(CustomerChanges.RemoveUpiId(known, command.Id));

    /// <summary>Takes over a token's new seal, if the wallet is still as it was read.</summary>
    public static CustomerDecision Decide(CustomerDocument? customer, ReplaceToken command, CustomerContext context) =>
        Known(customer) is { } known && known.Wallets.Contains(command.Before)
            ? CustomerDecision.Store(CustomerChanges.SetWallet(known, command.After))
            : CustomerDecision.Store(customer);

    /// <summary>Continues what is pending. What a process that died had started is done again where that is possible,
    /// and otherwise undone.</summary>
    public static CustomerDecision Decide(CustomerDocument? customer, Resume command, CustomerContext context)
    {
        if (customer is null)
        {
            return CustomerDecision.Store(customer);
        }

        var (next, registrations) = (customer, ImmutableArray<CustomerOperation>.Empty);
        foreach (var abandoned in command.Abandoned.Where(one => CustomerChanges.IsPending(customer, one.Id)))
        {
            if (abandoned is { Kind: PendingOperationKind.RegisterCustomer, Provider: { } provider })
            {
                registrations = registrations.Add(new CustomerOperation.Register(provider) { Id = abandoned.Id });
                continue;
            }

            next = CustomerChanges.End(next, abandoned.Id);
            // A repeated request may have found the card by its number, and then it is saved.
            next = abandoned.VaultToken is { } token && CustomerChanges.Card(next, token) is null
                ? CustomerChanges.Delete(next, new PendingDeletion { VaultToken = token })
                : next;
        }

        return CustomerDecision.Run(next, [.. registrations, .. Deletions(next, context)]);
    }

    /// <summary>Takes the report of an operation. What it made for a customer who was erased meanwhile is to be deleted
    /// again.</summary>
    public static CustomerDecision Decide(CustomerDocument customer, OperationReport report, CustomerContext context)
    {
        var isNamed = CustomerChanges.IsPending(customer, report.Operation.Id);
        var next = WithAccount(CustomerChanges.End(customer, report.Operation.Id), report.Outcome.Account, isNamed);
        return CustomerRequests.Reported(report, context, report.Operation switch
        {
            CustomerOperation.KeepCard card => CardDecider.Report(next, card, report.Outcome, isNamed, context),
            CustomerOperation.ListCards list => CardDecider.Report(next, list, report.Outcome, context),
            CustomerOperation.RequestLink request => WalletDecider.Report(next, request, report.Outcome, context),
            CustomerOperation.ConfirmLink confirm => WalletDecider.Report(next, confirm, report.Outcome, context),
            CustomerOperation.CompleteConsent consent => WalletDecider.Report(next, consent, report.Outcome, context),
            CustomerOperation.ReadWallet read => WalletDecider.Report(next, read, report.Outcome, context),
            CustomerOperation.Delete delete when report.Outcome is OperationOutcome.Done =>
                CustomerDecision.Store(CustomerChanges.Deleted(next, delete.Deletion)),
            _ => new CustomerDecision
            {
                Document = next, Refusal = (report.Outcome as OperationOutcome.Failed)?.Refusal,
            },
        });
    }

    /// <summary>Why an operation has no use any more, or may not start, now that it is its turn; null if it is
    /// started.</summary>
    public static OperationOutcome? Admit(CustomerDocument customer, CustomerOperation operation, DateTimeOffset now) =>
        operation switch
        {
            CustomerOperation.Delete { Deletion: var deletion } =>
                customer.PendingDeletions.Contains(deletion) ? null : new OperationOutcome.Superseded(),
            _ when customer.ErasedAt is not null =>
                new OperationOutcome.Failed(CustomerRefusals.UnknownCustomer, IsFinal: true, WasCalled: false),
            CustomerOperation.KeepCard card => CardDecider.Admit(customer, card),
            CustomerOperation.Register { Provider: var provider } =>
                CustomerChanges.Account(customer, provider) is null ? null : new OperationOutcome.Superseded(),
            CustomerOperation.ListCards => null,
            _ => WalletDecider.Admit(customer, operation, now),
        };

    /// <summary>The customer, unless there is none or they were erased.</summary>
    public static CustomerDocument? Known(CustomerDocument? customer) =>
        customer is { ErasedAt: null } ? customer : null;

    /// <summary>Starts an operation at a provider. If it may register the customer there, the document says so
    /// first.</summary>
    public static CustomerDocument Announce(
        CustomerDocument customer, CustomerOperation operation, ProviderFacts provider, CustomerContext context) =>
        provider.RegistersCustomers && CustomerChanges.Account(customer, provider.Name) is null
            ? CustomerChanges.Start(customer, new PendingOperation
            {
                Id = operation.Id,
                Kind = PendingOperationKind.RegisterCustomer,
                Provider = provider.Name,
                StartedAt = context.Now,
            })
            : customer;

    /// <summary>Starts one operation at each provider that needs one.</summary>
    public static CustomerDecision RunAll(
        CustomerDocument customer, CustomerContext context, Func<ProviderFacts, CustomerOperation?> operationAt)
    {
        var operations = ImmutableArray.CreateBuilder<CustomerOperation>();
        foreach (var provider in context.Providers)
        {
            if (operationAt(provider) is { } operation)
            {
                customer = Announce(customer, operation, provider, context);
                operations.Add(operation);
            }
        }

        return CustomerDecision.Run(customer, operations.ToImmutable());
    }

    /// <summary>The pending deletions as operations; those at one keeper, if one is given.</summary>
    public static ImmutableArray<CustomerOperation> Deletions(
        CustomerDocument customer, CustomerContext context, string? keeper = null) =>
    [
        .. customer.PendingDeletions
            .Where(deletion => keeper is null || CustomerOperation.KeeperOf(deletion) == keeper)
            .Select(deletion => new CustomerOperation.Delete(deletion) { Id = context.NewId("op_") }),
    ];

    /// <summary>Whether a provider keeps cards of customers that are registered there.</summary>
    public static bool KeepsCards(ProviderFacts provider) => provider is { KeepsCards: true, RegistersCustomers: true };

    // A registration that the document no longer names was for a customer who has been erased since: all that the
    // provider keeps under it is to be deleted.
    private static CustomerDocument WithAccount(CustomerDocument customer, StoredAccount? account, bool isNamed)
    {
        if (account is null)
        {
            return customer;
        }

        var next = isNamed ? customer : CustomerChanges.Delete(customer, CustomerChanges.DeletionOf(account));
        return Known(next) is { } known ? CustomerChanges.SetAccount(known, account) : next;
    }
}
