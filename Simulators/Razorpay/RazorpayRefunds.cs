using System.Security.Cryptography;
using System.Text;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Razorpay;

/// <summary>The refunds API.</summary>
internal sealed class RazorpayRefunds(
    RazorpayBook book, RazorpayPayments payments, RazorpayLifecycle lifecycle, TimeProvider time)
{
    /// <summary><c>POST /payments/{id}/refund</c>: with <c>X-Refund-Idempotency</c>, one refund per key.</summary>
    public async Task<SimulatedResponse> CreateAsync(RazorpayCall call)
    {
        if (payments.Find(call, out var refusal) is not { } folder)
        {
            return refusal!;
        }

        using var document = call.Read(forms: false);
        if (document is null)
        {
            return RazorpayErrors.Invalid("The request body is not valid JSON.", null);
        }

        var fields = new RazorpayFields(document.RootElement);
        var amount = fields.Integer("amount");
        var speed = fields.Text("speed") ?? "normal";
        var receipt = fields.Text("receipt", longest: 40);
        var notes = fields.Notes();
        Check(fields, speed, amount, call.IdempotencyKey);
        if (fields.Finish() is { } invalid)
        {
            return invalid;
        }

        var fingerprint = Fingerprint(call.Id, amount, speed, receipt, notes);
        Task durable;
        RazorpayRefund refund;
        lock (folder.Gate)
        {
            if (call.IdempotencyKey is not null && book.Claim(call.Account.KeyId, call.IdempotencyKey) is { } claim)
            {
                return Repeat(claim, fingerprint);
            }

            var payment = folder.Payment(call.Id);
            if (WhyNotRefunded(payment, amount) is { } no)
            {
                return no;
            }

            var change = book.Begin(folder, time.GetUtcNow());
            refund = new RazorpayRefund
            {
                Id = RazorpayIds.New("rfnd_"),
                PaymentId = payment.Id,
                KeyId = payment.KeyId,
                Amount = amount ?? (payment.Amount - payment.AmountRefunded),
                Currency = payment.Currency,
                Receipt = receipt,
                Notes = notes,
                Speed = speed,
                IdempotencyKey = call.IdempotencyKey,
                Fingerprint = call.IdempotencyKey is null ? null : fingerprint,
                CreatedAt = change.Now,
                ChangedAt = change.Now,
                WillFail = book.Dials.Covers(DialOperation.Refund) && book.Dials.Fires(DialRate.RefundFailed),
            };
            lifecycle.Refund(change, payment, refund);
            durable = book.Commit(change);
        }

        await durable;
        return SimulatedResponse.Json(200, refund, RazorpayJson.Write);
    }

    private static void Check(RazorpayFields fields, string speed, long? amount, string? idempotencyKey)
    {
        if (speed is not ("normal" or "optimum"))
        {
            fields.Refuse("The selected speed is invalid.", "speed");
        }

        if (amount < 100)
        {
            fields.Refuse("The amount must be at least INR 1.00", "amount");
        }

        if (idempotencyKey is not null && !IsKey(idempotencyKey))
        {
            fields.Refuse("The idempotency key must be at least 10 characters of letters, digits, - and _.", null);
        }
    }

    /// <summary><c>GET /refunds/{id}</c>.</summary>
    public Task<SimulatedResponse> FetchAsync(RazorpayCall call) => FetchAsync(call, call.Id, paymentId: null);

    /// <summary><c>GET /payments/{id}/refunds/{refund}</c>.</summary>
    public Task<SimulatedResponse> FetchOfPaymentAsync(RazorpayCall call) => FetchAsync(call, call.SecondId, call.Id);

    /// <summary><c>GET /payments/{id}/refunds</c>.</summary>
    public async Task<SimulatedResponse> ListAsync(RazorpayCall call)
    {
        if (payments.Find(call, out var refusal) is not { } folder)
        {
            return refusal!;
        }

        RazorpayRefund[] refunds;
        Task durable;
        lock (folder.Gate)
        {
            refunds = [.. folder.Refunds.Where(refund => refund.PaymentId == call.Id)];
            durable = folder.Durable;
        }

        await durable;
        return SimulatedResponse.Json(200, refunds,
            static (json, all) => RazorpayJson.WriteCollection(json, all, RazorpayJson.Write));
    }

    /// <summary><c>GET /refunds</c>: all of the account, the newest first.</summary>
    public async Task<SimulatedResponse> ListAllAsync(RazorpayCall call)
    {
        if (RazorpayListQuery.Read(call.Query(), static _ => false, out var refusal) is not { } list)
        {
            return refusal!;
        }

        var refunds = await RazorpayShelf.ReadAsync(
            book.Shelf(call.Account.KeyId).Refunds(list), static (folder, id) => folder.Refund(id));
        return SimulatedResponse.Json(200, refunds,
            static (json, all) => RazorpayJson.WriteCollection(json, all, RazorpayJson.Write));
    }

    private static bool IsKey(string key) =>
        key.Length >= 10 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static string Fingerprint(string paymentId, long? amount, string speed, string? receipt, string? notes) =>
        Convert.ToHexStringLower(SHA256.HashData(
            Encoding.UTF8.GetBytes($"{paymentId}\n{amount}\n{speed}\n{receipt}\n{notes}")).AsSpan(0, 16));

    private static SimulatedResponse? WhyNotRefunded(RazorpayPayment payment, long? amount)
    {
        var left = payment.Amount - payment.AmountRefunded;
        return payment.Status switch
        {
            RazorpayPaymentStatus.Refunded => RazorpayErrors.Invalid(
                "The payment has been fully refunded already", null),
            not RazorpayPaymentStatus.Captured => RazorpayErrors.Invalid(
                "The payment status should be captured for action to be taken", null),
            _ when amount > left => RazorpayErrors.Invalid(
                "The refund amount provided is greater than amount captured", "amount"),
            _ => null,
        };
    }

    private SimulatedResponse Repeat(RazorpayClaim claim, string fingerprint)
    {
        if (claim.Fingerprint != fingerprint)
        {
            return RazorpayErrors.Error(409, "BAD_REQUEST_ERROR",
                "Different request with the same idempotency key has already been processed.");
        }

        return claim.Durable.IsCompletedSuccessfully
            ? SimulatedResponse.Json(200, book.Find(claim.RefundId)!.Refund(claim.RefundId), RazorpayJson.Write)
            : RazorpayErrors.Error(409, "BAD_REQUEST_ERROR",
                "Another request with the same idempotency key is still in progress.");
    }

    private async Task<SimulatedResponse> FetchAsync(RazorpayCall call, string id, string? paymentId)
    {
        if (!RazorpayIds.IsValid(id, "rfnd_"))
        {
            return RazorpayErrors.NotAnId(id);
        }

        if (book.Find(call.Account.KeyId, id) is not { } folder)
        {
            return RazorpayErrors.NoSuchId;
        }

        RazorpayRefund refund;
        Task durable;
        lock (folder.Gate)
        {
            refund = folder.Refund(id);
            durable = folder.Durable;
        }

        await durable;
        return paymentId is null || refund.PaymentId == paymentId
            ? SimulatedResponse.Json(200, refund, RazorpayJson.Write)
            : RazorpayErrors.NoSuchId;
    }
}
