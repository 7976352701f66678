using System.Text.Json;
using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Juspay;

/// <summary>Wallets that a customer links by a one-time password, which is 123456 here.</summary>
internal sealed class JuspayWallets(
    JuspayBook book, JuspayCustomers customers, IOptions<JuspayOptions> options, TimeProvider time)
{
    private const string Password = "123456";

    private static readonly TimeSpan TokenLife = TimeSpan.FromMinutes(10);

    /// <summary><c>POST /customers/{id}/wallets</c>: makes the wallet, or finds it; with <c>command=authenticate</c>
    /// the customer is sent a password.</summary>
    public async Task<SimulatedResponse> CreateAsync(JuspayCall call)
    {
        var name = call.Fields.Required("gateway");
        var command = call.Fields.Text("command");
        var mobile = call.Fields.Text("mobile_number");
        if (command is not (null or "authenticate"))
        {
            call.Fields.Refuse("command", "Missing field or Invalid Value");
        }

        if (call.Fields.Finish() is { } refusal)
        {
            return refusal;
        }

        if (customers.Find(call, call.Id) is not { } customer)
        {
            return JuspayCustomers.NoSuchCustomer;
        }

        JuspayWallet wallet;
        Task durable;
        lock (book.Shelf.Gate)
        {
            wallet = book.Shelf.Wallets(
                call.Account.MerchantId, customer.Id).FirstOrDefault(known => known.Wallet == name)
                ?? new JuspayWallet
                {
                    Id = JuspayIds.New("wlt_").ToLowerInvariant(),
                    MerchantId = call.Account.MerchantId,
                    CustomerId = customer.Id,
                    Wallet = name,
                    Mobile = mobile ?? customer.Mobile,
                    Balance = options.Value.WalletBalance,
                };
            durable = book.Keep(new JuspayEntry { Wallet = wallet });
        }

        await durable;
        return SimulatedResponse.Json(200, wallet, Write);
    }

    /// <summary><c>GET /customers/{id}/wallets</c>.</summary>
    public Task<SimulatedResponse> ListAsync(JuspayCall call)
    {
        if (call.Fields.Finish() is { } refusal)
        {
            return Task.FromResult(refusal);
        }

        if (customers.Find(call, call.Id) is not { } customer)
        {
            return Task.FromResult(JuspayCustomers.NoSuchCustomer);
        }

        JuspayWallet[] wallets;
        lock (book.Shelf.Gate)
        {
            wallets = [.. book.Shelf.Wallets(call.Account.MerchantId, customer.Id)];
        }

        return Task.FromResult(SimulatedResponse.Json(200, wallets, static (json, list) =>
        {
            json.WriteStartObject();
            json.WriteString("object", "list");
            json.WriteStartArray("list");
            foreach (var wallet in list)
            {
                Write(json, wallet);
            }

            json.WriteEndArray();
            json.WriteNumber("count", list.Length);
            json.WriteNumber("offset", 0);
            json.WriteNumber("total", list.Length);
            json.WriteEndObject();
        }));
    }

    /// <summary><c>GET /customers/{id}/wallets/refresh-balances</c>.</summary>
    public async Task<SimulatedResponse> RefreshAllAsync(JuspayCall call)
    {
        if (customers.Find(call, call.Id) is { } customer)
        {
            List<Task> durable = [];
            lock (book.Shelf.Gate)
            {
                foreach (
                    var wallet in book.Shelf.Wallets(call.Account.MerchantId, customer.Id)
                        .Where(known => known.Linked)
                        .ToArray())
                {
                    durable.Add(book.Keep(new JuspayEntry { Wallet = Refreshed(wallet) }));
                }
            }

            await Task.WhenAll(durable);
        }

        return await ListAsync(call);
    }

    /// <summary><c>GET /wallets/{id}</c>; <c>command=refresh</c> returns the balance and a token to pay with.</summary>
    public Task<SimulatedResponse> FetchAsync(JuspayCall call)
    {
        var command = call.Fields.Text("command");
        return ChangeAsync(call, wallet => command switch
        {
            null => wallet,
            "refresh" => wallet.Linked ? Refreshed(wallet) : wallet,
            _ => null,
        });
    }

    /// <summary><c>POST /wallets/{id}</c> with <c>command</c> authenticate, link (and <c>otp</c>), refresh or
    /// delink.</summary>
    public Task<SimulatedResponse> CommandAsync(JuspayCall call)
    {
        var (command, otp) = (call.Fields.Required("command"), call.Fields.Text("otp"));
        return ChangeAsync(call, wallet => command switch
        {
            "authenticate" => wallet,
            "link" when otp == Password => Refreshed(wallet with { Linked = true }),
            "refresh" when wallet.Linked => Refreshed(wallet),
            "delink" => wallet with { Linked = false, Token = null, RefreshedAt = 0 },
            _ => null,
        });
    }

    private async Task<SimulatedResponse> ChangeAsync(JuspayCall call, Func<JuspayWallet, JuspayWallet?> change)
    {
        if (call.Fields.Finish() is { } refusal)
        {
            return refusal;
        }

        JuspayWallet? wallet;
        Task durable;
        lock (book.Shelf.Gate)
        {
            if (book.Shelf.Wallet(call.Account.MerchantId, call.Id) is not { } standing)
            {
                return JuspayErrors.Simple(404, "invalid_request_error", "invalid", "Wallet does not exist.");
            }

            wallet = change(standing);
            if (wallet is null)
            {
                return JuspayErrors.Refused("INVALID_INPUT", "Invalid command or otp");
            }

            durable = book.Keep(new JuspayEntry { Wallet = wallet });
        }

        await durable;
        return SimulatedResponse.Json(200, wallet, Write);
    }

    private JuspayWallet Refreshed(JuspayWallet wallet)
    {
        var now = time.GetUtcNow();
        return wallet with
        {
            Token = JuspayIds.New("tok_").ToLowerInvariant(),
            TokenUntil = (now + TokenLife).ToUnixTimeMilliseconds(),
            RefreshedAt = now.ToUnixTimeMilliseconds(),
        };
    }

    private static void Write(Utf8JsonWriter json, JuspayWallet wallet)
    {
        json.WriteStartObject();
        json.WriteString("id", wallet.Id);
        json.WriteString("object", "wallet_account");
        json.WriteString("wallet", wallet.Wallet);
        json.WriteString("token", wallet.Linked ? wallet.Token : null);
        if (wallet.Linked)
        {
            JuspayJson.Amount(json, "current_balance", wallet.Balance, "INR");
        }
        else
        {
            json.WriteNull("current_balance");
        }

        // Juspay's own samples have it as text after a refresh and after a delink.
        if (wallet.Linked && wallet.RefreshedAt > 0)
        {
            json.WriteString("linked", "true");
        }
        else
        {
            json.WriteBoolean("linked", wallet.Linked);
        }

        json.WriteString("last_refreshed", wallet.RefreshedAt > 0 ? JuspayJson.Time(wallet.RefreshedAt) : null);
        json.WriteStartObject("metadata");
        json.WriteString("mobile_number", wallet.Mobile);
        json.WriteEndObject();
        json.WriteNull("gateway_reference_id");
        json.WriteEndObject();
    }
}
