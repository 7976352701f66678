using System.Text.Json;
using System.Text.RegularExpressions;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Razorpay;

/// <summary>The customers API, and the tokens of the cards that they have kept.</summary>
internal sealed partial class RazorpayCustomers(RazorpayBook book, TimeProvider time)
{
    // The last moment of a month is that of India.
    private static readonly TimeSpan India = new(5, 30, 0);

    /// <summary><c>POST /customers</c>: one for each pair of e-mail address and phone number.</summary>
    public async Task<SimulatedResponse> CreateAsync(RazorpayCall call)
    {
        using var document = call.Read(forms: false);
        if (document is null)
        {
            return RazorpayErrors.Invalid("The request body is not valid JSON.", null);
        }

        var fields = new RazorpayFields(document.RootElement);
        var customer = Read(fields, call.Account.KeyId);
        var failsExisting = fields.Text("fail_existing") ?? "1";
        if (failsExisting is not ("0" or "1"))
        {
            fields.Refuse("The selected fail existing is invalid.", "fail_existing");
        }

        if (fields.Finish() is { } invalid)
        {
            return invalid;
        }

        Task durable;
        lock (book.People.Gate)
        {
            var there = book.People.CustomerOf(customer.KeyId, customer.Email, customer.Contact);
            if (there is not null && failsExisting == "1")
            {
                return RazorpayErrors.Invalid("Customer already exists for the merchant", null);
            }

            customer = there ?? customer;
            durable = there is null ? book.Keep(new RazorpayEntry { Customer = customer }) : book.People.Durable;
        }

        await durable;
        return SimulatedResponse.Json(200, customer, Write);
    }

    /// <summary><c>GET /customers/{id}</c>.</summary>
    public async Task<SimulatedResponse> FetchAsync(RazorpayCall call)
    {
        if (Find(call, out var refusal) is not { } customer)
        {
            return refusal!;
        }

        await book.People.Durable;
        return SimulatedResponse.Json(200, customer, Write);
    }

    /// <summary><c>GET /customers/{id}/tokens</c>.</summary>
    public async Task<SimulatedResponse> ListTokensAsync(RazorpayCall call)
    {
        if (Find(call, out var refusal) is not { } customer)
        {
            return refusal!;
        }

        RazorpayToken[] tokens;
        Task durable;
        lock (book.People.Gate)
        {
            tokens = [.. book.People.Tokens(customer.Id).OrderByDescending(token => token.CreatedAt)];
            durable = book.People.Durable;
        }

        await durable;
        return SimulatedResponse.Json(200, tokens, (json, all) => RazorpayJson.WriteCollection(json, all, WriteToken));
    }

    /// <summary><c>GET /customers/{id}/tokens/{token}</c>.</summary>
    public async Task<SimulatedResponse> FetchTokenAsync(RazorpayCall call)
    {
        RazorpayToken? token;
        lock (book.People.Gate)
        {
            token = FindToken(call);
        }

        await book.People.Durable;
        return token is null ? RazorpayErrors.NoSuchId : SimulatedResponse.Json(200, token, WriteToken);
    }

    /// <summary><c>DELETE /customers/{id}/tokens/{token}</c>.</summary>
    public async Task<SimulatedResponse> DeleteTokenAsync(RazorpayCall call)
    {
        Task durable;
        lock (book.People.Gate)
        {
            if (FindToken(call) is not { } token)
            {
                return RazorpayErrors.NoSuchId;
            }

            durable = book.Keep(new RazorpayEntry { Token = token with { Deleted = true } });
        }

        await durable;
        return SimulatedResponse.Json(200, call.SecondId, static (json, _) =>
        {
            json.WriteStartObject();
            json.WriteBoolean("deleted", value: true);
            json.WriteEndObject();
        });
    }

    private RazorpayCustomer Read(RazorpayFields fields, string keyId)
    {
        var customer = new RazorpayCustomer
        {
            Id = RazorpayIds.New("cust_"),
            KeyId = keyId,
            Name = fields.Text("name"),
            Email = fields.Text("email", longest: 64)?.ToLowerInvariant(),
            Contact = fields.Text("contact", longest: 15),
            Gstin = fields.Text("gstin", longest: 15),
            Notes = fields.Notes(),
            CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        if (customer.Name is { Length: > 0 } name && !Name().IsMatch(name))
        {
            fields.Refuse("The name format is invalid.", "name");
        }

        if (customer.Email is { } email
            && (email.IndexOf('@') < 1 || email.EndsWith('@') || email.Contains(' ', StringComparison.Ordinal)))
        {
            fields.Refuse("The email must be a valid email address.", "email");
        }

        if (customer.Contact is { } contact && contact.Count(char.IsAsciiDigit) < 8)
        {
            fields.Refuse("Contact number should be at least 8 digits, including country code", "contact");
        }
        else if (customer.Contact?.Any(c => !char.IsAsciiDigit(c) && c is not '+') == true)
        {
            fields.Refuse("Contact number contains invalid characters", "contact");
        }

        return customer;
    }

    private RazorpayCustomer? Find(RazorpayCall call, out SimulatedResponse? refusal)
    {
        var valid = RazorpayIds.IsValid(call.Id, "cust_");
        RazorpayCustomer? customer;
        lock (book.People.Gate)
        {
            customer = valid ? book.People.Customer(call.Account.KeyId, call.Id) : null;
        }

        refusal = customer is not null ? null : valid ? RazorpayErrors.NoSuchId : RazorpayErrors.NotAnId(call.Id);
        return customer;
    }

    private RazorpayToken? FindToken(RazorpayCall call) =>
        book.People.Token(call.Account.KeyId, call.SecondId) is { } token && token.CustomerId == call.Id ? token : null;

    private static void Write(Utf8JsonWriter json, RazorpayCustomer customer)
    {
        json.WriteStartObject();
        json.WriteString("id", customer.Id);
        json.WriteString("entity", "customer");
        json.WriteString("name", customer.Name);
        json.WriteString("email", customer.Email);
        json.WriteString("contact", customer.Contact);
        json.WriteString("gstin", customer.Gstin);
        RazorpayJson.WriteNotes(json, customer.Notes);
        json.WriteNumber("created_at", customer.CreatedAt / 1000);
        json.WriteEndObject();
    }

    // As the documents have it: without the card's expiry, which only the token's own end tells.
    private void WriteToken(Utf8JsonWriter json, RazorpayToken token)
    {
        var card = token.Card;
        var end = new DateTimeOffset(card.ExpiryYear, card.ExpiryMonth, 1, 0, 0, 0, India).AddMonths(1).AddSeconds(-1);
        json.WriteStartObject();
        json.WriteString("id", token.Id);
        json.WriteString("entity", "token");
        json.WriteString("customer_id", token.CustomerId);
        json.WriteString("method", "card");
        json.WriteStartObject("card");
        json.WriteString("entity", "card");
        json.WriteString("last4", card.Last4);
        json.WriteString("network", card.Network);
        json.WriteString("type", "credit");
        json.WriteString("issuer", card.International ? null : "HDFC");
        json.WriteBoolean("international", card.International);
        json.WriteBoolean("emi", value: false);
        json.WriteString("sub_type", "consumer");
        // A network's token has an issuer's number of its own; this one says nothing of the card's.
        json.WriteString("token_iin", "453335");
        json.WriteEndObject();
        json.WriteBoolean("compliant_with_tokenisation_guidelines", !card.International);
        json.WriteNumber("expired_at", end.ToUnixTimeSeconds());
        json.WriteNumber("created_at", token.CreatedAt / 1000);
        json.WriteString("status", end < time.GetUtcNow() ? "deactivated" : "active");
        json.WriteString("status_reason", end < time.GetUtcNow() ? "expired" : null);
        RazorpayJson.WriteNotes(json, null);
        json.WriteEndObject();
    }

    [GeneratedRegex(@"^[A-Za-z0-9 .'/@()]{3,50}\z", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex Name();
}
