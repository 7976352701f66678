using System.Collections.Immutable;
using System.Text.Json;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Juspay;

/// <summary>The orders API.</summary>
internal sealed class JuspayOrders(JuspayBook book, TimeProvider time)
{
    private const int TokenMinutes = 15;

    /// <summary><c>POST /orders</c>.</summary>
    public async Task<SimulatedResponse> CreateAsync(JuspayCall call)
    {
        var fields = call.Fields;
        var wantsToken = fields.Flag("options.get_client_auth_token");
        var (folder, refusal) = Open(call, "");
        if (folder is null)
        {
            return refusal!;
        }

        await folder.Durable;
        return SimulatedResponse.Json(
            200, (View: folder.View, Token: wantsToken ? Token() : default), static (json, order) =>
            {
                json.WriteStartObject();
                JuspayJson.WriteMembers(json, order.View);
                if (order.Token.Value is not null)
                {
                    json.WriteStartObject("juspay");
                    json.WriteString("client_auth_token", order.Token.Value);
                    json.WriteString("client_auth_token_expiry", order.Token.Until);
                    json.WriteEndObject();
                }

                json.WriteEndObject();
            });
    }

    /// <summary><c>POST /session</c>: an order and what its hosted page needs.</summary>
    public async Task<SimulatedResponse> OpenSessionAsync(JuspayCall call)
    {
        var fields = call.Fields;
        var client = fields.Required("payment_page_client_id");
        var action = fields.Required("action");
        fields.Ignore("first_name", "last_name");
        if (action is not ("" or "paymentPage" or "paymentManagement"))
        {
            fields.Refuse("action", "Missing field or Invalid Value");
        }

        var (folder, refusal) = Open(call, "");
        if (folder is null)
        {
            return refusal!;
        }

        await folder.Durable;
        return SimulatedResponse.Json(200, (folder.View, client, Token: Token()), WriteSession);
    }

    /// <summary><c>GET /orders/{id}</c>.</summary>
    public Task<SimulatedResponse> FetchAsync(JuspayCall call)
    {
        call.Fields.Ignore("order_id", "options.add_full_gateway_response");
        return call.Fields.Finish() is { } refusal ? Task.FromResult(refusal) : FetchAsync(call, call.Id);
    }

    /// <summary><c>POST /v4/order-status</c>.</summary>
    public Task<SimulatedResponse> FetchNamedAsync(JuspayCall call)
    {
        var id = call.Fields.Required("order_id");
        call.Fields.Ignore("merchant_id");
        return call.Fields.Finish() is { } refusal ? Task.FromResult(refusal) : FetchAsync(call, id);
    }

    /// <summary><c>POST /orders/{id}</c>: another amount, while the order is unpaid.</summary>
    public async Task<SimulatedResponse> UpdateAsync(JuspayCall call)
    {
        var text = call.Fields.Required("amount");
        if (call.Fields.Finish() is { } refusal)
        {
            return refusal;
        }

        if (book.Find(call.Account.MerchantId, call.Id) is not { } folder)
        {
            return JuspayErrors.NoSuchOrder(call.Id);
        }

        if (JuspayAmounts.Read(text, folder.View.Order.Currency) is not { } amount)
        {
            return JuspayErrors.Invalid("amount", "Invalid amount");
        }

        lock (folder.Gate)
        {
            if (folder.View.Txns.Count > 0)
            {
                return JuspayErrors.Refused("INVALID_ACTION", "The order can no longer be updated");
            }

            var change = book.Begin(folder, time.GetUtcNow());
            change.Put(folder.View.Order with { Amount = amount });
            _ = book.Commit(change);
        }

        await folder.Durable;
        return SimulatedResponse.Json(200, folder.View, JuspayJson.Write);
    }

    /// <summary>The order that the fields describe: a new one, or the one of this name if it is for the same amount;
    /// Juspay does not document what becomes of a name that is used again.</summary>
    /// <param name="call">The call.</param>
    /// <param name="prefix"><c>order.</c> where the order's fields are among those of its payment.</param>
    public (JuspayFolder? Folder, SimulatedResponse? Refusal) Open(JuspayCall call, string prefix)
    {
        if (Read(call, prefix) is not { } order)
        {
            return (null, call.Fields.Refusal);
        }

        var folder = new JuspayFolder(order);
        lock (folder.Gate)
        {
            var standing = book.Open(folder);
            if (standing == folder)
            {
                var change = book.Begin(folder, time.GetUtcNow());
                change.Put(order);
                _ = book.Commit(change);
                return (folder, null);
            }

            return (standing.View.Order.Amount, standing.View.Order.Currency) == (order.Amount, order.Currency)
                ? (standing, null)
                : (null, JuspayErrors.Refused("ALREADY_EXISTS", "An order with this order_id exists"));
        }
    }

    private static void WriteSession(
        Utf8JsonWriter json, (JuspayView View, string Client, (string Value, string Until) Token) session)
    {
        var order = session.View.Order;
        json.WriteStartObject();
        json.WriteString("status", session.View.Status.Word());
        json.WriteString("id", order.Id);
        json.WriteString("order_id", order.OrderId);
        json.WriteStartObject("payment_links");
        json.WriteString("web", $"{order.BaseUrl}/merchant/pay/{order.Id}");
        json.WriteString("expiry", session.Token.Until);
        json.WriteEndObject();
        json.WriteStartObject("sdk_payload");
        json.WriteString("requestId", JuspayIds.Hex(""));
        json.WriteString("service", "in.juspay.hyperpay");
        json.WriteStartObject("payload");
        json.WriteString("action", "paymentPage");
        json.WriteString("clientAuthToken", session.Token.Value);
        json.WriteString("clientAuthTokenExpiry", session.Token.Until);
        json.WriteString("clientId", session.Client);
        json.WriteString("merchantId", order.MerchantId);
        json.WriteString("orderId", order.OrderId);
        json.WriteString("amount", JuspayAmounts.Spell(order.Amount, order.Currency));
        json.WriteString("currency", order.Currency);
        json.WriteString("customerId", order.CustomerId ?? "");
        json.WriteString("returnUrl", order.ReturnUrl ?? "");
        json.WriteString("environment", "sandbox");
        json.WriteEndObject();
        json.WriteString("expiry", session.Token.Until);
        json.WriteEndObject();
        json.WriteString("order_expiry", session.Token.Until);
        json.WriteEndObject();
    }

    private JuspayOrder? Read(JuspayCall call, string prefix)
    {
        var fields = call.Fields;
        var id = fields.Required(prefix + "order_id");
        var text = fields.Required(prefix + "amount");
        var currency = fields.Text(prefix + "currency") ?? "INR";
        if (id.Length > 21 || !id.All(char.IsAsciiLetterOrDigit))
        {
            fields.Refuse(prefix + "order_id", "Must be alphanumeric and of at most 21 characters");
        }

        if (!JuspayAmounts.IsCurrency(currency))
        {
            fields.Refuse(prefix + "currency", "Missing field or Invalid Value");
        }

        var amount = JuspayAmounts.Read(text, currency);
        if (amount is null)
        {
            fields.Refuse(prefix + "amount", "Invalid amount");
        }

        var udfs = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        for (var i = 1; i <= 10; i++)
        {
            ReadUdf(fields, prefix, i, udfs);
        }

        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var order = new JuspayOrder
        {
            Id = JuspayIds.Hex("ordeh_"),
            OrderId = id,
            MerchantId = call.Account.MerchantId,
            Amount = amount ?? 0,
            Currency = currency,
            CustomerId = fields.Text(prefix + "customer_id"),
            Email = fields.Text(prefix + "customer_email"),
            Phone = fields.Text(prefix + "customer_phone"),
            ReturnUrl = ReadUrl(fields, prefix + "return_url"),
            ProductId = fields.Text(prefix + "product_id"),
            Udfs = udfs.ToImmutable(),
            AutoCapture = fields.Flag(prefix + "metadata.txns.auto_capture", otherwise: true),
            WebhookUrl = ReadUrl(fields, prefix + "metadata.webhook_url"),
            BaseUrl = call.BaseUrl,
            CreatedAt = now,
        };
        fields.Ignore(prefix + "description", prefix + "gateway_id");
        foreach (var group in (string[])["billing_address_", "shipping_address_", "metadata.", "options."])
        {
            fields.IgnoreAll(prefix + group);
        }

        return (prefix.Length > 0 ? fields.Refusal : fields.Finish()) is null ? order : null;
    }

    // "UDF 1 to 5 can be used to pass values which do not have any special characters."
    private static void ReadUdf(
        JuspayFields fields, string prefix, int number, ImmutableSortedDictionary<string, string>.Builder udfs)
    {
        var name = $"udf{number}";
        if (fields.Text(prefix + name) is not { } value)
        {
            return;
        }

        if (number <= 5 && !value.All(c => char.IsAsciiLetterOrDigit(c) || c == ' '))
        {
            fields.Refuse(prefix + name, "Special characters are not allowed");
        }

        udfs[name] = value;
    }

    private static string? ReadUrl(JuspayFields fields, string name)
    {
        var url = fields.Text(name, longest: 2_048);
        if (url is not null && !(Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
        {
            fields.Refuse(name, "Invalid url");
        }

        return url;
    }

    private async Task<SimulatedResponse> FetchAsync(JuspayCall call, string id)
    {
        if (book.Find(call.Account.MerchantId, id) is not { } folder)
        {
            return JuspayErrors.NoSuchOrder(id);
        }

        JuspayView view;
        Task durable;
        lock (folder.Gate)
        {
            view = folder.View;
            durable = folder.Durable;
        }

        await durable;
        return SimulatedResponse.Json(200, view, JuspayJson.Write);
    }

    private (string Value, string Until) Token() => (
        JuspayIds.Hex("tkn_"), JuspayJson.Time(time.GetUtcNow().AddMinutes(TokenMinutes).ToUnixTimeMilliseconds()));
}
