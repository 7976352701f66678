using System.Net;
using System.Text.Json;
using PaymentCluster.Simulators.PayU;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.PayU;

/// <summary>What a shop with an account at PayU does all day, in one line each.</summary>
internal static class PayUShop
{
    public const string Key = "TESTKEY1";
    public const string Salt = "TESTSALT01234567";
    public const string Owner = Key + ":customer-1";

    public static readonly TimeSpan CustomersDelay = TimeSpan.FromMilliseconds(300);

    public static async Task<Simulator> OpenAsync(Uri? webhook = null, params string[] settings)
    {
        var simulator = await Simulator.StartAsync(settings);
        await simulator.RegisterPayUAsync(webhook);
        return simulator;
    }

    public static async Task RegisterPayUAsync(this Simulator simulator, Uri? webhook) => Assert.Equal(
        HttpStatusCode.OK,
        (await simulator.PutAsync(
            $"/_accounts/payu/{Key}", JsonSerializer.Serialize(new { salt = Salt, webhook_url = webhook }))).Status);

    public static Task PayUDialAsync(this Simulator simulator, string dials) =>
        simulator.PutAsync("/_dials/payu", dials);

    /// <summary>The fields that every payment has, unsigned.</summary>
    public static Dictionary<string, string> Fields(string txnId = "TXN-1", params (string Name, string Value)[] more)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["key"] = Key,
            ["txnid"] = txnId,
            ["amount"] = "123.45",
            ["productinfo"] = "Order 1",
            ["firstname"] = "Asha",
            ["email"] = "asha@example.com",
            ["phone"] = "9000000000",
            ["surl"] = "https://shop.example/s?a=1&b=%22",
            ["furl"] = "https://shop.example/f",
            ["udf1"] = "one",
        };
        foreach (var (name, value) in more)
        {
            fields[name] = value;
        }

        return fields;
    }

    public static Dictionary<string, string> Server(string txnId, params (string Name, string Value)[] more) => Fields(
        txnId, [("txn_s2s_flow", "4"), ("s2s_client_ip", "10.0.0.1"), ("s2s_device_info", "Mozilla/5.0"), .. more]);

    public static Dictionary<string, string> Intent(
        string txnId = "TXN-1", params (string Name, string Value)[] more) =>
        Server(txnId, [("pg", "UPI"), ("bankcode", "INTENT"), ("upiAppName", "genericintent"), .. more]);

    public static Dictionary<string, string> Card(
        string number, string txnId = "TXN-1", params (string Name, string Value)[] more) => Server(
            txnId,
            [
                ("pg", "CC"), ("bankcode", "CC"), ("ccnum", number), ("ccname", "A B"), ("ccvv", "123"),
                ("ccexpmon", "05"), ("ccexpyr", "2031"), .. more,
            ]);

    public static Dictionary<string, string> Signed(Dictionary<string, string> fields)
    {
        string Of(string name) => fields.GetValueOrDefault(name, "");
        return new(fields, StringComparer.Ordinal)
        {
            ["hash"] = PayUHash.OfPayment(
                Of("key"), Of("txnid"), Of("amount"), Of("productinfo"), Of("firstname"), Of("email"),
                [Of("udf1"), Of("udf2"), Of("udf3"), Of("udf4"), Of("udf5")], Salt),
        };
    }

    public static async Task<Reply> PostFormAsync(
        this Simulator simulator, string path, Dictionary<string, string> fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent(fields),
        };
        return await simulator.SendAsync(request);
    }

    /// <summary>Begins a payment; what comes next is the customer's.</summary>
    public static Task<Reply> BeginAsync(this Simulator simulator, Dictionary<string, string> fields) =>
        simulator.PostFormAsync("/payu/_payment", Signed(fields));

    /// <summary>Begins a payment, lets the automatic customer decide it, and returns its <c>mihpayid</c>.</summary>
    public static async Task<string> PayUAsync(this Simulator simulator, Dictionary<string, string> fields)
    {
        var id = IdOf(await simulator.BeginAsync(fields));
        simulator.Clock.Advance(CustomersDelay);
        return id;
    }

    public static string IdOf(Reply begun) => begun.Json.GetProperty("result").GetProperty("paymentId").GetString()!;

    public static async Task<JsonElement> CommandAsync(
        this Simulator simulator, string command, string var1, params string[] more)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["key"] = Key,
            ["command"] = command,
            ["var1"] = var1,
            ["hash"] = PayUHash.OfCommand(Key, command, var1, Salt),
        };
        for (var i = 0; i < more.Length; i++)
        {
            fields[$"var{i + 2}"] = more[i];
        }

        var reply = await simulator.PostFormAsync("/payu/merchant/postservice.php?form=2", fields);
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        return reply.Json;
    }

    /// <summary>What <c>verify_payment</c> says of a <c>txnid</c>.</summary>
    public static async Task<JsonElement> VerifyAsync(this Simulator simulator, string txnId = "TXN-1") =>
        (await simulator.CommandAsync("verify_payment", txnId)).GetProperty("transaction_details").GetProperty(txnId);

    public static async Task<string> StateAsync(this Simulator simulator, string txnId = "TXN-1")
    {
        var told = await simulator.VerifyAsync(txnId);
        return $"{told.GetProperty("status")} {told.GetProperty("unmappedstatus")}";
    }

    /// <summary>What <c>check_action_status</c> says of a payment's captures, refunds and cancellations.</summary>
    public static async Task<string[]> ActionsAsync(this Simulator simulator, string mihpayid)
    {
        var response = await simulator.CommandAsync("check_action_status", mihpayid, "payuid");
        return response.GetProperty("status").GetInt32() == 0 ? [] :
        [
            .. response.GetProperty("transaction_details").GetProperty(mihpayid).EnumerateObject().Select(action =>
                $"{action.Value.GetProperty("action")} {action.Value.GetProperty("token")} "
                + $"{action.Value.GetProperty("amt")} {action.Value.GetProperty("status")}"),
        ];
    }
}
