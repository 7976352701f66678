using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Razorpay;

/// <summary>The orders API.</summary>
internal sealed class RazorpayOrders(RazorpayBook book, TimeProvider time)
{
    /// <summary><c>POST /orders</c>.</summary>
    public async Task<SimulatedResponse> CreateAsync(RazorpayCall call)
    {
        using var document = call.Read(forms: false);
        if (document is null)
        {
            return RazorpayErrors.Invalid("The request body is not valid JSON.", null);
        }

        var fields = new RazorpayFields(document.RootElement);
        var amount = fields.Integer("amount", required: true);
        var currency = fields.Text("currency", required: true);
        var partial = fields.Flag("partial_payment") ?? false;
        var payment = fields.Group("payment");
        var now = time.GetUtcNow();
        var order = WithCaptureSettings(payment, new RazorpayOrder
        {
            Id = RazorpayIds.New("order_"),
            KeyId = call.Account.KeyId,
            Amount = amount ?? 0,
            Currency = currency ?? "",
            Receipt = fields.Text("receipt", longest: 40),
            Notes = fields.Notes(),
            PartialPayment = partial,
            FirstPaymentMinAmount = fields.Integer("first_payment_min_amount"),
            CreatedAt = now.ToUnixTimeMilliseconds(),
        });
        fields.Finish(payment);
        RazorpayCurrencies.Check(fields, order.Amount, order.Currency);
        if (order.FirstPaymentMinAmount is not null && !partial)
        {
            fields.Refuse("first_payment_min_amount is/are not required and should not be sent",
                "first_payment_min_amount");
        }

        if (fields.Finish() is { } refusal)
        {
            return refusal;
        }

        var change = book.Begin(new RazorpayFolder(order), now);
        change.Put(order);
        await book.Commit(change);
        return SimulatedResponse.Json(200, order, static (json, made) => RazorpayJson.Write(json, made));
    }

    /// <summary><c>GET /orders/{id}</c>.</summary>
    public async Task<SimulatedResponse> FetchAsync(RazorpayCall call)
    {
        if (Find(call, out var refusal) is not { } folder)
        {
            return refusal!;
        }

        var (order, _) = await ReadAsync(folder);
        return SimulatedResponse.Json(200, order, static (json, read) => RazorpayJson.Write(json, read));
    }

    /// <summary><c>GET /orders/{id}/payments</c>.</summary>
    public async Task<SimulatedResponse> FetchPaymentsAsync(RazorpayCall call)
    {
        if (Find(call, out var refusal) is not { } folder)
        {
            return refusal!;
        }

        var (_, payments) = await ReadAsync(folder);
        return SimulatedResponse.Json(200, payments,
            static (json, all) => RazorpayJson.WriteCollection(json, all, RazorpayJson.Write));
    }

    /// <summary><c>GET /orders</c>: the newest first.</summary>
    public async Task<SimulatedResponse> ListAsync(RazorpayCall call)
    {
        var query = call.Query();
        if (RazorpayListQuery.Read(query, IsOther, out var refusal) is not { } list)
        {
            return refusal!;
        }

        var authorized = query.TryGetValue("authorized", out var flag) ? flag.ToString() : null;
        if (authorized is not (null or "0" or "1"))
        {
            return RazorpayErrors.Invalid("The authorized must be 0 or 1.", "authorized");
        }

        var shelf = book.Shelf(call.Account.KeyId);
        var candidates = query.TryGetValue("receipt", out var receipt)
            ? shelf.WithReceipt(receipt.ToString())
            : shelf.All();
        var chosen = candidates.Reverse()
            .Where(folder => folder.Order.CreatedAt / 1000 >= list.From)
            .Where(folder => folder.Order.CreatedAt / 1000 <= list.To)
            .Where(folder => authorized is null || IsAuthorized(folder) == (authorized == "1"))
            .Skip(list.Skip).Take(list.Count).ToArray();
        var expand = query.Where(pair => pair.Key.StartsWith("expand", StringComparison.Ordinal))
            .Any(pair => pair.Value.Any(value => value is "payments" or "payments.card"));
        var items = new List<(RazorpayOrder Order, IReadOnlyList<RazorpayPayment>? Payments)>(chosen.Length);
        foreach (var folder in chosen)
        {
            var (order, payments) = await ReadAsync(folder);
            items.Add((order, expand ? payments : null));
        }

        return SimulatedResponse.Json(200, items, static (json, all) => RazorpayJson.WriteCollection(json, all,
            static (writer, item) => RazorpayJson.Write(writer, item.Order, item.Payments)));
    }

    private static RazorpayOrder WithCaptureSettings(RazorpayFields? payment, RazorpayOrder order)
    {
        if (payment is null)
        {
            return order;
        }

        var capture = payment.Text("capture", required: true);
        if (capture is not (null or "automatic" or "manual"))
        {
            payment.Refuse("The selected capture is invalid.", "capture");
        }

        var options = payment.Group("capture_options");
        var automatic = options?.Integer("automatic_expiry_period", required: capture == "automatic");
        var manual = options?.Integer("manual_expiry_period");
        if (automatic < 12)
        {
            options!.Refuse("The automatic expiry period must be at least 12.", "automatic_expiry_period");
        }

        if (manual > 7200 || manual < Math.Max(automatic ?? 12, 12))
        {
            options!.Refuse("The manual expiry period must be between the automatic one and 7200.",
                "manual_expiry_period");
        }

        if (options?.Text("refund_speed") is not (null or "normal" or "optimum"))
        {
            options.Refuse("The selected refund speed is invalid.", "refund_speed");
        }

        payment.Finish(options);
        return order with
        {
            AutoCapture = capture == "automatic",
            AutomaticExpiryMinutes = (int?)automatic,
            ManualExpiryMinutes = (int?)manual,
        };
    }

    private static bool IsOther(string parameter) =>
        parameter is "receipt" or "authorized" || parameter.StartsWith("expand", StringComparison.Ordinal);

    private static bool IsAuthorized(RazorpayFolder folder)
    {
        lock (folder.Gate)
        {
            return folder.Payments.Any(payment => payment.AuthorizedAt != 0);
        }
    }

    private static async Task<(RazorpayOrder Order, RazorpayPayment[] Payments)> ReadAsync(RazorpayFolder folder)
    {
        RazorpayOrder order;
        RazorpayPayment[] payments;
        Task durable;
        lock (folder.Gate)
        {
            order = folder.Order;
            payments = [.. folder.Payments];
            durable = folder.Durable;
        }

        await durable;
        return (order, payments);
    }

    private RazorpayFolder? Find(RazorpayCall call, out SimulatedResponse? refusal)
    {
        var folder = RazorpayIds.IsValid(call.Id, "order_") ? book.Find(call.Account.KeyId, call.Id) : null;
        refusal = folder is not null ? null
            : RazorpayIds.IsValid(call.Id, "order_") ? RazorpayErrors.NoSuchId : RazorpayErrors.NotAnId(call.Id);
        return folder;
    }
}
