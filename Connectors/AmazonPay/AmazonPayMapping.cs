using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Connectors.AmazonPay;

/// <summary>Amazon Pay's words in ours and ours in Amazon Pay's; the one place where its amounts are made and
/// read.</summary>
internal static class AmazonPayMapping
{
    /// <summary>An idempotency key has at most so many characters (…/amazon-pay-api-v2/idempotency.html), too few for
    /// our ids.</summary>
    private const int KeyLength = 32;

    /// <summary>The type of a permission to charge a wallet that was saved.</summary>
    public const string OnFile = "PaymentMethodOnFile";

    private const int LongestNote = 255;
    private const int LongestUrl = 2_048;

    private static readonly SearchValues<char> IdCharacters =
        SearchValues.Create("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>The currencies of …/amazon-pay-checkout/multi-currency-integration.html; none of them has three
    /// digits.</summary>
    public static ImmutableHashSet<string> Currencies { get; } =
        ["USD", "EUR", "GBP", "JPY", "AUD", "CHF", "DKK", "HKD", "NOK", "NZD", "SEK", "ZAR"];

    /// <summary>Credentials that Amazon does not take; nothing was executed.</summary>
    public static Failure CredentialsRefused { get; } = new()
    {
        Code = FailureCodes.CredentialsRefused,
        Message = "Amazon Pay rejected the merchant's key.",
        Party = FailureParty.Merchant,
    };

    /// <summary>The idempotency key of an effect: its own name, made short.</summary>
    public static string KeyOf(string effect) => CompactName.Of(effect, KeyLength);

    /// <summary>An amount is text in major units, with the digits that the currency has.</summary>
    public static Amount ToAmount(Money money)
    {
        var digits = money.Currency.MinorDigits;
        var text = money.AmountMinor.ToString(CultureInfo.InvariantCulture).PadLeft(digits + 1, '0');
        var major = digits == 0 ? text : $"{text[..^digits]}.{text[^digits..]}";
        return new Amount { Number = JsonElement.Parse($"\"{major}\""), CurrencyCode = money.Currency.Code };
    }

    /// <summary>Reads an amount; false if it is none that a payment can have. More decimals than the currency has are
    /// taken if they are zeros.</summary>
    public static bool TryReadMoney(Amount? amount, out Money money)
    {
        money = default;
        var text = amount?.Number.ValueKind switch
        {
            JsonValueKind.String => amount.Number.GetString(),
            JsonValueKind.Number => amount.Number.GetRawText(),
            _ => null,
        };
        if (text is not { Length: > 0 and <= 24 } || !Currency.TryParse(amount!.CurrencyCode, out var currency))
        {
            return false;
        }

        var parts = text.Split('.');
        var fraction = parts.Length == 2 ? parts[1].TrimEnd('0') : "";
        if (parts.Length > 2
            || parts.Any(part => part.Length == 0 || !part.All(char.IsAsciiDigit))
            || fraction.Length > currency.MinorDigits
            || !long.TryParse(
                parts[0] + fraction.PadRight(currency.MinorDigits, '0'), NumberStyles.None,
                CultureInfo.InvariantCulture, out var minor)
            || minor is <= 0 or > Money.MaxAmountMinor)
        {
            return false;
        }

        money = Money.Of(minor, currency);
        return true;
    }

    /// <summary>Whether this can be an id of Amazon's. Ids become parts of paths, so nothing else is let
    /// through.</summary>
    public static bool IsId([NotNullWhen(true)] string? text) =>
        text is { Length: >= 3 and <= 64 } && text.AsSpan().IndexOfAnyExcept(IdCharacters) < 0;

    public static CreateSession Session(ChargeRequest request, AmazonPayAccount account)
    {
        var callback = request.CallbackUrl.AbsoluteUri;
        var currency = request.Amount.Currency.Code;
        return new CreateSession
        {
            // The buyer places the order on Amazon's page and returns to the shop for its result.
            WebCheckoutDetails = new WebDetails
            {
                CheckoutResultReturnUrl = callback, CheckoutCancelUrl = callback, CheckoutMode = "ProcessOrder",
            },
            StoreId = account.StoreId,
            ChargePermissionType = "OneTime",
            PaymentDetails = new PaymentDetails
            {
                PaymentIntent = request.Capture == CaptureMode.Automatic ? "AuthorizeWithCapture" : "Authorize",
                // The buyer waits for the response; a decline must arrive while they can choose another instrument.
                CanHandlePendingAuthorization = false,
                ChargeAmount = ToAmount(request.Amount),
                // Europe's merchants may show prices in a currency that they do not keep their accounts in.
                PresentmentCurrency = account.Region == "eu" && currency is not ("EUR" or "GBP") ? currency : null,
            },
            MerchantMetadata = new Metadata
            {
                MerchantReferenceId = request.Attempt.ToString(),
                NoteToBuyer = request.Description is { Length: > LongestNote } text
                    ? text[..LongestNote]
                    : request.Description,
            },
        };
    }

    /// <summary>A session in which the buyer agrees that their wallet is saved; nothing is charged.</summary>
    public static CreateSession Setup(Uri callback, AmazonPayAccount account, string name) => new()
    {
        WebCheckoutDetails = new WebDetails
        {
            CheckoutResultReturnUrl = callback.AbsoluteUri,
            CheckoutCancelUrl = callback.AbsoluteUri,
            CheckoutMode = "ProcessOrder",
        },
        StoreId = account.StoreId,
        ChargePermissionType = OnFile,
        PaymentMethodOnFileMetadata = new OnFileMetadata { SetupOnly = true },
        // No presentment currency, since the purchase is not known yet: such a wallet is charged in what the
        // merchant is paid in (…/amazon-pay-checkout/multi-currency-integration.html), and Amazon refuses others.
        PaymentDetails = new PaymentDetails { PaymentIntent = "Confirm" },
        MerchantMetadata = new Metadata { MerchantReferenceId = name },
    };

    /// <summary>A charge of a saved wallet. Under its idempotency key Amazon takes no other content ever, and the
    /// status query for it is the same request: so it holds nothing that a status query does not know, and must not be
    /// changed.</summary>
    public static CreateCharge Charge(string attempt, string permission, Money amount, CaptureMode capture) => new()
    {
        ChargePermissionId = permission,
        ChargeAmount = ToAmount(amount),
        CaptureNow = capture == CaptureMode.Automatic,
        CanHandlePendingAuthorization = false,
        // The customer initiates it, and it belongs to no schedule.
        ChargeInitiator = "CITU",
        Channel = "Web",
        MerchantMetadata = new Metadata { MerchantReferenceId = attempt },
    };

    public static CreateRefund Refund(string charge, Money amount) =>
        new() { ChargeId = charge, RefundAmount = ToAmount(amount) };

    /// <summary>The outcome that the response to a new session reports; null if a required field is missing.</summary>
    public static ProviderOutcome? Opened(SessionEntity session, Money amount, bool plainHttp) =>
        IsId(session.CheckoutSessionId)
        && TryReadMoney(session.PaymentDetails?.ChargeAmount, out var requested)
        && requested == amount
        && PageOf(session, plainHttp) is { } url
            ? new ProviderOutcome.Pending
            {
                ProviderOrder = session.CheckoutSessionId,
                Action = new CustomerAction { Kind = CustomerActionKind.Redirect, Url = url },
            }
            : null;

    /// <summary>The page of a new session; null if the response lacks a required field.</summary>
    public static WalletConsent? Consent(SessionEntity session, bool plainHttp) =>
        IsId(session.CheckoutSessionId) && PageOf(session, plainHttp) is { } url
            ? new WalletConsent(session.CheckoutSessionId, url)
            : null;

    /// <summary>What a permission says of the wallet that was saved; null if it lacks what must be there, or is
    /// another.</summary>
    public static ProviderWallet? Wallet(PermissionEntity permission, string id) =>
        permission.ChargePermissionId == id && permission.StatusDetails?.State is { Length: > 0 } state
            // One that cannot be charged now can be again, once the buyer has seen to it at Amazon.
            ? Wallet(id, linked: state != "Closed")
            : null;

    /// <summary>A saved wallet: what names it is what it is charged by. Amazon does not tell its balance.</summary>
    public static ProviderWallet Wallet(string permission, bool linked) =>
        new() { Reference = permission, Linked = linked, Token = linked ? new Secret(permission) : null };

    /// <summary>What a charge says of itself; null if it lacks what must be there.</summary>
    public static ProviderOutcome? Outcome(ChargeEntity? charge, string? order)
    {
        if (charge is null
            || !IsId(charge.ChargeId)
            || charge.StatusDetails?.State is not { Length: > 0 } state
            || !TryReadMoney(charge.ChargeAmount, out var authorized))
        {
            return null;
        }

        var isCaptured = TryReadMoney(charge.CaptureAmount, out var captured);
        if (state == "Captured" && !isCaptured)
        {
            return null;
        }

        // States: …/amazon-pay-api-v2/charge.html.
        ProviderOutcome outcome = state switch
        {
            "Authorized" => new ProviderOutcome.Succeeded { Stage = ChargeStage.Authorized, Amount = authorized },
            "Captured" => new ProviderOutcome.Succeeded { Stage = ChargeStage.Captured, Amount = captured },
            "Declined" or "Canceled" => Outcomes.Declined(
                AmazonPayFailures.Of(charge.StatusDetails.ReasonCode, FailureCodes.Declined, FailureParty.Customer)),
            // AuthorizationInitiated, CaptureInitiated, and anything that Amazon may add: not final, so it is queried
            // again.
            _ => new ProviderOutcome.Pending(),
        };
        return outcome with { ProviderOrder = order, ProviderReference = charge.ChargeId };
    }

    /// <summary>What a refund says of itself; null if it lacks what must be there.</summary>
    public static ProviderOutcome? Outcome(RefundEntity? refund)
    {
        if (refund is null
            || !IsId(refund.RefundId)
            || refund.StatusDetails?.State is not { Length: > 0 } state
            || !TryReadMoney(refund.RefundAmount, out var amount))
        {
            return null;
        }

        // States: …/amazon-pay-api-v2/refund.html. Every refund is asynchronous.
        ProviderOutcome outcome = state switch
        {
            "Refunded" => new ProviderOutcome.Succeeded { Stage = ChargeStage.Captured, Amount = amount },
            "Declined" => Outcomes.Declined(new Failure
            {
                Code = "refund_failed",
                Message = "Amazon Pay could not pay out the refund.",
                Party = FailureParty.Provider,
            }),
            _ => new ProviderOutcome.Pending(),
        };
        return outcome with { ProviderReference = refund.RefundId };
    }

    /// <summary>A refund that was paid out; null if it was not. Amazon does not tell who requested it.</summary>
    public static ProviderRefund? PaidOut(RefundEntity refund) =>
        Outcome(refund) is ProviderOutcome.Succeeded paidOut && IsId(refund.ChargeId)
            ? new ProviderRefund
            {
                ProviderReference = refund.RefundId!,
                Amount = paidOut.Amount,
                ProviderPayment = refund.ChargeId,
                MayBeOurs = true,
            }
            : null;

    private static string? PageOf(SessionEntity session, bool plainHttp) =>
        session.WebCheckoutDetails?.AmazonPayRedirectUrl is { Length: <= LongestUrl } url
        && Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (plainHttp && uri.Scheme == Uri.UriSchemeHttp))
            ? url
            : null;
}
