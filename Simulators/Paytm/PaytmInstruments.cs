using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Paytm;

/// <summary>Queries with an order's token: UPI IDs, the customer's wallet, payment methods.</summary>
internal sealed class PaytmInstruments(PaytmBook book, PaytmAccess access, IOptions<PaytmOptions> options)
{
    public const string FailureVpa = "failure@paytm";

    // paytmpayments.com/docs/api/sendotp-checkout-api and business.paytm.com/docs/validateotp-checkout-api.
    private static readonly PaytmResult Sent = new("S", "01", "Otp sent to phone");
    private static readonly PaytmResult WrongNumber = new("F", "431", "Invalid Mobile");
    private static readonly PaytmResult WrongPassword = new("F", "403", "Invalid OTP entered.");
    private static readonly PaytmResult NoWallet = new("F", "2004", "SSO Token is invalid");

    private readonly PaytmOptions _options = options.Value;

    /// <summary>Whether text has the form of a UPI ID.</summary>
    public static bool IsVpa(string text)
    {
        var at = text.IndexOf('@');
        return at is >= 2 and <= 256
            && text.Length - at - 1 is >= 2 and <= 64
            && text[..at].All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
            && text[(at + 1)..].All(char.IsAsciiLetterOrDigit);
    }

    /// <summary>Whether a UPI ID has a holder; <c>invalid@…</c> has none.</summary>
    public static bool Exists(string vpa) => !vpa.StartsWith("invalid@", StringComparison.OrdinalIgnoreCase);

    /// <summary>The number of the owner of a wallet's token, which here is <c>sso-</c>, that number, and whatever tells
    /// it from the owner's other tokens.</summary>
    public static string? OwnerOf(string ssoToken) =>
        ssoToken.Length >= 14 && ssoToken.StartsWith("sso-", StringComparison.Ordinal) && IsNumber(ssoToken[4..14])
            ? ssoToken[4..14]
            : null;

    /// <summary><c>POST /theia/api/v1/vpa/validate</c>.</summary>
    public Task<SimulatedResponse> ValidateVpaAsync(PaytmCall call)
    {
        if (access.CheckToken(call, out _) is { } refusal)
        {
            return Task.FromResult(PaytmResponses.Only(call, refusal));
        }

        if (call.Text("vpa") is not { } vpa || call.HasUnknownField)
        {
            return Task.FromResult(PaytmResponses.Only(call, PaytmResult.Missing));
        }

        var valid = IsVpa(vpa) && Exists(vpa);
        return Task.FromResult(PaytmResponses.Body(call, valid ? PaytmResult.Success : PaytmResult.WrongVpa, json =>
        {
            json.WriteString("vpa", vpa);
            json.WriteBoolean("valid", valid);
        }));
    }

    /// <summary><c>POST /login/sendOtp</c>.</summary>
    public Task<SimulatedResponse> SendPasswordAsync(PaytmCall call) => ChangeAsync(call, order =>
    {
        var number = call.Text("mobileNumber") ?? call.Text("mobileNo");
        return number is null || !IsNumber(number)
            ? (WrongNumber, null)
            : (Sent, order with { PasswordSentTo = number });
    });

    /// <summary><c>POST /login/validateOtp</c>: the wallet can then pay this order.</summary>
    public Task<SimulatedResponse> CheckPasswordAsync(PaytmCall call) => ChangeAsync(call, order =>
        order.PasswordSentTo is { } number && call.Text("otp") == _options.WalletPassword
            ? (PaytmResult.Success with { Code = "01" }, order with { Wallet = number, PasswordSentTo = null })
            : (WrongPassword, null));

    /// <summary><c>POST /userAsset/fetchBalanceInfo</c>.</summary>
    public Task<SimulatedResponse> ReadBalanceAsync(PaytmCall call)
    {
        if (access.CheckToken(call, out var folder) is { } refusal)
        {
            return Task.FromResult(PaytmResponses.Only(call, refusal));
        }

        if (call.Text("paymentMode") != "BALANCE")
        {
            return Task.FromResult(PaytmResponses.Only(call, PaytmResult.NotValid));
        }

        return Task.FromResult(folder!.Order.Wallet is null
            ? PaytmResponses.Only(call, NoWallet)
            : PaytmResponses.Body(call, PaytmResult.Success, json =>
            {
                json.WriteStartObject("balanceInfo");
                json.WriteString("value", PaytmAmounts.Spell(_options.WalletBalance));
                json.WriteString("currency", "INR");
                json.WriteEndObject();
            }));
    }

    /// <summary><c>POST /theia/api/v2/fetchPaymentOptions</c>.</summary>
    public Task<SimulatedResponse> ListOptionsAsync(
        PaytmCall call) => Task.FromResult(access.CheckToken(call, out _) is { } refusal
        ? PaytmResponses.Only(call, refusal)
        : PaytmResponses.Body(call, PaytmResult.Success, static json =>
        {
            json.WriteStartObject("merchantPayOption");
            json.WriteStartArray("paymentModes");
            foreach (var mode in (string[])["BALANCE", "UPI", "CREDIT_CARD", "DEBIT_CARD", "NET_BANKING"])
            {
                json.WriteStartObject();
                json.WriteString("paymentMode", mode);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartObject("savedInstruments");
            json.WriteEndObject();
            json.WriteEndObject();
        }));

    /// <summary><c>POST /fetchBinDetail</c>: business.paytm.com/docs/api/fetch-bin-details-api.</summary>
    public Task<SimulatedResponse> TellCardAsync(PaytmCall call)
    {
        if (access.CheckToken(call, out _) is { } refusal)
        {
            return Task.FromResult(PaytmResponses.Only(call, refusal));
        }

        return Task.FromResult(
            call.Text("bin") is not { Length: >= 6 and <= 9 } bin || !bin.All(char.IsAsciiDigit) || call.HasUnknownField
                ? PaytmResponses.Only(call, PaytmResult.NotValid)
                : PaytmResponses.Body(call, PaytmResult.Success, json =>
                {
                    json.WriteStartObject("binDetail");
                    json.WriteString("bin", bin[..6]);
                    json.WriteString("issuingBank", "HDFC Bank");
                    json.WriteString("paymentMode", PaytmCards.ModeOf(bin));
                    json.WriteEndObject();
                }));
    }

    /// <summary>Whether text is a phone number without the country's code.</summary>
    public static bool IsNumber(string text) => text.Length == 10 && text.All(char.IsAsciiDigit);

    private async Task<SimulatedResponse> ChangeAsync(
        PaytmCall call, Func<PaytmOrder, (PaytmResult Result, PaytmOrder? Changed)> decide)
    {
        if (access.CheckToken(call, out var folder) is { } refusal)
        {
            return PaytmResponses.Only(call, refusal);
        }

        PaytmResult result;
        Task durable;
        lock (folder!.Gate)
        {
            (result, var changed) = decide(folder.Order);
            if (changed is not null)
            {
                var change = book.Begin(folder, call.Now);
                change.Put(changed);
                _ = book.Commit(change);
            }

            durable = folder.Durable;
        }

        await durable;
        return PaytmResponses.Body(
            call, result,
            json => json.WriteBoolean("authenticated", result.Status == "S" && folder.Order.Wallet is not null));
    }
}
