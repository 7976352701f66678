using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Gateway.Api.Payments;

namespace PaymentCluster.Gateway.Api.Customers;

/// <summary>What the customer calls accept and return.</summary>
internal static class CustomerOperations
{
    private const string Tag = "Customers";

    public static readonly ApiOperation Put = Of(
        "putCustomer", "Create a customer, or change their details.", typeof(CustomerRecordResponse)) with
    {
        Body = CustomerRequest.Shape,
        TakesIdempotencyKey = true,
    };

    public static readonly ApiOperation Get = Of(
        "getCustomer", "Read a customer.", typeof(CustomerRecordResponse), ErrorCode.CustomerNotFound);

    public static readonly ApiOperation Erase = Of(
        "eraseCustomer",
        "Erase a customer's personal data and saved instruments, here and at providers. Payments stay readable.",
        typeof(CustomerRecordResponse), ErrorCode.CustomerNotFound) with
    {
        TakesIdempotencyKey = true,
    };

    public static readonly ApiOperation GetWallet = Versioned(Of(
        "getWallet",
        "Read the wallet configuration. Its ETag is its version.",
        typeof(WalletConfigurationResponse),
        ErrorCode.CustomerNotFound));

    public static readonly ApiOperation PutWallet = Versioned(Of(
        "putWallet",
        "Replace all preferences. With If-Match only the version that was read is replaced.",
        typeof(WalletConfigurationResponse), ErrorCode.CustomerNotFound, ErrorCode.VersionConflict)) with
    {
        Body = PutWalletRequest.Shape,
        TakesIdempotencyKey = true,
        TakesIfMatch = true,
    };

    public static readonly ApiOperation SaveCard = new()
    {
        Id = "saveCard",
        Tag = Tag,
        Summary = "Save a card that was not issued in India in the vault, with the customer's consent. Saving the same "
            + "card again returns the existing one. Indian cards are saved by paying with them: card.save.",
        Body = SaveCardRequest.Shape,
        TakesIdempotencyKey = true,
        TakesCards = true,
        Responses = [new(201, "The card.", typeof(SavedCardResponse))],
        Errors =
        [
            ErrorCode.CustomerNotFound, ErrorCode.CardInvalid, ErrorCode.ConsentRequired, ErrorCode.CardNotKept,
            ErrorCode.LimitReached,
        ],
    };

    public static readonly ApiOperation ListCards = Of(
        "listCards",
        "List the saved cards, including those that providers report.",
        typeof(SavedCardListResponse),
        ErrorCode.CustomerNotFound);

    public static readonly ApiOperation DeleteCard = Of(
        "deleteCard", "Delete a saved card, here and at its provider.", typeof(SavedCardListResponse),
        ErrorCode.CustomerNotFound, ErrorCode.InstrumentNotFound) with
    {
        TakesIdempotencyKey = true,
    };

    public static readonly ApiOperation ValidateUpi = Of(
        "validateUpi",
        "Ask a provider whether a UPI ID exists, and for its holder's name. At most 10 per minute and customer.",
        typeof(UpiCheckResponse),
        ErrorCode.CustomerNotFound, ErrorCode.NoProvider, ErrorCode.ProviderRefused) with
    {
        Body = UpiIdRequest.Shape,
    };

    public static readonly ApiOperation SaveUpi = new()
    {
        Id = "saveUpi",
        Tag = Tag,
        Summary = "Save a UPI ID. Saving the same one again returns the existing one.",
        Body = UpiIdRequest.Shape,
        TakesIdempotencyKey = true,
        Responses = [new(201, "The UPI ID.", typeof(SavedUpiResponse))],
        Errors = [ErrorCode.CustomerNotFound, ErrorCode.LimitReached],
    };

    public static readonly ApiOperation ListUpi = Of(
        "listUpi", "List the saved UPI IDs.", typeof(SavedUpiListResponse), ErrorCode.CustomerNotFound);

    public static readonly ApiOperation DeleteUpi = Of(
        "deleteUpi",
        "Delete a saved UPI ID.",
        typeof(SavedUpiListResponse),
        ErrorCode.CustomerNotFound,
        ErrorCode.InstrumentNotFound) with
    {
        TakesIdempotencyKey = true,
    };

    public static readonly ApiOperation LinkWallet = Of(
        "linkWallet",
        "Link a wallet. By password: without otp the customer receives one, with otp the wallet is linked. By consent: "
            + "the customer agrees at consent_url and returns to return_url.",
        typeof(LinkedWalletResponse),
        ErrorCode.CustomerNotFound, ErrorCode.InstrumentNotFound, ErrorCode.NoProvider, ErrorCode.ProviderRefused,
        ErrorCode.InstrumentUnusable) with
    {
        Body = LinkWalletRequest.Shape,
        TakesIdempotencyKey = true,
    };

    public static readonly ApiOperation ReadWallet = Of(
        "readLinkedWallet",
        "Read a linked wallet with its current balance, or check whether the customer has agreed to link it.",
        typeof(LinkedWalletResponse),
        ErrorCode.CustomerNotFound,
        ErrorCode.InstrumentNotFound,
        ErrorCode.ProviderRefused,
        ErrorCode.InstrumentUnusable);

    public static readonly ApiOperation UnlinkWallet = Of(
        "unlinkWallet", "Unlink a wallet.", typeof(WalletConfigurationResponse),
        ErrorCode.CustomerNotFound, ErrorCode.InstrumentNotFound) with
    {
        TakesIdempotencyKey = true,
    };

    public static readonly ApiOperation Instruments = Of(
        "listInstruments",
        "List the instruments that the customer can pay an amount with, best first, and those that cannot be used now "
            + "and why.",
        typeof(InstrumentListResponse),
        ErrorCode.CustomerNotFound,
        ErrorCode.AmountInvalid,
        ErrorCode.CurrencyUnknown) with
    {
        Query = CustomersRequests.InstrumentsQuery,
    };

    public static readonly ApiOperation Transactions = Of(
        "listTransactions",
        "List the customer's payments and refunds, newest first, with totals.",
        typeof(TransactionListResponse),
        ErrorCode.CursorInvalid, ErrorCode.CurrencyUnknown) with
    {
        Query = TransactionsQuery.Parameters,
    };

    private static ApiOperation Versioned(ApiOperation operation) => operation with
    {
        Responses = [operation.Responses[0] with { Headers = [ResponseHeaders.ETag] }],
    };

    private static ApiOperation Of(string id, string summary, Type response, params ErrorCode[] errors) => new()
    {
        Id = id, Tag = Tag, Summary = summary, Responses = [new(200, "The current state.", response)], Errors = errors,
    };
}
