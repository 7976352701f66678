using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Paytm;

/// <summary>Announcing orders: no money moves; the response has a token that pays this one order.</summary>
internal sealed class PaytmOrders(PaytmBook book, PaytmAccess access, IOptions<PaytmOptions> options)
{
    private const long MostPaise = 100_000_000;
    private const long DefaultBlockSeconds = 7 * 24 * 60 * 60;

    private readonly PaytmOptions _options = options.Value;

    /// <summary><c>POST /theia/api/v1/initiateTransaction</c>.</summary>
    public Task<SimulatedResponse> InitiateAsync(PaytmCall call)
    {
        var refusal = access.CheckOrderCall(call);
        if (refusal is not null)
        {
            return Task.FromResult(PaytmResponses.Only(call, refusal));
        }

        var amount = call.Text("txnAmount", "value");
        if (!call.Has("requestType")
            || !call.Has("websiteName")
            || amount is null
            || call.Text("userInfo", "custId") is null)
        {
            return Task.FromResult(PaytmResponses.Only(call, PaytmResult.Missing));
        }

        if (call.Text("requestType") != "Payment" || call.Text("txnAmount", "currency") != "INR")
        {
            return Task.FromResult(PaytmResponses.Only(call, PaytmResult.NotValid));
        }

        call.Tolerate(
            "enablePaymentMode", "disablePaymentMode", "extendInfo", "promoCode", "emiOption", "cardTokenRequired",
            "goods",
            "shippingInfo");
        return OpenAsync(call, PaytmOrderKind.Sale, amount, blockSeconds: 0);
    }

    /// <summary><c>POST /order/v2/preAuth</c>: paytmpayments.com/docs/api/v2/pre-auth-api. Cards and the wallet can be
    /// blocked (…/docs/v2/pre-auth-payment).</summary>
    public Task<SimulatedResponse> PreAuthorizeAsync(PaytmCall call)
    {
        var refusal = access.CheckSigned(call, PaytmResult.NoSuchMid, PaytmResult.WrongChecksum);
        if (refusal is not null)
        {
            return Task.FromResult(PaytmResponses.Only(call, refusal));
        }

        var amount = call.Text("txnAmount");
        if (amount is null || !call.Has("websiteName") || call.Text("userInfo", "custId") is null)
        {
            return Task.FromResult(PaytmResponses.Only(call, PaytmResult.Missing));
        }

        var seconds = DefaultBlockSeconds;
        if (call.Text("preAuthBlockSeconds") is { } text && (!long.TryParse(text, out seconds) || seconds <= 0))
        {
            return Task.FromResult(PaytmResponses.Only(call, PaytmResult.NotValid));
        }

        var action = call.Text("expiryAction");
        if (call.Text("cardPreAuthType") is not (null or "STANDARD_AUTH") || action is not (null or "RELEASE")
            || call.Text("blockType") is not (null or "PAYCONFIRM"))
        {
            return Task.FromResult(PaytmResponses.Only(call, PaytmResult.NotValid));
        }

        call.Tolerate("paymentMode", "txnTokenRequired");
        return OpenAsync(call, PaytmOrderKind.PreAuth, amount, seconds);
    }

    private async Task<SimulatedResponse> OpenAsync(
        PaytmCall call, PaytmOrderKind kind, string amountText, long blockSeconds)
    {
        var account = call.Account!;
        var wallet = call.Text("paytmSsoToken");
        var callback = call.Text("callbackUrl");
        var orderId = call.Text("orderId");
        if (!PaytmAmounts.TryRead(amountText, out var amount)
            || orderId is null || !IsOrderId(orderId)
            || call.Text("websiteName") != account.Website
            || (callback is not null && !Uri.TryCreate(callback, UriKind.Absolute, out _))
            || call.HasUnknownField)
        {
            return PaytmResponses.Only(call, PaytmResult.NotValid);
        }

        if (amount > MostPaise)
        {
            return PaytmResponses.Only(call, PaytmResult.TooMuch);
        }

        if (wallet is not null && (PaytmInstruments.OwnerOf(wallet) is null || book.IsRevoked(wallet)))
        {
            return PaytmResponses.Only(call, PaytmResult.NoSuchUser);
        }

        var folder = new PaytmFolder(new PaytmOrder
        {
            Mid = account.Mid,
            OrderId = orderId,
            Kind = kind,
            Amount = amount,
            CustomerId = call.Text("userInfo", "custId")!,
            CallbackUrl = callback,
            Fingerprint = Fingerprint(kind, call),
            Token = NewToken(call),
            TokenExpiresAt = call.Now.ToUnixTimeMilliseconds() + (long)_options.TokenLife.TotalMilliseconds,
            Wallet = wallet is null ? null : PaytmInstruments.OwnerOf(wallet),
            BlockSeconds = blockSeconds,
            CreatedAt = call.Now.ToUnixTimeMilliseconds(),
        });
        var (result, opened) = Enter(call, folder);
        await opened.Durable;
        return result.Status != "S" ? PaytmResponses.Only(call, result) : PaytmResponses.Body(call, result, json =>
        {
            json.WriteString("txnToken", opened.Order.Token);
            json.WriteBoolean("isPromoCodeValid", value: false);
            json.WriteBoolean("authenticated", opened.Order.Wallet is not null);
        });
    }

    // The id is the key: the same order again gets its token again, another one under the same id is refused.
    private (PaytmResult Result, PaytmFolder Folder) Enter(PaytmCall call, PaytmFolder folder)
    {
        lock (folder.Gate)
        {
            if (book.TryOpen(folder))
            {
                var change = book.Begin(folder, call.Now);
                change.Put(folder.Order);
                _ = book.Commit(change);
                return (PaytmResult.Success, folder);
            }
        }

        var known = book.Find(folder.Order.Mid, folder.Order.OrderId)!;
        lock (known.Gate)
        {
            if (known.Order.Fingerprint != folder.Order.Fingerprint || known.Txns.Any(txn => txn.PaidAt != 0))
            {
                return (PaytmResult.DuplicateOrder, known);
            }

            if (known.Order.TokenExpiresAt <= call.Now.ToUnixTimeMilliseconds())
            {
                var change = book.Begin(known, call.Now);
                change.Put(
                    known.Order with { Token = folder.Order.Token, TokenExpiresAt = folder.Order.TokenExpiresAt });
                _ = book.Commit(change);
            }

            return (PaytmResult.SuccessAgain, known);
        }
    }

    // paytmpayments.com/docs/api/v2/pre-auth-api: up to 50 letters, digits and @ - _ .
    private static bool IsOrderId(string text) =>
        text.Length <= 50 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '@' or '-' or '_' or '.');

    private static string NewToken(PaytmCall call) =>
        PaytmIds.Word(32) + call.Now.ToUnixTimeMilliseconds().ToString();

    private static string Fingerprint(PaytmOrderKind kind, PaytmCall call) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}\n{call.Body!.Value.GetRawText()}")).AsSpan(0, 16));
}
