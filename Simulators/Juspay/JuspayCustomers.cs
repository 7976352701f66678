using System.Text.Json;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Juspay;

/// <summary>Customers, the cards that they let Juspay keep, and UPI IDs.</summary>
internal sealed class JuspayCustomers(JuspayBook book, TimeProvider time)
{
    /// <summary><c>POST /customers</c>: one per reference.</summary>
    public async Task<SimulatedResponse> CreateAsync(JuspayCall call)
    {
        var fields = call.Fields;
        var customer = new JuspayCustomer
        {
            Id = JuspayIds.New("cst_").ToLowerInvariant(),
            MerchantId = call.Account.MerchantId,
            Reference = fields.Required("object_reference_id"),
            Mobile = fields.Text("mobile_number"),
            Email = fields.Text("email_address"),
            FirstName = fields.Text("first_name"),
            LastName = fields.Text("last_name"),
            CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        fields.Ignore("mobile_country_code", "options.get_client_auth_token");
        if (customer.Reference.Length is > 0 and < 8)
        {
            fields.Refuse("object_reference_id", "Must have at least 8 characters");
        }

        if (customer.Mobile is { } mobile && (mobile.Length is < 8 or > 12 || !mobile.All(char.IsAsciiDigit)))
        {
            fields.Refuse("mobile_number", "Missing field or Invalid Value");
        }

        if (fields.Finish() is { } refusal)
        {
            return refusal;
        }

        Task durable;
        lock (book.Shelf.Gate)
        {
            if (book.Shelf.Customer(call.Account.MerchantId, customer.Reference) is not null)
            {
                return JuspayErrors.Refused("ALREADY_EXISTS", "Customer with this object_reference_id exists");
            }

            durable = book.Keep(new JuspayEntry { Customer = customer });
        }

        await durable;
        return SimulatedResponse.Json(200, customer, Write);
    }

    /// <summary><c>GET /customers/{id}</c>, by Juspay's id or the merchant's.</summary>
    public Task<SimulatedResponse> FetchAsync(JuspayCall call)
    {
        call.Fields.Ignore("options.get_client_auth_token");
        return Task.FromResult(call.Fields.Finish() ?? (Find(call, call.Id) is { } customer
            ? SimulatedResponse.Json(200, customer, Write)
            : NoSuchCustomer));
    }

    /// <summary><c>GET /cards?customer_id=</c>.</summary>
    public Task<SimulatedResponse> ListCardsAsync(JuspayCall call)
    {
        var id = call.Fields.Required("customer_id");
        call.Fields.IgnoreAll("options.");
        if (call.Fields.Finish() is { } refusal)
        {
            return Task.FromResult(refusal);
        }

        var customer = Find(call, id);
        string[] names = customer is null ? [id] : [customer.Id, customer.Reference];
        JuspaySavedCard[] cards;
        lock (book.Shelf.Gate)
        {
            cards = [.. book.Shelf.Cards(call.Account.MerchantId, names)];
        }

        return Task.FromResult(SimulatedResponse.Json(200, (id, call.Account.MerchantId, cards), static (json, list) =>
        {
            json.WriteStartObject();
            json.WriteString("customer_id", list.id);
            json.WriteString("merchantId", list.MerchantId);
            json.WriteStartArray("cards");
            foreach (var card in list.cards)
            {
                Write(json, card);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }));
    }

    /// <summary><c>POST /card/delete</c>, by token or reference.</summary>
    public async Task<SimulatedResponse> DeleteCardAsync(JuspayCall call)
    {
        var name = call.Fields.Text("card_token") ?? call.Fields.Text("card_reference");
        call.Fields.Ignore("card_reference", "customer_id");
        if (name is null)
        {
            call.Fields.Refuse(JuspayErrors.Missing("card_token"));
        }

        if (call.Fields.Finish() is { } refusal)
        {
            return refusal;
        }

        JuspaySavedCard? card;
        var durable = Task.CompletedTask;
        lock (book.Shelf.Gate)
        {
            card = book.Shelf.Card(call.Account.MerchantId, name!);
            if (card is not null)
            {
                durable = book.Keep(new JuspayEntry { Card = card with { Deleted = true } });
            }
        }

        await durable;
        return SimulatedResponse.Json(200, (name, card), static (json, deleted) =>
        {
            json.WriteStartObject();
            json.WriteString("card_token", deleted.card?.Token ?? deleted.name);
            json.WriteString("card_reference", deleted.card?.Card.Reference);
            json.WriteBoolean("deleted", deleted.card is not null);
            json.WriteEndObject();
        });
    }

    /// <summary><c>POST /v2/upi/verify-vpa</c>.</summary>
    public static Task<SimulatedResponse> VerifyVpaAsync(JuspayCall call)
    {
        var vpa = call.Fields.Required("vpa");
        var merchant = call.Fields.Required("merchant_id");
        call.Fields.Ignore("customer_id");
        if (merchant.Length > 0 && merchant != call.Account.MerchantId)
        {
            call.Fields.Refuse("merchant_id", "Missing field or Invalid Value");
        }

        return Task.FromResult(call.Fields.Finish() ?? SimulatedResponse.Json(200, vpa, static (json, id) =>
        {
            var valid = id.Split('@') is [{ Length: > 0 }, { Length: > 1 }] && !JuspayFailures.IsInvalid(id);
            json.WriteStartObject();
            json.WriteString("vpa", id);
            json.WriteString("status", valid ? "VALID" : "INVALID");
            if (valid)
            {
                json.WriteString("customer_name", "Simulated Customer");
            }

            json.WriteStartObject("mandate_details");
            json.WriteBoolean("is_handle_supported", value: true);
            json.WriteEndObject();
            json.WriteEndObject();
        }));
    }

    /// <summary><c>GET /merchants/{id}/paymentmethods</c>.</summary>
    public Task<SimulatedResponse> ListMethodsAsync(JuspayCall call)
    {
        call.Fields.IgnoreAll("options.");
        if (call.Fields.Finish() is { } refusal)
        {
            return Task.FromResult(refusal);
        }

        return Task.FromResult(call.Id != call.Account.MerchantId
            ? JuspayErrors.NotAuthenticated
            : SimulatedResponse.Json(200, this, static (json, _) =>
            {
                json.WriteStartObject();
                json.WriteStartArray("payment_methods");
                (string, string)[] methods =
                    [("CARD", "VISA"), ("NB", "NB_HDFC"), ("WALLET", "MOBIKWIK"), ("UPI", "UPI")];
                foreach (var (type, method) in methods)
                {
                    json.WriteStartObject();
                    json.WriteString("payment_method_type", type);
                    json.WriteString("payment_method", method);
                    json.WriteString("description", method);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }));
    }

    /// <summary>The merchant's customer of this id.</summary>
    public JuspayCustomer? Find(JuspayCall call, string id)
    {
        lock (book.Shelf.Gate)
        {
            return book.Shelf.Customer(call.Account.MerchantId, id);
        }
    }

    public static SimulatedResponse NoSuchCustomer { get; } =
        JuspayErrors.Simple(404, "invalid_request_error", "invalid", "Customer does not exist.");

    private static void Write(Utf8JsonWriter json, JuspayCustomer customer)
    {
        json.WriteStartObject();
        json.WriteString("id", customer.Id);
        json.WriteString("object", "customer");
        json.WriteString("object_reference_id", customer.Reference);
        json.WriteString("mobile_country_code", "91");
        json.WriteString("mobile_number", customer.Mobile);
        json.WriteString("email_address", customer.Email);
        json.WriteString("first_name", customer.FirstName);
        json.WriteString("last_name", customer.LastName);
        json.WriteString("date_created", JuspayJson.Time(customer.CreatedAt));
        json.WriteString("last_updated", JuspayJson.Time(customer.CreatedAt));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, JuspaySavedCard saved)
    {
        var card = saved.Card;
        json.WriteStartObject();
        json.WriteString("card_token", saved.Token);
        json.WriteString("card_reference", card.Reference);
        json.WriteString("card_number", $"{card.Isin[..4]}-XXXXXXXX-{card.Last4}");
        json.WriteString("card_isin", card.Isin);
        json.WriteString("card_exp_year", card.Year);
        json.WriteString("card_exp_month", card.Month);
        json.WriteString("card_type", "CREDIT");
        json.WriteString("card_issuer", "");
        json.WriteString("card_brand", card.Brand);
        json.WriteString("nickname", "");
        json.WriteString("name_on_card", card.Name);
        json.WriteBoolean("expired", value: false);
        json.WriteString("card_fingerprint", card.Fingerprint);
        json.WriteStartObject("token");
        json.WriteString("tokenization_status", "ACTIVE");
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
