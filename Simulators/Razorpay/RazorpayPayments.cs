using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Customer;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Razorpay;

/// <summary>The payments API.</summary>
internal sealed class RazorpayPayments(
    RazorpayBook book,
    RazorpayLifecycle lifecycle,
    CustomerSettings customer,
    IOptions<RazorpayOptions> options,
    TimeProvider time)
{
    private readonly RazorpayOptions _options = options.Value;

    /// <summary><c>POST /payments/create/json</c>: any method; the response says what the customer does next.</summary>
    public async Task<SimulatedResponse> CreateJsonAsync(RazorpayCall call)
    {
        var (payment, refusal) = await CreateAsync(call, upiOnly: false);
        return refusal ?? SimulatedResponse.Json(200, (payment: payment!, Link: LinkOf(payment!), call.BaseUrl),
            static (json, made) =>
            {
                json.WriteStartObject();
                json.WriteString("razorpay_payment_id", made.payment.Id);
                json.WriteStartArray("next");
                if (made.payment.UpiFlow == "intent")
                {
                    WriteNext(json, "intent", made.Link);
                }

                var url = $"{made.BaseUrl}/payments/{made.payment.Id}";
                WriteNext(json, made.payment.Method == "upi" ? "poll" : "redirect", made.payment.Method switch
                {
                    "upi" => url,
                    "card" => url + "/authenticate",
                    _ => url + "/authorize",
                });
                json.WriteEndArray();
                json.WriteEndObject();
            });
    }

    /// <summary><c>POST /payments/create/upi</c>: the older call, for UPI alone.</summary>
    public async Task<SimulatedResponse> CreateUpiAsync(RazorpayCall call)
    {
        var (payment, refusal) = await CreateAsync(call, upiOnly: true);
        return refusal ?? SimulatedResponse.Json(
            200, (payment: payment!, Link: LinkOf(payment!)), static (json, made) =>
            {
                json.WriteStartObject();
                json.WriteString("razorpay_payment_id", made.payment.Id);
                if (made.payment.UpiFlow == "intent")
                {
                    json.WriteString("link", made.Link);
                }

                json.WriteEndObject();
            });
    }

    /// <summary><c>GET /payments/{id}</c>.</summary>
    public async Task<SimulatedResponse> FetchAsync(RazorpayCall call)
    {
        if (Find(call, out var refusal) is not { } folder)
        {
            return refusal!;
        }

        RazorpayPayment payment;
        Task durable;
        lock (folder.Gate)
        {
            payment = folder.Payment(call.Id);
            durable = folder.Durable;
        }

        await durable;
        return SimulatedResponse.Json(200, payment, RazorpayJson.Write);
    }

    /// <summary><c>GET /payments</c>: all of the account, the newest first.</summary>
    public async Task<SimulatedResponse> ListAsync(RazorpayCall call)
    {
        if (RazorpayListQuery.Read(
            call.Query(), static name => name.StartsWith("expand", StringComparison.Ordinal), out var refusal)
            is not { } list)
        {
            return refusal!;
        }

        var payments = await RazorpayShelf.ReadAsync(
            book.Shelf(call.Account.KeyId).Payments(list), static (folder, id) => folder.Payment(id));
        return SimulatedResponse.Json(200, payments,
            static (json, all) => RazorpayJson.WriteCollection(json, all, RazorpayJson.Write));
    }

    /// <summary><c>POST /payments/{id}/capture</c>.</summary>
    public async Task<SimulatedResponse> CaptureAsync(RazorpayCall call)
    {
        if (Find(call, out var refusal) is not { } folder)
        {
            return refusal!;
        }

        using var document = call.Read(forms: false);
        if (document is null)
        {
            return RazorpayErrors.Invalid("The request body is not valid JSON.", null);
        }

        var fields = new RazorpayFields(document.RootElement);
        var amount = fields.Integer("amount", required: true);
        var currency = fields.Text("currency", required: true);
        if (fields.Finish() is { } invalid)
        {
            return invalid;
        }

        Task durable;
        RazorpayPayment captured;
        lock (folder.Gate)
        {
            var payment = folder.Payment(call.Id);
            if (WhyNotCaptured(folder.Order, payment, amount!.Value, currency!) is { } no)
            {
                return no;
            }

            var change = book.Begin(folder, time.GetUtcNow());
            lifecycle.Capture(change, payment, folder.Order);
            durable = book.Commit(change);
            captured = folder.Payment(call.Id);
        }

        await durable;
        return SimulatedResponse.Json(200, captured, RazorpayJson.Write);
    }

    /// <summary><c>POST /payments/validate/vpa</c>.</summary>
    public static Task<SimulatedResponse> ValidateVpaAsync(RazorpayCall call)
    {
        using var document = call.Read(forms: false);
        if (document is null)
        {
            return Task.FromResult(RazorpayErrors.Invalid("The request body is not valid JSON.", null));
        }

        var fields = new RazorpayFields(document.RootElement);
        var vpa = fields.Text("vpa", required: true);
        if (vpa is not null && !RazorpayPaymentRequests.IsVpa(vpa))
        {
            fields.Refuse("Invalid VPA. Please enter a valid Virtual Payment Address", "vpa");
        }

        return Task.FromResult(fields.Finish() ?? SimulatedResponse.Json(200, vpa!, static (json, address) =>
        {
            var exists = !RazorpayFailures.IsUnknownHolder(address);
            json.WriteStartObject();
            json.WriteString("vpa", address);
            json.WriteBoolean("success", exists);
            if (exists)
            {
                json.WriteString("customer_name", "Simulated Customer");
            }

            json.WriteEndObject();
        }));
    }

    /// <summary>The payment's folder, or why there is none.</summary>
    public RazorpayFolder? Find(RazorpayCall call, out SimulatedResponse? refusal)
    {
        var valid = RazorpayIds.IsValid(call.Id, "pay_");
        var folder = valid ? book.Find(call.Account.KeyId, call.Id) : null;
        refusal = folder is not null ? null : valid ? RazorpayErrors.NoSuchId : RazorpayErrors.NotAnId(call.Id);
        return folder;
    }

    private static void WriteNext(System.Text.Json.Utf8JsonWriter json, string action, string? url)
    {
        json.WriteStartObject();
        json.WriteString("action", action);
        json.WriteString("url", url);
        json.WriteEndObject();
    }

    private static SimulatedResponse? WhyNotCaptured(
        RazorpayOrder order, RazorpayPayment payment, long amount, string currency) =>
        payment.Status switch
        {
            _ when payment.Captured => RazorpayErrors.Invalid("This payment has already been captured", null),
            not RazorpayPaymentStatus.Authorized => RazorpayErrors.Invalid(
                "Only payments which have been authorized and not yet captured can be captured", null),
            _ when order.Status == RazorpayOrderStatus.Paid => OrderPaid,
            _ when payment.Currency != currency => RazorpayErrors.Invalid(
                "The currency does not match the payment's currency.", "currency"),
            _ when payment.Amount != amount => RazorpayErrors.Invalid(
                "Capture amount must be equal to the amount authorized", "amount"),
            _ => null,
        };

    private static SimulatedResponse OrderPaid { get; } = RazorpayErrors.Invalid(
        "Your payment has been declined as the order is already paid. Please initiate the payment with a new order.",
        null);

    private static SimulatedResponse? WhyNotPayable(RazorpayOrder order, RazorpayPayment payment)
    {
        if (order.Status == RazorpayOrderStatus.Paid)
        {
            return OrderPaid;
        }

        if (order.Currency != payment.Currency)
        {
            return RazorpayErrors.Invalid("Payment currency is different from your order currency.", "currency");
        }

        var due = order.Amount - order.AmountPaid;
        var least = order.AmountPaid == 0 ? order.FirstPaymentMinAmount ?? 0 : 0;
        var fits = order.PartialPayment
            ? payment.Amount <= due && payment.Amount >= least
            : payment.Amount == order.Amount;
        return fits ? null : RazorpayErrors.Invalid(
            "Payment amount is different from your order amount. To pay successfully, please try using right amount.",
            "amount");
    }

    private async Task<(
        RazorpayPayment? Payment, SimulatedResponse? Refusal)> CreateAsync(RazorpayCall call, bool upiOnly)
    {
        using var document = call.Read(forms: true);
        if (document is null)
        {
            return (null, RazorpayErrors.Invalid("The request body is not valid.", null));
        }

        var now = time.GetUtcNow();
        var fields = new RazorpayFields(document.RootElement);
        var payment = RazorpayPaymentRequests.Read(fields, call.Account.KeyId, now);
        if (upiOnly && payment.Method != "upi")
        {
            fields.Refuse("The selected method is invalid.", "method");
        }

        if (fields.Finish() is { } refusal)
        {
            return (null, refusal);
        }

        if (WhyNotTheirs(ref payment, now) is { } stranger)
        {
            return (null, stranger);
        }

        if (book.Find(call.Account.KeyId, payment.OrderId) is not { } folder || folder.Order.Id != payment.OrderId)
        {
            return (null, RazorpayErrors.NoSuchId);
        }

        var draws = book.Dials.Covers(DialOperation.Payment);
        Task durable;
        lock (folder.Gate)
        {
            var order = folder.Order;
            if (WhyNotPayable(order, payment) is { } no)
            {
                return (null, no);
            }

            payment = payment with
            {
                ExpiresAt = payment.ExpiresAt > payment.CreatedAt
                    ? payment.ExpiresAt
                    : (now + _options.PaymentWindow).ToUnixTimeMilliseconds(),
                CaptureBefore = (now + CaptureWindowOf(order)).ToUnixTimeMilliseconds(),
                WillDecline = draws && book.Dials.Fires(DialRate.Decline),
                WillMismatch = draws && book.Dials.Fires(DialRate.AmountMismatch),
            };
            var change = book.Begin(folder, now);
            change.Put(order with { Attempts = order.Attempts + 1, Status = RazorpayOrderStatus.Attempted });
            change.Put(payment);
            durable = book.Commit(change);
        }

        await durable;
        lifecycle.Await(payment, customer);
        return (payment, null);
    }

    // A customer pays with what they kept themselves, while it is good.
    private SimulatedResponse? WhyNotTheirs(ref RazorpayPayment payment, DateTimeOffset now)
    {
        lock (book.People.Gate)
        {
            if (payment.CustomerId is { } id && book.People.Customer(payment.KeyId, id) is null)
            {
                return RazorpayErrors.Invalid("The id provided does not exist", "customer_id");
            }

            if (payment.TokenId is not { } tokenId)
            {
                return null;
            }

            if (book.People.Token(payment.KeyId, tokenId) is not { } token
                || (payment.CustomerId ?? token.CustomerId) != token.CustomerId)
            {
                return RazorpayErrors.Invalid("The id provided does not exist", "token");
            }

            if (RazorpayCards.IsOver(token.Card.ExpiryYear, token.Card.ExpiryMonth, now))
            {
                return RazorpayErrors.Invalid("The card has expired.", "token");
            }

            payment = payment with { Card = token.Card };
            return null;
        }
    }

    private TimeSpan CaptureWindowOf(RazorpayOrder order) =>
        order.ManualExpiryMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : _options.CaptureWindow;

    // Rupees with two decimals; the reference is the payment's own, so that an app's response can be matched.
    private string LinkOf(RazorpayPayment payment) =>
        $"upi://pay?pa={Uri.EscapeDataString(_options.PayeeVpa).Replace("%40", "@", StringComparison.Ordinal)}"
        + $"&pn={Uri.EscapeDataString(_options.PayeeName)}&tr={payment.Id["pay_".Length..]}"
        + $"&tn={Uri.EscapeDataString(payment.Description is { Length: > 0 and <= 50 } note ? note : "Payment")}"
        + $"&am={RazorpayCurrencies.Spell(payment.Amount, "INR")}&cu=INR&mc={_options.CategoryCode}";
}
