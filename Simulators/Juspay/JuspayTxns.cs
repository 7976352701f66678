using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Customer;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Juspay;

/// <summary>The transactions API: what pays an order, takes what it held, or releases it.</summary>
internal sealed class JuspayTxns(
    JuspayBook book,
    JuspayOrders orders,
    JuspayLifecycle lifecycle,
    CustomerSettings customer,
    IOptions<JuspayOptions> options,
    TimeProvider time)
{
    /// <summary><c>POST /txns</c>: pays an order that is there, or one that its <c>order.*</c> fields
    /// describe.</summary>
    public async Task<SimulatedResponse> CreateAsync(JuspayCall call)
    {
        var fields = call.Fields;
        var merchant = fields.Required("merchant_id");
        if (merchant.Length > 0 && merchant != call.Account.MerchantId)
        {
            fields.Refuse("merchant_id", "Missing field or Invalid Value");
        }

        var combined = fields.HasGroup("order.");
        var orderId = combined ? "" : fields.Required("order_id");
        var asJson = fields.Text("format") == "json";
        var request = JuspayTxnRequest.Read(fields, book, call.Account.MerchantId, time.GetUtcNow());
        JuspayFolder? folder = null;
        if (fields.Refusal is null && combined)
        {
            (folder, _) = orders.Open(call, "order.");
        }

        if (fields.Finish() is { } refusal)
        {
            return refusal;
        }

        folder ??= book.Find(call.Account.MerchantId, orderId);
        if (folder is null)
        {
            return combined
                ? JuspayErrors.Refused("ALREADY_EXISTS", "An order with this order_id exists")
                : JuspayErrors.NoSuchOrder(orderId);
        }

        var (txn, no, durable) = Begin(folder, request);
        if (txn is null)
        {
            return no!;
        }

        await durable;
        if (txn.Status == JuspayStatus.PendingVbv)
        {
            lifecycle.Await(txn, customer);
        }

        return Show(folder.View.Order, txn, request, asJson);
    }

    /// <summary><c>POST /v2/txns/{id}/capture</c>: of all that was held.</summary>
    public Task<SimulatedResponse> CaptureAsync(JuspayCall call)
    {
        // Less than all is taken through one gateway alone, which is not this one.
        var amount = call.Fields.Text("amount");
        call.Fields.Ignore("idempotency_key");
        return MoveAsync(call, "capture", folder => amount is null
            || JuspayAmounts.Read(amount, folder.View.Order.Currency) == folder.View.Txn(call.Id).Amount,
            JuspayLifecycle.Capture);
    }

    /// <summary><c>POST /v2/txns/{id}/void</c>.</summary>
    public Task<SimulatedResponse> VoidAsync(JuspayCall call) => MoveAsync(call, "void", _ => true, lifecycle.Void);

    private async Task<SimulatedResponse> MoveAsync(
        JuspayCall call, string operation, Func<JuspayFolder, bool> fits, Action<JuspayChange, JuspayTxn> move)
    {
        call.Fields.Ignore("merchant_id");
        if (call.Fields.Finish() is { } refusal)
        {
            return refusal;
        }

        if (book.Find(call.Id) is not { } folder || folder.View.Order.MerchantId != call.Account.MerchantId
            || !folder.View.Txns.Exists(txn => txn.Uuid == call.Id))
        {
            return JuspayErrors.Refused("RESOURCE_NOT_FOUND", "Invalid txn_uuid", "invalid");
        }

        lock (folder.Gate)
        {
            var txn = folder.View.Txn(call.Id);
            if (txn.Status != JuspayStatus.Authorized)
            {
                var verb = operation == "void" ? "Void" : "Capture";
                return JuspayErrors.Refused("INVALID_INPUT", $"Cannot {verb} {txn.Status.Word()} Transaction");
            }

            if (!fits(folder))
            {
                return JuspayErrors.Refused("INVALID_INPUT", "Partial capture is not supported by the gateway");
            }

            var change = book.Begin(folder, time.GetUtcNow());
            move(change, txn);
            _ = book.Commit(change);
        }

        await folder.Durable;
        return SimulatedResponse.Json(200, folder.View, JuspayJson.Write);
    }

    private (
        JuspayTxn? Txn, SimulatedResponse? Refusal, Task Durable) Begin(JuspayFolder folder, JuspayTxnRequest request)
    {
        var draws = book.Dials.Covers(DialOperation.Payment);
        lock (folder.Gate)
        {
            var order = folder.View.Order;
            if (folder.View.Status is JuspayStatus.Charged or JuspayStatus.Authorized or JuspayStatus.VoidInitiated)
            {
                return (null, JuspayErrors.Refused("INVALID_ACTION", "The order is already paid"), Task.CompletedTask);
            }

            if (request.MethodType != "CARD" && order.Currency != "INR")
            {
                return (
                    null,
                    JuspayErrors.Refused(
                        "GATEWAY_NOT_FOUND", "Can't find a suitable gateway to process the transaction"),
                    Task.CompletedTask);
            }

            var change = book.Begin(folder, time.GetUtcNow());
            var txn = new JuspayTxn
            {
                Uuid = JuspayIds.New("eul"),
                Order = order.Id,
                TxnId = $"{order.MerchantId}-{order.OrderId}-{folder.View.Txns.Count + 1}",
                MethodType = request.MethodType,
                Method = request.Method,
                Status = JuspayStatus.PendingVbv,
                Amount = order.Amount,
                Card = request.Card,
                Vpa = request.Vpa,
                CreatedAt = change.Now,
                ChangedAt = change.Now,
                WillDecline = draws && book.Dials.Fires(DialRate.Decline),
                WillMismatch = draws && book.Dials.Fires(DialRate.AmountMismatch),
            };
            if (request.WalletToken is null)
            {
                change.Put(txn);
            }
            else if (Debit(order, request.WalletToken, change.Now) && !txn.WillDecline)
            {
                lifecycle.Approve(change, txn);
            }
            else
            {
                JuspayLifecycle.Fail(
                    change, txn, new(JuspayStatus.AuthorizationFailed, "WALLET", "Insufficient balance or token"));
            }

            if (request is { SavesCard: true, Card: not null } && order.CustomerId is not null)
            {
                Save(order, request.Card);
            }

            var durable = book.Commit(change);
            return (folder.View.Txn(txn.Uuid), null, durable);
        }
    }

    // A token is good for one payment, and for ten minutes.
    private bool Debit(JuspayOrder order, string token, long now)
    {
        lock (book.Shelf.Gate)
        {
            if (book.Shelf.WalletOfToken(order.MerchantId, token) is not { Linked: true } wallet)
            {
                return false;
            }

            var pays = wallet.TokenUntil > now && wallet.Balance >= order.Amount;
            _ = book.Keep(new JuspayEntry
            {
                Wallet = wallet with { Token = null, Balance = pays ? wallet.Balance - order.Amount : wallet.Balance },
            });
            return pays;
        }
    }

    private void Save(JuspayOrder order, JuspayCard card)
    {
        lock (book.Shelf.Gate)
        {
            if (
                book.Shelf.Cards(order.MerchantId, [order.CustomerId!]).Any(
                    kept => kept.Card.Fingerprint == card.Fingerprint))
            {
                return;
            }

            _ = book.Keep(new JuspayEntry
            {
                Card = new JuspaySavedCard
                {
                    Token = JuspayIds.Hex(""),
                    MerchantId = order.MerchantId,
                    CustomerId = order.CustomerId!,
                    Card = card with { Saved = true },
                },
            });
        }
    }

    private SimulatedResponse Show(JuspayOrder order, JuspayTxn txn, JuspayTxnRequest request, bool asJson)
    {
        var page = $"{order.BaseUrl}/pay/start/{order.MerchantId}/{txn.Uuid}";
        return SimulatedResponse.Json(200, this, (json, _) =>
        {
            json.WriteStartObject();
            json.WriteString("order_id", order.OrderId);
            json.WriteString("txn_id", txn.TxnId);
            json.WriteString("txn_uuid", txn.Uuid);
            json.WriteString("status", txn.Status.Word());
            // Without format=json the real one redirects the browser; nothing here calls it from a browser.
            if (!asJson)
            {
                json.WriteString("location", page);
            }

            json.WriteStartObject("payment");
            json.WriteStartObject("authentication");
            json.WriteString("method", "GET");
            json.WriteString("url", page);
            json.WriteEndObject();
            if (request.WantsSdkParams)
            {
                WriteSdkParams(json, order, txn);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private void WriteSdkParams(System.Text.Json.Utf8JsonWriter json, JuspayOrder order, JuspayTxn txn)
    {
        var settings = options.Value;
        json.WriteStartObject("sdk_params");
        json.WriteString("tr", txn.Uuid);
        json.WriteString("tid", "JSP" + txn.Uuid);
        json.WriteString("merchant_vpa", settings.PayeeVpa);
        json.WriteString("merchant_name", settings.PayeeName);
        json.WriteString("mcc", settings.CategoryCode);
        json.WriteString("amount", JuspayAmounts.Spell(order.Amount, order.Currency));
        json.WriteString("currency", order.Currency);
        json.WriteString("tn", "Payment");
        json.WriteEndObject();
    }
}
