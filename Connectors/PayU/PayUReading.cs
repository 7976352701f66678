using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Upi;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Connectors.PayU;

/// <summary>PayU's words in ours: statuses, failures, the customer's step.</summary>
internal static partial class PayUReading
{
    // In base64; a bank's page has a few kilobytes.
    private const int LongestPage = 65_536;

    // Characters allowed in a link that a customer is sent to.
    private static readonly SearchValues<char> LinkCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;=%");

    /// <summary>The key or the hash was refused; nothing was executed.</summary>
    public static Failure CredentialsRefused { get; } = new()
    {
        Code = FailureCodes.CredentialsRefused,
        Message = "PayU rejected the merchant's key or salt.",
        Party = FailureParty.Merchant,
    };

    /// <summary>What a refusal of a <c>txnid</c> that was used before is called.</summary>
    public const string UsedBefore = "payu_e202";

    public static Failure Refused(string message) => new()
    {
        Code = FailureCodes.RequestRefused, Message = message, Party = FailureParty.Merchant,
    };

    /// <summary>A command's refusal, in our words.</summary>
    public static Failure Refused(CommandResponse response) => new()
    {
        Code = response.ErrorCode is { Length: > 0 and <= 8 } code && code.All(char.IsAsciiDigit)
            ? $"payu_{code}"
            : FailureCodes.RequestRefused,
        Message = Sentence(response.Message),
        Party = FailureParty.Merchant,
    };

    /// <summary>Whether a message blames the credentials.</summary>
    public static bool IsAboutCredentials(string? message) => message?.Trim().TrimEnd('.').ToUpperInvariant() is
        "INVALID HASH" or "INVALID KEY" or "INVALID MERCHANT KEY" or "HASH IS EMPTY" or "HASH MISMATCH";

    /// <summary>Whether a message says that PayU did not look at the request (docs.payu.in, throttling).</summary>
    public static bool IsAboutHaste(string? message) => message?.TrimStart() is { } text
        && (text.StartsWith("Requests limit reached", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("Too many Requests", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a refusal passes with time: 120 is a lock, 214 the same amount within five minutes
    /// (docs.payu.in/docs/error-codes-for-refund-initiation).</summary>
    public static bool MayPassSoon(CommandResponse response) =>
        response.ErrorCode is "120" or "214" || IsAboutHaste(response.Message);

    /// <summary>Whether an accepted request is what PayU calls accepted: 102, or one of those for "under way"; any
    /// other code is a failure, whatever the status.</summary>
    public static bool IsAccepted(CommandResponse response) => response.Status == "1"
        && response.ErrorCode is null or "" or "102" or "100" or "101" or "126" or "127" or "225" or "226";

    /// <summary>The outcome that the response to a new payment reports; null if a required field is missing.</summary>
    public static ProviderOutcome? Outcome(ChargeRequest request, PaymentResponse response, PaymentResult? result)
    {
        var status = (response.Meta?.TxnStatus ?? response.Status)?.ToUpperInvariant();
        var id = PayUMapping.IsId(result?.PaymentId) ? result.PaymentId : null;
        if (response.Meta is { TxnId: { } txnId } && txnId != request.Attempt.ToString())
        {
            return null;
        }

        if (status is "FAILED" or "FAILURE")
        {
            return new ProviderOutcome.Declined
            {
                Failure = Initial(
                    response.Meta?.StatusCode ?? response.Error, response.Meta?.Message ?? response.Message),
                ProviderReference = id,
            };
        }

        // An unknown word leads to a status query, like "pending" and even "success": what is paid is read from one
        // place alone.
        return id is not null
            && result is not null
            && status is not null
            && TryAction(request.Instrument, result, out var action)
            ? new ProviderOutcome.Pending { ProviderReference = id, Action = action }
            : null;
    }

    /// <summary>What <c>verify_payment</c> says of a charge; null if it lacks what must be there.</summary>
    public static ProviderOutcome? Outcome(ChargeDetails details)
    {
        if (!PayUMapping.IsId(details.PaymentId)
            || details.Status is not { Length: > 0 }
            || !TryReadAmount(details, out var amount))
        {
            return null;
        }

        var word = (details.UnmappedStatus ?? "").ToUpperInvariant();
        ProviderOutcome outcome = (details.Status.ToUpperInvariant(), word) switch
        {
            ("SUCCESS", "CAPTURED") => Succeeded(details, ChargeStage.Captured, amount),
            // Success, and yet only authorised.
            ("SUCCESS", "AUTH") => Succeeded(details, ChargeStage.Authorized, amount),
            ("FAILURE" or "FAILED", "USERCANCELLED" or "BOUNCED" or "DROPPED" or "FAILED" or "AUTOREFUND")
                when !NpciResponses.IsOpen(NpciCode(details)) =>
                    new ProviderOutcome.Declined { Failure = FailureOf(details, word) },
            // Initiated, in progress, pending, and anything that PayU may add: not final, so it is queried again.
            _ => new ProviderOutcome.Pending(),
        };
        return outcome with { ProviderReference = details.PaymentId };
    }

    /// <summary>A word of PayU's table of states in one spelling; "other" for any that is not in it.</summary>
    public static string Word(string? unmappedStatus) => (unmappedStatus ?? "").ToUpperInvariant() switch
    {
        "CAPTURED" or "AUTH" or "CANCELLED" or "CANCELED" or "USERCANCELLED" or "BOUNCED" or "DROPPED" or "FAILED"
            or "AUTOREFUND" or "INITIATED" or "IN PROGRESS" or "PENDING" => unmappedStatus!.ToUpperInvariant(),
        _ => "other",
    };

    /// <summary>Whether the word leaves open that an authorisation was cancelled: PayU's table of states has none for
    /// it.</summary>
    public static bool MayBeCancelled(ChargeDetails details) =>
        (details.UnmappedStatus ?? "").ToUpperInvariant() is "AUTH" or "CANCELLED" or "CANCELED";

    /// <summary>What <c>check_action_status</c> says of a refund; null if it lacks what must be there.</summary>
    public static ProviderOutcome? Outcome(ActionDetails action)
    {
        if (!PayUMapping.IsId(action.RequestId)
            || action.Status is not { Length: > 0 }
            || !PayUMapping.TryReadMoney(action.Amount, out var amount))
        {
            return null;
        }

        ProviderOutcome outcome = StateOf(action) switch
        {
            ActionState.Done => new ProviderOutcome.Succeeded
            {
                Stage = ChargeStage.Captured, Amount = amount, BankReference = Reference(action.Arn)
                    ?? Reference(action.BankReference),
            },
            ActionState.Failed => new ProviderOutcome.Declined
            {
                Failure = new Failure
                {
                    Code = "refund_failed", Message = "PayU could not pay out the refund.",
                    Party = FailureParty.Provider,
                },
            },
            _ => new ProviderOutcome.Pending(),
        };
        return outcome with { ProviderReference = action.RequestId };
    }

    /// <summary>How far a capture, refund or cancellation is. Words differ in case from page to page.</summary>
    public static ActionState StateOf(ActionDetails action) => action.Status?.Trim().ToUpperInvariant() switch
    {
        "SUCCESS" => ActionState.Done,
        "FAILURE" or "FAILED" => ActionState.Failed,
        _ => ActionState.UnderWay,
    };

    /// <summary>A kept card; null if it cannot be paid with or shown.</summary>
    public static ProviderCard? Card(KeptCard card, CardToken? token)
    {
        if (card.Token is not { Length: > 0 and <= 128 } reference
            || card.Number is not { Length: >= 4 and <= 32 } number || !number[^4..].All(char.IsAsciiDigit)
            || token is null || token.IsExpired is "1" or "true"
            || !int.TryParse(token.ExpiryMonth, NumberStyles.None, CultureInfo.InvariantCulture, out var month)
            || month is < 1 or > 12
            || !int.TryParse(token.ExpiryYear, NumberStyles.None, CultureInfo.InvariantCulture, out var year))
        {
            return null;
        }

        return new ProviderCard
        {
            Reference = reference,
            Token = new Secret(reference),
            Last4 = number[^4..],
            Network = card.Type?.ToUpperInvariant() switch
            {
                "VISA" => "visa",
                "MAST" or "MASTERCARD" => "mastercard",
                "RUPAY" => "rupay",
                "AMEX" => "amex",
                "DINR" or "DINERS" => "diners",
                "MAES" or "SMAE" => "maestro",
                _ => null,
            },
            ExpiryMonth = month,
            ExpiryYear = year < 100 ? 2_000 + year : year,
        };
    }

    private static bool TryReadAmount(ChargeDetails details, out Money amount)
    {
        // With additional charges the customer pays more than the merchant's amount. What does not add up is reported
        // as the customer paid it, and compared with ours.
        if (!PayUMapping.TryReadMoney(details.TransactionAmount, out amount))
        {
            return PayUMapping.TryReadMoney(details.Amount, out amount);
        }

        var charges = PayUMapping.TryReadMoney(details.AdditionalCharges, out var more) ? more.AmountMinor : 0;
        if (PayUMapping.TryReadMoney(details.Amount, out var paid)
            && paid.AmountMinor != amount.AmountMinor && paid.AmountMinor != amount.AmountMinor + charges)
        {
            amount = paid;
        }

        return true;
    }

    private static ProviderOutcome.Succeeded Succeeded(ChargeDetails details, ChargeStage stage, Money amount) => new()
    {
        Stage = stage, Amount = amount, BankReference = Reference(details.BankReference),
    };

    private static string? Reference(string? text) =>
        text?.Trim() is { Length: > 0 and <= 64 } reference
            && !reference.Equals("NA", StringComparison.OrdinalIgnoreCase)
            ? reference
            : null;

    // The customer's step; false if it must be there and is not.
    private static bool TryAction(ChargeInstrument instrument, PaymentResult result, out CustomerAction? action)
    {
        action = instrument switch
        {
            ChargeInstrument.UpiCollect => new CustomerAction { Kind = CustomerActionKind.UpiApprove },
            { Kind: PaymentMethodKind.Upi } when Link(result) is { } link => new CustomerAction
            {
                Kind = instrument is ChargeInstrument.UpiQr ? CustomerActionKind.UpiQr : CustomerActionKind.UpiIntent,
                Url = link,
            },
            { Kind: PaymentMethodKind.Card } when Page(result.AcsTemplate) is { } page =>
                new CustomerAction { Kind = CustomerActionKind.Page, Html = page },
            _ => null,
        };
        return action is not null;
    }

    private static string? Link(PaymentResult result)
    {
        const string Scheme = "upi://pay?";
        var link = result.QrString ?? (result.IntentUriData is { } data ? Scheme + data : null);
        link = link?.Trim().Replace(" ", "%20", StringComparison.Ordinal);
        return link is { Length: <= 2_048 }
            && link.StartsWith(Scheme, StringComparison.Ordinal)
            && link.Contains("pa=", StringComparison.Ordinal)
            && !link.AsSpan().ContainsAnyExcept(LinkCharacters)
            ? link
            : null;
    }

    private static string? Page(string? template)
    {
        if (template is not { Length: > 0 and <= LongestPage })
        {
            return null;
        }

        var bytes = new byte[template.Length];
        return Convert.TryFromBase64String(template, bytes, out var length)
            && Encoding.UTF8.GetString(bytes, 0, length) is var page && page.Contains('<', StringComparison.Ordinal)
            ? page
            : null;
    }

    // A request that failed before a customer saw it: the request's own fault, unless PayU says otherwise.
    private static Failure Initial(string? code, string? message) => code?.ToUpperInvariant() switch
    {
        // "Hash mismatch" and the two pages' sentence for it.
        "E1903" => CredentialsRefused,
        _ when message?.Contains("incorrectly calculated hash", StringComparison.OrdinalIgnoreCase) == true =>
            CredentialsRefused,
        var known => new Failure
        {
            Code = CodeOf(known, FailureCodes.RequestRefused),
            Message = Sentence(message),
            Party = PartyOf(known) ?? FailureParty.Merchant,
        },
    };

    private static Failure FailureOf(ChargeDetails details, string word)
    {
        if (NpciResponses.FailureOf(NpciCode(details)) is { } failure)
        {
            return failure;
        }

        var code = details.ErrorCode?.ToUpperInvariant();
        return new Failure
        {
            Code = word switch
            {
                "USERCANCELLED" => "cancelled_by_customer",
                "BOUNCED" => "abandoned_by_customer",
                "DROPPED" => "no_answer_from_bank",
                "AUTOREFUND" => "refunded_by_provider",
                _ => CodeOf(code, FailureCodes.Declined),
            },
            Message = Sentence(details.ErrorMessage ?? details.BankMessage),
            Party = word switch
            {
                "USERCANCELLED" or "BOUNCED" => FailureParty.Customer,
                // A bank that did not respond to PayU may still take the money, which is then refunded: it is not
                // proved.
                "DROPPED" or "AUTOREFUND" => FailureParty.Bank,
                _ => PartyOf(code) ?? FailureParty.Bank,
            },
        };
    }

    // docs.payu.in/docs/error-codes and its explorer. Only what says that PayU or its acquirer could not be reached is
    // the provider's; timeouts are not among it, because they prove nothing.
    private static FailureParty? PartyOf(string? code) => code switch
    {
        "E216" or "E5030" => FailureParty.Provider,
        "E310" or "E306" => FailureParty.Bank,
        "E308" or "E1804" or "E1302" or "E1311" or "E4060" => FailureParty.Customer,
        _ => null,
    };

    private static string CodeOf(string? code, string otherwise) => code switch
    {
        "E308" => "insufficient_funds",
        "E1804" => "authentication_failed",
        "E216" => "acquirer_unreachable",
        { Length: > 1 and <= 16 } when code.All(char.IsAsciiLetterOrDigit) && code != "E000" =>
            $"payu_{code.ToLowerInvariant()}",
        _ => otherwise,
    };

    private static string? NpciCode(ChargeDetails details) =>
        details.Mode?.ToUpperInvariant() is "UPI" or "DBQR"
            && LeadingCode().Match(details.BankMessage ?? "") is { Success: true } match
            ? match.Groups["code"].Value
            : null;

    // A message may quote what was sent; nothing that could be a card's number is passed on.
    private static string Sentence(string? message) => string.IsNullOrWhiteSpace(message)
        ? "PayU declined."
        : ManyDigits().Replace(message.Trim()[..Math.Min(message.Trim().Length, 255)], "***");

    [GeneratedRegex(
        @"^\s*(?<code>[A-Z0-9]{2,3})(\s*[|:\-]|\s*$)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex LeadingCode();

    [GeneratedRegex("[0-9](?:[ -]?[0-9]){10,}", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex ManyDigits();
}

/// <summary>How far a capture, refund or cancellation is.</summary>
internal enum ActionState
{
    /// <summary>Queued, requested, in progress, or in a word that is not known.</summary>
    UnderWay,
    Done,
    Failed,
}
