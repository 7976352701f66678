using PaymentCluster.Grains.Abstractions.Customers;

namespace PaymentCluster.Grains.Customers;

/// <summary>The rules of saved cards.</summary>
internal static class CardDecider
{
    /// <summary>Saves a card in the vault. The number of a card that was issued in India is never stored (RBI,
    /// card-on-file tokenisation), and RuPay issues in India alone.</summary>
    public static CustomerDecision Decide(CustomerDocument? customer, SaveCard command, CustomerContext context)
    {
        if (CustomerDecider.Known(customer) is not { } known)
        {
            return CustomerDecision.Refuse(customer, CustomerRefusals.UnknownCustomer);
        }

        if (command.Indian || command.Number.Network == "rupay")
        {
            return CustomerDecision.Refuse(known, CustomerRefusals.IndianCard);
        }

        if (!context.HasVault)
        {
            return CustomerDecision.Refuse(known, CustomerRefusals.NoVault);
        }

        if (CustomerChanges.IsExpired(command.ExpiryYear, command.ExpiryMonth, context.Now))
        {
            return CustomerDecision.Refuse(known, CustomerRefusals.ExpiredCard);
        }

        var operation = new CustomerOperation.KeepCard(context.NewId("card_"), command)
        {
            Id = context.NewId("op_"), Request = command.Request,
        };
        return CustomerDecision.Run(
            CustomerChanges.Start(known, new PendingOperation
            {
                Id = operation.Id,
                Kind = PendingOperationKind.SaveCard,
                VaultToken = operation.Token,
                StartedAt = context.Now,
            }),
            operation);
    }

    /// <summary>Notes the customer's consent before a card is paid with and kept.</summary>
    public static CustomerDecision Decide(CustomerDocument? customer, AgreeToCard command, CustomerContext context) =>
        CustomerDecider.Known(customer) is { } known
            ? CustomerDecision.Store(CustomerChanges.Agree(known, command, context.Now))
            : CustomerDecision.Refuse(customer, CustomerRefusals.UnknownCustomer);

    /// <summary>Lists the cards of each provider that may keep some, unless that was done a moment ago.</summary>
    public static CustomerDecision Decide(CustomerDocument? customer, ListCards command, CustomerContext context)
    {
        if (CustomerDecider.Known(customer) is not { } known)
        {
            return CustomerDecision.Refuse(customer, CustomerRefusals.UnknownCustomer);
        }

        return context.CardsFreshUntil > context.Now
            ? CustomerDecision.Store(known)
            : CustomerDecider.RunAll(known, context, provider =>
                CustomerDecider.KeepsCards(provider)
                    && (!known.Consents.IsEmpty || CustomerChanges.Account(known, provider.Name) is not null)
                    ? new CustomerOperation.ListCards(provider.Name) { Id = context.NewId("op_") }
                    : null);
    }

    /// <summary>Deletes a card: from the document first, so that it cannot be paid with any more, and then where it is
    /// kept. A token that is not there may be a repeated request: pending deletions are completed before the
    /// reply.</summary>
    public static CustomerDecision Decide(CustomerDocument? customer, DeleteCard command, CustomerContext context)
    {
        if (CustomerDecider.Known(customer) is not { } known)
        {
            return CustomerDecision.Refuse(customer, CustomerRefusals.UnknownCustomer);
        }

        if (CustomerChanges.Card(known, command.Token) is not { } card)
        {
            return CustomerDecision.Run(known, CustomerDecider.Deletions(known, context)) with
            {
                Refusal = CustomerRefusals.UnknownCard,
            };
        }

        var next = CustomerChanges.RemoveCard(known, card);
        return CustomerDecision.Run(
            next, CustomerDecider.Deletions(next, context, card.Provider ?? CustomerOperation.Vault));
    }

    /// <summary>Whether a card may be saved now.</summary>
    public static OperationOutcome? Admit(CustomerDocument customer, CustomerOperation.KeepCard operation) =>
        !CustomerChanges.IsPending(customer, operation.Id)
            ? new OperationOutcome.Failed(CustomerRefusals.UnknownCustomer, IsFinal: true, WasCalled: false)
            : customer.PendingDeletions.Any(deletion => deletion.VaultToken is not null)
                ? new OperationOutcome.Failed(CustomerRefusals.StillDeleting, IsFinal: false, WasCalled: false)
                : null;

    /// <summary>Takes the report of a card's saving.</summary>
    /// <param name="customer">The document, without the operation.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="outcome">What came of it.</param>
    /// <param name="isNamed">Whether the document named the operation: otherwise the customer was erased
    /// meanwhile.</param>
    /// <param name="context">The context.</param>
    public static CustomerDecision Report(
        CustomerDocument customer,
        CustomerOperation.KeepCard operation,
        OperationOutcome outcome,
        bool isNamed,
        CustomerContext context) => outcome switch
        {
            OperationOutcome.CardSaved { Token: var token } when isNamed =>
                Saved(customer, operation.Card, token, context),
            OperationOutcome.CardSaved { Token: var token } =>
                Undo(customer, token, context) with { Refusal = CustomerRefusals.UnknownCustomer },
            OperationOutcome.Failed { WasCalled: true, Refusal: var refusal } =>
                Undo(customer, operation.Token, context) with { Refusal = refusal },
            OperationOutcome.Failed { Refusal: var refusal } => CustomerDecision.Refuse(customer, refusal),
            _ => CustomerDecision.Store(customer),
        };

    /// <summary>Takes a provider's list of cards.</summary>
    public static CustomerDecision Report(
        CustomerDocument customer,
        CustomerOperation.ListCards operation,
        OperationOutcome outcome,
        CustomerContext context) =>
        CustomerDecision.Store(
            CustomerDecider.Known(customer) is { } known && outcome is OperationOutcome.CardsListed listed
            ? CustomerChanges.Reconcile(known, operation.Provider, listed.Cards, () => context.NewId("card_"))
            : customer);

    // The same number has the same token: it may be saved already, or deleted again since.
    private static CustomerDecision Saved(
        CustomerDocument customer, SaveCard command, string token, CustomerContext context)
    {
        if (customer.PendingDeletions.Any(deletion => deletion.VaultToken == token))
        {
            return CustomerDecision.Refuse(customer, CustomerRefusals.StillDeleting);
        }

        var saved = CustomerChanges.Card(customer, token);
        if (saved is null && customer.Cards.Length >= CustomerChanges.MaxSaved)
        {
            return Undo(customer, token, context) with { Refusal = CustomerRefusals.TooMany("cards") };
        }

        return saved is not null
            && (saved.ExpiryYear, saved.ExpiryMonth) == (command.ExpiryYear, command.ExpiryMonth)
                ? CustomerDecision.Store(customer, token)
                : CustomerDecision.Store(CustomerChanges.AddCard(customer, CardOf(command, token, context.Now)), token);
    }

    private static CustomerDecision Undo(CustomerDocument customer, string token, CustomerContext context)
    {
        var next = CustomerChanges.Delete(customer, new PendingDeletion { VaultToken = token });
        return CustomerDecision.Run(next, CustomerDecider.Deletions(next, context, CustomerOperation.Vault));
    }

    private static StoredCard CardOf(SaveCard command, string token, DateTimeOffset now) => new()
    {
        Token = token,
        Last4 = command.Number.Last4,
        Network = command.Number.Network,
        ExpiryMonth = command.ExpiryMonth,
        ExpiryYear = command.ExpiryYear,
        Label = command.Label,
        ConsentedAt = now,
        ConsentText = command.ConsentText,
    };
}
