using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Connectors.Paytm;

/// <summary>Paytm's words in ours and ours in Paytm's; the one place where its amounts are made and read.</summary>
internal static class PaytmMapping
{
    public const string PreAuth = "PREAUTH";
    public const string Capture = "CAPTURE";
    public const string Release = "RELEASE";

    private const int MaxFields = 32;
    private const int MaxFieldName = 128;
    private const int MaxFieldValue = 16_384;
    private const int MaxUrl = 2_048;

    private static readonly SearchValues<char> IdCharacters =
        SearchValues.Create("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");

    // Paytm's own list for custId.
    private static readonly SearchValues<char> CustomerCharacters =
        SearchValues.Create("!$.0123456789@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");

    /// <summary>Rupees in decimal text, always with two digits after the point.</summary>
    public static string ToAmount(Money money) => money.Currency == Currency.Inr
        ? string.Create(CultureInfo.InvariantCulture, $"{money.AmountMinor / 100}.{money.AmountMinor % 100:00}")
        : throw new ArgumentException($"Paytm does not accept {money.Currency}.", nameof(money));

    /// <summary>Reads rupees with up to two digits after the point; false if it is no amount that a payment can
    /// have.</summary>
    public static bool TryReadMoney(string? text, out Money money)
    {
        money = default;
        if (text is not { Length: > 0 and <= 20 }
            || !decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rupees)
            || rupees.Scale > 2
            || rupees * 100 is not (> 0 and <= Money.MaxAmountMinor))
        {
            return false;
        }

        money = Money.Of((long)(rupees * 100), Currency.Inr);
        return true;
    }

    /// <summary>Whether this can be an id of Paytm's.</summary>
    public static bool IsId([NotNullWhen(true)] string? text) =>
        text is { Length: > 0 and <= 64 } && text.AsSpan().IndexOfAnyExcept(IdCharacters) < 0;

    /// <summary>Whether this can be an order's token.</summary>
    public static bool IsToken([NotNullWhen(true)] string? text) =>
        text is { Length: > 0 and <= 256 } && !text.AsSpan().ContainsAnyExceptInRange('!', '~');

    public static InitiateBody Order(ChargeRequest request, ProviderCredentials credentials) => new()
    {
        RequestType = "Payment",
        Mid = credentials[PaytmApi.Mid].Reveal(),
        WebsiteName = credentials[PaytmApi.Website].Reveal(),
        OrderId = request.Attempt.ToString(),
        TxnAmount = new TxnAmount { Value = ToAmount(request.Amount), Currency = request.Amount.Currency.Code },
        UserInfo = User(request),
        CallbackUrl = request.CallbackUrl.AbsoluteUri,
        PaytmSsoToken = WalletToken(request),
    };

    /// <summary>An order whose amount is blocked first: paytmpayments.com/docs/api/v2/pre-auth-api.</summary>
    public static PreAuthBody Block(ChargeRequest request, ProviderCredentials credentials, TimeSpan blockTime) => new()
    {
        Mid = credentials[PaytmApi.Mid].Reveal(),
        OrderId = request.Attempt.ToString(),
        TxnAmount = ToAmount(request.Amount),
        PreAuthBlockSeconds = ((long)blockTime.TotalSeconds).ToString(CultureInfo.InvariantCulture),
        CardPreAuthType = "STANDARD_AUTH",
        WebsiteName = credentials[PaytmApi.Website].Reveal(),
        BlockType = "PAYCONFIRM",
        ExpiryAction = "RELEASE",
        TxnTokenRequired = true,
        CallbackUrl = request.CallbackUrl.AbsoluteUri,
        UserInfo = User(request),
        PaytmSsoToken = WalletToken(request),
    };

    /// <summary>An order that is never paid, for queries that need an order's token. Announcing one moves no
    /// money.</summary>
    public static InitiateBody Occasion(
        string order, string customer, ProviderCredentials credentials, Secret? wallet = null) => new()
        {
            RequestType = "Payment",
            Mid = credentials[PaytmApi.Mid].Reveal(),
            WebsiteName = credentials[PaytmApi.Website].Reveal(),
            OrderId = order,
            TxnAmount = new TxnAmount { Value = ToAmount(Money.Of(100, Currency.Inr)), Currency = Currency.Inr.Code },
            UserInfo = new UserInfo { CustId = customer },
            PaytmSsoToken = wallet?.Reveal(),
        };

    /// <summary>A payment.</summary>
    /// <param name="request">The charge.</param>
    /// <param name="cardMode">Whether a card is credit or debit, as Paytm calls it.</param>
    /// <param name="credentials">The merchant's credentials.</param>
    public static ProcessBody Payment(ChargeRequest request, string cardMode, ProviderCredentials credentials)
    {
        var payment = new ProcessBody
        {
            RequestType = "NATIVE",
            Mid = credentials[PaytmApi.Mid].Reveal(),
            OrderId = request.Attempt.ToString(),
        };
        switch (request.Instrument)
        {
            // The QR code shows the same upi://pay link.
            case ChargeInstrument.UpiIntent or ChargeInstrument.UpiQr:
                payment.PaymentMode = "UPI_INTENT";
                break;
            case ChargeInstrument.UpiCollect upi:
                payment.PaymentMode = "UPI";
                payment.PayerAccount = upi.Vpa;
                break;
            case ChargeInstrument.TypedCard typed:
                AddCard(payment, cardMode, CardInfo(typed.Card));
                payment.StoreInstrument = typed.Saving is null ? null : "1";
                break;
            case ChargeInstrument.SavedCard saved:
                AddCard(payment, cardMode, $"{saved.Token.Reveal()}||{saved.SecurityCode!.Reveal()}|");
                break;
            case ChargeInstrument.Wallet or ChargeInstrument.LinkedWallet:
                payment.PaymentMode = "BALANCE";
                break;
            case ChargeInstrument.Netbanking netbanking:
                payment.PaymentMode = "NET_BANKING";
                payment.ChannelCode = netbanking.Bank;
                break;
            default:
                throw new UnreachableException();
        }

        return payment;
    }

    private static void AddCard(ProcessBody payment, string mode, string cardInfo)
    {
        payment.PaymentMode = mode;
        payment.AuthMode = "otp";
        payment.CardInfo = cardInfo;
    }

    /// <summary>The first digits of a card, by which Paytm tells what it is.</summary>
    public static string Bin(CardNumber number) => number.Reveal()[..9];

    public static RefundBody Refund(RefundRequest request, ProviderCredentials credentials) => new()
    {
        Mid = credentials[PaytmApi.Mid].Reveal(),
        TxnType = "REFUND",
        OrderId = request.Attempt.ToString(),
        TxnId = request.ProviderReference,
        RefId = request.Refund.ToString(),
        RefundAmount = ToAmount(request.Amount),
        Comments = request.Reason is { Length: > 0 } reason ? reason[..Math.Min(reason.Length, 100)] : null,
    };

    /// <summary>What a status says of a charge; null if it lacks what must be there. A success of a pre-authorisation
    /// reserves, a success of a release means that nothing was taken.</summary>
    /// <param name="response">The status.</param>
    /// <param name="order">Our id of the order.</param>
    /// <param name="requestType">The queried part; null for a sale.</param>
    public static ProviderOutcome? Outcome(StatusResponse response, string order, string? requestType)
    {
        if ((response.OrderId is { } named && named != order)
            || (!string.IsNullOrEmpty(response.TxnId) && !IsId(response.TxnId)))
        {
            return null;
        }

        var result = response.ResultInfo!;
        var code = result.ResultCode!;
        ProviderOutcome? outcome = result.ResultStatus switch
        {
            "TXN_SUCCESS" => Succeeded(response, requestType),
            "NO_RECORD_FOUND" => new ProviderOutcome.NotFound(),
            // The query failed, not the payment.
            "F" or "U" => Outcomes.Unknown($"the status query was rejected with {Printable(code)}"),
            "TXN_FAILURE" when PaytmCodes.AreCredentials(code) || PaytmCodes.IsSystemError(code) =>
                Outcomes.Unknown($"the status query was rejected with {Printable(code)}"),
            // No such order, which says the same as no record; a request may still be on its way.
            "TXN_FAILURE" when code is "331" or "334" => new ProviderOutcome.NotFound(),
            "TXN_FAILURE" when !PaytmCodes.IsOpen(code) =>
                new ProviderOutcome.Declined { Failure = PaytmCodes.FailureOf(result) },
            // "PENDING", and anything that Paytm may add: not final, so it is queried again.
            _ => new ProviderOutcome.Pending(),
        };
        return outcome is ProviderOutcome.NotFound or null
            ? outcome
            : outcome with { ProviderOrder = order, ProviderReference = IsId(response.TxnId) ? response.TxnId : null };
    }

    /// <summary>The outcome of a refund that a response reports; null if a required field is missing. The code counts,
    /// not the word beside it.</summary>
    public static ProviderOutcome? Outcome(RefundResponse response, string refund)
    {
        if ((response.RefId is { } named && named != refund)
            || (response.RefundId is not null && !IsId(response.RefundId)))
        {
            return null;
        }

        var result = response.ResultInfo!;
        ProviderOutcome? outcome = result.ResultCode switch
        {
            "10" or "629"
                when IsId(response.RefundId)
                    && TryReadMoney(response.RefundAmount, out var amount) => new ProviderOutcome.Succeeded
                    {
                        Stage = ChargeStage.Captured,
                        Amount = amount,
                        BankReference = Reference(
                    response.RefundDetailInfoList?.FirstOrDefault(detail => detail?.Rrn is not null)?.Rrn),
                    },
            "10" => null,
            "501" or "00000900" => Outcomes.Unknown("a system error at Paytm"),
            { } code when PaytmCodes.AreCredentials(code) =>
                new ProviderOutcome.Declined { Failure = PaytmCodes.CredentialsRefused },
            { } code when PaytmCodes.IsRefusedRefund(code) =>
                new ProviderOutcome.Declined { Failure = PaytmCodes.FailureOf(result) },
            // 601, 617, 628, and anything that Paytm may add: not final, so it is queried again.
            _ => new ProviderOutcome.Pending(),
        };
        return outcome is null ? null : outcome with { ProviderReference = response.RefundId };
    }

    /// <summary>A refund that was made in Paytm's dashboard, or by Paytm, and was paid out.</summary>
    public static WebhookReading OtherRefund(WebhookReading.About about, ProviderOutcome.Succeeded paidOut) =>
        new WebhookReading.OfProviderRefunds(
            about.EventId,
            about.Attempt,
            [
                new ProviderRefund
                {
                    ProviderReference = paidOut.ProviderReference!,
                    Amount = paidOut.Amount,
                    BankReference = paidOut.BankReference,
                },
            ]);

    /// <summary>The customer's step, if the response has one that can be trusted.</summary>
    public static CustomerAction? Action(ChargeInstrument instrument, ProcessResponse response, bool plainHttp)
    {
        if (response.DeepLinkInfo?.DeepLink is { Length: <= MaxUrl } link
            && link.StartsWith("upi://pay?", StringComparison.Ordinal))
        {
            return new CustomerAction
            {
                Kind = instrument is ChargeInstrument.UpiQr ? CustomerActionKind.UpiQr : CustomerActionKind.UpiIntent,
                Url = link,
            };
        }

        if (response.BankForm?.RedirectForm is { ActionUrl: { Length: <= MaxUrl } url } form
            && IsSafe(url, plainHttp)
            && Fields(form) is { } fields)
        {
            return string.Equals(form.Method, "get", StringComparison.OrdinalIgnoreCase)
                ? new CustomerAction { Kind = CustomerActionKind.Redirect, Url = WithQuery(url, fields) }
                : new CustomerAction { Kind = CustomerActionKind.Form, Url = url, Fields = fields };
        }

        return instrument is ChargeInstrument.UpiCollect
            ? new CustomerAction { Kind = CustomerActionKind.UpiApprove }
            : null;
    }

    private static ProviderOutcome.Succeeded? Succeeded(StatusResponse response, string? requestType) =>
        IsId(response.TxnId) && TryReadMoney(response.TxnAmount, out var amount)
            ? new ProviderOutcome.Succeeded
            {
                Stage = (requestType ?? response.TxnType) is PreAuth or Release
                    ? ChargeStage.Authorized : ChargeStage.Captured,
                Amount = amount,
                BankReference = Reference(response.BankTxnId),
            }
            : null;

    private static string? Reference(string? text) => text is { Length: <= 64 } && IsId(text) ? text : null;

    private static string Printable(string code) => IsId(code) ? code : "an unreadable code";

    // The card's parts, joined: savedCardId|number|cvv|MMYYYY.
    private static string CardInfo(CardDetails card) => string.Create(
        CultureInfo.InvariantCulture,
        $"|{card.Number.Reveal()}|{card.SecurityCode.Reveal()}|{card.ExpiryMonth:00}{card.ExpiryYear:0000}");

    private static string? WalletToken(ChargeRequest request) =>
        (request.Instrument as ChargeInstrument.LinkedWallet)?.Token.Reveal();

    // Each order needs a customer; Paytm makes one by naming it.
    private static UserInfo User(ChargeRequest request) => new()
    {
        CustId = request.Customer.Id is { Length: > 0 and <= 64 } id
            && id.AsSpan().IndexOfAnyExcept(CustomerCharacters) < 0
            ? id
            : CompactName.Of(request.Customer.Id ?? request.Attempt.Payment.ToString(), 24),
        Mobile = Mobile(request.Customer.Phone),
        Email = request.Customer.Email,
    };

    /// <summary>Ten digits, as Indian numbers have without the country's code; null for any other number.</summary>
    public static string? Mobile(string? phone)
    {
        var digits = phone?.TrimStart('+');
        return digits switch
        {
            { Length: 12 } when digits.StartsWith("91", StringComparison.Ordinal) => digits[2..],
            { Length: 10 } => digits,
            _ => null,
        };
    }

    private static bool IsSafe(string url, bool plainHttp) => Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (plainHttp && uri.Scheme == Uri.UriSchemeHttp));

    private static ImmutableDictionary<string, string>? Fields(RedirectForm form)
    {
        var fields = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (var (name, value) in form.Content ?? [])
        {
            if (fields.Count == MaxFields
                || name.Length is 0 or > MaxFieldName
                || value.ValueKind != JsonValueKind.String
                || value.GetString() is not { Length: <= MaxFieldValue } text)
            {
                return null;
            }

            fields.Add(name, text);
        }

        return fields.ToImmutable();
    }

    private static string WithQuery(string url, ImmutableDictionary<string, string> fields)
    {
        var text = new StringBuilder(url);
        foreach (var (name, value) in fields.OrderBy(field => field.Key, StringComparer.Ordinal))
        {
            text.Append(text.ToString().Contains('?', StringComparison.Ordinal) ? '&' : '?')
                .Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
        }

        return text.ToString();
    }
}
