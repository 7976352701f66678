using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.RegularExpressions;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Connectors.Razorpay;

/// <summary>Razorpay's words in ours and ours in Razorpay's; the one place where its amounts are made and
/// read.</summary>
internal static partial class RazorpayMapping
{
    /// <summary>The key in <c>notes</c> under which a payment carries its attempt's id.</summary>
    public const string AttemptNote = "attempt";

    /// <summary>The key in <c>notes</c> under which a refund carries its id.</summary>
    public const string RefundNote = "refund";

    // Limits in minutes: razorpay.com/docs/payments/payments/capture-settings/api.
    private const int ShortestAutomaticCapture = 12;
    private const int LongestCapture = 7_200;

    /// <summary>The currencies of razorpay.com/docs/payments/international-payments (supported currencies) that ISO
    /// 4217 still lists; the exponents there are those of ISO 4217.</summary>
    public static ImmutableHashSet<string> Currencies { get; } =
    [
        .. (
            "AED ALL AMD AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BZD CAD CHF CLP CNY COP CRC CUP "
                + "CVE CZK DJF DKK DOP "
                + "DZD EGP ETB EUR FJD GBP GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD ISK JMD JOD JPY KES "
                + "KGS KHR KMF KRW KWD KYD "
                + "KZT LAK LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR "
                + "PEN PGK PHP PKR PLN PYG "
                + "QAR RON RSD RUB RWF SAR SCR SEK SGD SOS SVC SZL THB TND TRY TTD TWD TZS UAH UGX USD UYU UZS VND VUV "
                + "XAF XCD XOF XPF YER ZAR "
                + "ZMW").Split(' '),
    ];

    /// <summary>Of a three-digit currency the last digit must be 0 (razorpay.com/docs/api/orders/create).</summary>
    public static ImmutableDictionary<string, long> AmountSteps { get; } = Currencies
        .Where(code => Currency.Parse(code).MinorDigits == 3).ToImmutableDictionary(code => code, _ => 10L);

    /// <summary>Amounts are integers in the currency's subunit, which is our minor unit.</summary>
    public static long ToAmount(Money money) => money.AmountMinor;

    /// <summary>Reads an amount; false if it is none that a payment can have.</summary>
    public static bool TryReadMoney(long? amount, string? code, out Money money)
    {
        money = default;
        if (amount is not (> 0 and <= Money.MaxAmountMinor) || !Currency.TryParse(code, out var currency))
        {
            return false;
        }

        money = Money.Of(amount.Value, currency);
        return true;
    }

    /// <summary>Whether this is an id of Razorpay's with this prefix. Ids become parts of paths, so nothing else is let
    /// through.</summary>
    public static bool IsId([NotNullWhen(true)] string? text, string prefix) =>
        text is not null
        && text.Length > prefix.Length && text.Length <= 64
        && text.StartsWith(prefix, StringComparison.Ordinal)
        && text.AsSpan(prefix.Length).IndexOfAnyExcept(IdCharacters) < 0;

    private static readonly SearchValues<char> IdCharacters =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly SearchValues<char> WordCharacters =
        SearchValues.Create("0123456789_abcdefghijklmnopqrstuvwxyz");

    public static CreateOrder Order(ChargeRequest request, DateTimeOffset now) => new()
    {
        Amount = ToAmount(request.Amount),
        Currency = request.Amount.Currency.Code,
        Receipt = request.Attempt.ToString(),
        Notes = new() { [AttemptNote] = request.Attempt.ToString() },
        Payment = new OrderPayment
        {
            Capture = request.Capture == CaptureMode.Automatic ? "automatic" : "manual",
            CaptureOptions = new CaptureOptions
            {
                // For as long as the customer can pay. What is authorised later is captured by the engine, or goes
                // back.
                AutomaticExpiryPeriod = request.Capture == CaptureMode.Automatic
                    ? MinutesUntil(request.ExpiresAt, now, ShortestAutomaticCapture, LongestCapture)
                    : null,
                ManualExpiryPeriod = LongestCapture,
                RefundSpeed = "normal",
            },
        },
    };

    public static CreatePayment Payment(
        ChargeRequest request, string order, RazorpayOptions options, DateTimeOffset now)
    {
        var payment = Payment(request, order, options);
        RazorpayInstruments.Add(payment, request.Instrument, MinutesUntil(request.ExpiresAt, now, 5, 5_760));
        return payment;
    }

    private static CreatePayment Payment(ChargeRequest request, string order, RazorpayOptions options) => new()
    {
        Amount = ToAmount(request.Amount),
        Currency = request.Amount.Currency.Code,
        OrderId = order,
        Email = request.Customer.Email ?? options.DefaultEmail,
        Contact = request.Customer.Phone ?? options.DefaultContact,
        Notes = new() { [AttemptNote] = request.Attempt.ToString() },
        Description = request.Description is { Length: > 255 } text ? text[..255] : request.Description,
        CallbackUrl = request.CallbackUrl.AbsoluteUri,
        Ip = request.Customer.IpAddress ?? options.DefaultIpAddress,
        UserAgent = request.Customer.UserAgent ?? options.DefaultUserAgent,
        Referer = request.CallbackUrl.GetLeftPart(UriPartial.Authority) + "/",
    };

    private static int MinutesUntil(DateTimeOffset moment, DateTimeOffset now, int atLeast, int atMost) =>
        (int)Math.Clamp(Math.Ceiling((moment - now).TotalMinutes), atLeast, atMost);

    public static CreateRefund Refund(RefundRequest request)
    {
        var notes = new Dictionary<string, string> { [RefundNote] = request.Refund.ToString() };
        if (request.Reason is { Length: > 0 } reason)
        {
            notes["reason"] = reason[..Math.Min(reason.Length, 256)];
        }

        return new()
        {
            Amount = ToAmount(request.Amount), Speed = "normal", Receipt = request.Refund.ToString(), Notes = notes,
        };
    }

    /// <summary>The outcome that the response to a new payment reports; null if a required field is missing.</summary>
    public static ProviderOutcome? Outcome(ChargeInstrument instrument, PaymentCreated response, bool plainHttp) =>
        IsId(response.RazorpayPaymentId, "pay_")
            ? new ProviderOutcome.Pending
            {
                ProviderReference = response.RazorpayPaymentId,
                Action = Action(instrument, response.Next ?? [], plainHttp),
            }
            : null;

    /// <summary>What a payment says of its charge; null if it lacks what must be there.</summary>
    public static ProviderOutcome? Outcome(PaymentEntity? payment)
    {
        if (payment is null
            || !IsId(payment.Id, "pay_")
            || payment.OrderId is not null && !IsId(payment.OrderId, "order_")
            || string.IsNullOrEmpty(payment.Status)
            || !TryReadMoney(payment.Amount, payment.Currency, out var amount))
        {
            return null;
        }

        ProviderOutcome outcome = payment.Status switch
        {
            "authorized" => Succeeded(payment, ChargeStage.Authorized, amount),
            "captured" => Succeeded(payment, ChargeStage.Captured, amount),
            // An authorisation that is not captured in time is released automatically; nothing was captured.
            "refunded" when payment.Captured == false => new ProviderOutcome.Declined
            {
                Failure = new Failure
                {
                    Code = "authorization_expired",
                    Message = "The authorised amount was not captured in time and was released.",
                    Party = FailureParty.Merchant,
                },
            },
            "refunded" => Succeeded(payment, ChargeStage.Captured, amount),
            "failed" => new ProviderOutcome.Declined
            {
                Failure = Failure(
                    payment.ErrorCode, payment.ErrorReason, payment.ErrorDescription, payment.ErrorSource,
                    FailureCodes.Declined),
            },
            // "created", and anything that Razorpay may add: not final, so it is queried again.
            _ => new ProviderOutcome.Pending(),
        };
        return outcome with { ProviderOrder = payment.OrderId, ProviderReference = payment.Id };
    }

    /// <summary>What a refund says of itself; null if it lacks what must be there.</summary>
    public static ProviderOutcome? Outcome(RefundEntity? refund)
    {
        if (refund is null
            || !IsId(refund.Id, "rfnd_")
            || string.IsNullOrEmpty(refund.Status)
            || !TryReadMoney(refund.Amount, refund.Currency, out var amount))
        {
            return null;
        }

        ProviderOutcome outcome = refund.Status switch
        {
            "processed" => new ProviderOutcome.Succeeded
            {
                Stage = ChargeStage.Captured,
                Amount = amount,
                BankReference = Text(refund.AcquirerData, "arn")
                    ?? Text(refund.AcquirerData, "rrn")
                    ?? Text(refund.AcquirerData, "utr"),
            },
            "failed" => new ProviderOutcome.Declined
            {
                Failure = new Failure
                {
                    Code = "refund_failed",
                    Message = "Razorpay could not pay out the refund.",
                    Party = FailureParty.Provider,
                },
            },
            _ => new ProviderOutcome.Pending(),
        };
        return outcome with { ProviderReference = refund.Id };
    }

    /// <summary>The one of two outcomes of a charge that tells more: money taken, money reserved, what cannot be read,
    /// what is under way, what could not be queried, what failed, and nothing.</summary>
    public static ProviderOutcome Weightier(ProviderOutcome left, ProviderOutcome right) =>
        Weight(right) > Weight(left) ? right : left;

    private static int Weight(ProviderOutcome outcome) => outcome switch
    {
        ProviderOutcome.Succeeded { Stage: ChargeStage.Captured } => 7,
        ProviderOutcome.Succeeded => 6,
        ProviderOutcome.Unknown => 5,
        ProviderOutcome.Pending => 4,
        ProviderOutcome.NotSent => 3,
        ProviderOutcome.Declined => 2,
        _ => outcome.ProviderOrder is null ? 0 : 1,
    };

    /// <summary>Our id of a refund, as the refund carries it; null if it is none of ours.</summary>
    public static string? NameOf(RefundEntity? refund) =>
        refund is null ? null : refund.Receipt ?? Text(refund.Notes, RefundNote);

    /// <summary>The payment that an error is about, if it names one.</summary>
    public static string? PaymentOf(ErrorBody? error) =>
        error is not null && Text(error.Metadata, "payment_id") is { } id && IsId(id, "pay_") ? id : null;

    /// <summary>The customer's step. The payment's own page or app link wins over waiting.</summary>
    public static CustomerAction? Action(
        ChargeInstrument instrument, IReadOnlyList<NextStep> steps, bool plainHttp)
    {
        var intent = Url(steps, "intent", url => url.StartsWith("upi://pay?", StringComparison.Ordinal));
        if (intent is not null)
        {
            return new CustomerAction
            {
                Kind = instrument is ChargeInstrument.UpiQr ? CustomerActionKind.UpiQr : CustomerActionKind.UpiIntent,
                Url = intent,
            };
        }

        var redirect = Url(steps, "redirect", url => Uri.TryCreate(url, UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttps || (plainHttp && uri.Scheme == Uri.UriSchemeHttp)));
        if (redirect is not null)
        {
            return new CustomerAction { Kind = CustomerActionKind.Redirect, Url = redirect };
        }

        return instrument is ChargeInstrument.UpiCollect
            ? new CustomerAction { Kind = CustomerActionKind.UpiApprove }
            : null;
    }

    /// <summary>A refusal of a request, in our words.</summary>
    public static Failure Refused(ErrorBody error) => IsAboutCredentials(error.Description ?? "")
        ? CredentialsRefused
        : Failure(error.Code, error.Reason, error.Description, error.Source, FailureCodes.RequestRefused);

    // Some calls say so with 400 ("The api key provided is invalid"). "Authentication failed due to …" is a customer's.
    private static bool IsAboutCredentials(string description) =>
        description.TrimEnd('.') is "Authentication failed"
        || (description.StartsWith("The api ", StringComparison.OrdinalIgnoreCase)
            && description.Contains("provided is invalid", StringComparison.OrdinalIgnoreCase));

    /// <summary>Credentials that Razorpay does not take; nothing was executed.</summary>
    public static Failure CredentialsRefused { get; } = new()
    {
        Code = FailureCodes.CredentialsRefused,
        Message = "Razorpay rejected the merchant's API key.",
        Party = FailureParty.Merchant,
    };

    /// <summary>A short text in an object that may also be an empty array or null, as <c>notes</c> and
    /// <c>acquirer_data</c> are.</summary>
    public static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 and <= 64 } text
            ? text
            : null;

    private static ProviderOutcome.Succeeded Succeeded(PaymentEntity payment, ChargeStage stage, Money amount) => new()
    {
        Stage = stage,
        Amount = amount,
        // The fee is in rupees whatever the payment's currency is; it is booked only where the two agree.
        Fee = stage == ChargeStage.Captured
            && amount.Currency == Currency.Inr
            && payment.Fee is >= 0 and var fee
            && fee <= amount.AmountMinor
            ? Money.Of(fee, Currency.Inr)
            : null,
        BankReference = Text(payment.AcquirerData, "rrn")
            ?? Text(payment.AcquirerData, "upi_transaction_id")
            ?? Text(payment.AcquirerData, "bank_transaction_id")
            ?? Text(payment.AcquirerData, "transaction_id")
            ?? Text(payment.AcquirerData, "auth_code")
            ?? Text(payment.AcquirerData, "authentication_reference_number"),
    };

    private static Failure Failure(
        string? code, string? reason, string? description, string? source, string otherwise) => new()
        {
            Code = IsWord(reason) ? reason : otherwise,
            Message = Sentence(description),
            // Sources: razorpay.com/docs/errors/payments/payment-methods-error-parameters.
            Party = source switch
            {
                "customer" => FailureParty.Customer,
                "business" => FailureParty.Merchant,
                "bank" or "issuer" or "issuer_bank" or "customer_bank" or "customer_psp" => FailureParty.Bank,
                "internal" or "gateway" or "network" or "provider" or "beneficiary_bank" => FailureParty.Provider,
                _ => code is "GATEWAY_ERROR" or "SERVER_ERROR" ? FailureParty.Provider
                    : otherwise == FailureCodes.RequestRefused ? FailureParty.Merchant
                    : FailureParty.Customer,
            },
        };

    // A description may quote what was sent; nothing that could be a card's number is passed on.
    private static string Sentence(string? description) => string.IsNullOrWhiteSpace(description)
        ? "Razorpay declined."
        : ManyDigits().Replace(description[..Math.Min(description.Length, 255)], "***");

    [GeneratedRegex(@"[0-9](?:[ -]?[0-9]){10,}", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex ManyDigits();

    private static bool IsWord([NotNullWhen(true)] string? text) =>
        text is { Length: > 1 and <= 64 } && text.AsSpan().IndexOfAnyExcept(WordCharacters) < 0;

    private static string? Url(IReadOnlyList<NextStep> steps, string action, Func<string, bool> isSafe) =>
        steps.FirstOrDefault(
            step => step?.Action == action && step.Url is { Length: <= 2_048 } url && isSafe(url))?.Url;
}
