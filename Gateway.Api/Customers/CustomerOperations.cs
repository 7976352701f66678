using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Gateway.Api.Payments;

namespace PaymentCluster.Gateway.Api.Customers;

/// <summary>What the customer calls take and answer.</summary>
internal static class CustomerOperations
{
    private const string Tag = "Customers";

    public static readonly ApiOperation Put = Of(
        "putCustomer", "Create a customer, or change what is said of them.", typeof(CustomerRecordResponse)) with
    {
        Body = CustomerRequest.Shape,
    };

    public static readonly ApiOperation Get = Of(
        "getCustomer", "Read a customer.", typeof(CustomerRecordResponse), ErrorCode.CustomerNotFound);

    public static readonly ApiOperation Erase = Of(
        "eraseCustomer",
        "Forget who the customer is and what they pay with, here and at providers. Payments stay readable.",
        typeof(CustomerRecordResponse), ErrorCode.CustomerNotFound);

    public static readonly ApiOperation GetWallet = Of(
        "getWallet", "Read the wallet configuration. The ETag names its version.", typeof(WalletConfigurationResponse), ErrorCode.CustomerNotFound);

    public static readonly ApiOperation PutWallet = Of(
        "putWallet",
        "Set the preferences, all of them at once. With If-Match they replace only the version that was read.",
        typeof(WalletConfigurationResponse), ErrorCode.CustomerNotFound, ErrorCode.VersionConflict) with
    {
        Body = PutWalletRequest.Shape, TakesIfMatch = true,
    };

    public static readonly ApiOperation SaveCard = new()
    {
        Id = "saveCard",
        Tag = Tag,
        Summary = "Save a card that was not issued in India in the vault, with the customer's consent. The same card again answers "
            + "the one that is there. Indian cards are saved by paying with them: card.save.",
        Body = SaveCardRequest.Shape,
        Responses = [new(201, "The card.", typeof(SavedCardResponse))],
        Errors =
        [
            ErrorCode.CustomerNotFound, ErrorCode.CardInvalid, ErrorCode.ConsentRequired, ErrorCode.CardNotKept, ErrorCode.LimitReached,
        ],
    };

    public static readonly ApiOperation ListCards = Of(
        "listCards", "List the saved cards; providers are asked which they keep.", typeof(SavedCardListResponse), ErrorCode.CustomerNotFound);

    public static readonly ApiOperation DeleteCard = Of(
        "deleteCard", "Forget a card, here and where it is kept.", typeof(SavedCardListResponse),
        ErrorCode.CustomerNotFound, ErrorCode.InstrumentNotFound);

    public static readonly ApiOperation ValidateUpi = Of(
        "validateUpi", "Ask a provider whether a UPI id can be paid from, and whose it is. So many in a minute.", typeof(UpiCheckResponse),
        ErrorCode.CustomerNotFound, ErrorCode.NoProvider, ErrorCode.ProviderRefused) with
    {
        Body = UpiIdRequest.Shape,
    };

    public static readonly ApiOperation SaveUpi = new()
    {
        Id = "saveUpi",
        Tag = Tag,
        Summary = "Save a UPI id. The same again answers the one that is there.",
        Body = UpiIdRequest.Shape,
        Responses = [new(201, "The UPI id.", typeof(SavedUpiResponse))],
        Errors = [ErrorCode.CustomerNotFound, ErrorCode.LimitReached],
    };

    public static readonly ApiOperation ListUpi = Of(
        "listUpi", "List the saved UPI ids.", typeof(SavedUpiListResponse), ErrorCode.CustomerNotFound);

    public static readonly ApiOperation DeleteUpi = Of(
        "deleteUpi", "Forget a UPI id.", typeof(SavedUpiListResponse), ErrorCode.CustomerNotFound, ErrorCode.InstrumentNotFound);

    public static readonly ApiOperation LinkWallet = Of(
        "linkWallet",
        "Link a wallet. By password: without otp the customer gets one, with it the link is made. By consent: the customer agrees on "
            + "consent_url, and comes back to return_url.",
        typeof(LinkedWalletResponse),
        ErrorCode.CustomerNotFound, ErrorCode.InstrumentNotFound, ErrorCode.NoProvider, ErrorCode.ProviderRefused,
        ErrorCode.InstrumentUnusable) with
    {
        Body = LinkWalletRequest.Shape,
    };

    public static readonly ApiOperation ReadWallet = Of(
        "readLinkedWallet",
        "Read a linked wallet with its present balance, or ask whether the customer has agreed to its being linked.",
        typeof(LinkedWalletResponse),
        ErrorCode.CustomerNotFound, ErrorCode.InstrumentNotFound, ErrorCode.ProviderRefused, ErrorCode.InstrumentUnusable);

    public static readonly ApiOperation UnlinkWallet = Of(
        "unlinkWallet", "Give a wallet's link up.", typeof(WalletConfigurationResponse),
        ErrorCode.CustomerNotFound, ErrorCode.InstrumentNotFound);

    public static readonly ApiOperation Instruments = Of(
        "listInstruments",
        "All that the customer can pay an amount with, best first, and what cannot be used now and why.",
        typeof(InstrumentListResponse), ErrorCode.CustomerNotFound, ErrorCode.AmountInvalid, ErrorCode.CurrencyUnknown) with
    {
        Query = CustomersRequests.InstrumentsQuery,
    };

    public static readonly ApiOperation Transactions = Of(
        "listTransactions", "List what the customer paid and got back, newest first, with totals.", typeof(TransactionListResponse),
        ErrorCode.CursorInvalid, ErrorCode.CurrencyUnknown) with
    {
        Query = TransactionsQuery.Parameters,
    };

    private static ApiOperation Of(string id, string summary, Type answer, params ErrorCode[] errors) => new()
    {
        Id = id, Tag = Tag, Summary = summary, Responses = [new(200, "As it stands.", answer)], Errors = errors,
    };
}
