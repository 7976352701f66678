using System.Net;
using PaymentCluster.Simulators.PayU;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.PayU;

public sealed class CommandTests
{
    private static readonly TimeSpan Done = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task Several_txnids_are_returned_at_once_and_unknown_ones_by_name()
    {
        await using var simulator = await PayUShop.OpenAsync();
        await simulator.PayUAsync(PayUShop.Intent("TXN-1"));
        var response = await simulator.CommandAsync("verify_payment", "TXN-1|TXN-2");
        Assert.Equal(
            (1, "1 out of 2 Transactions Fetched Successfully"),
            (response.GetProperty("status").GetInt32(), response.GetProperty("msg").GetString()));
        Assert.Equal(
            "Not Found",
            response.GetProperty("transaction_details").GetProperty("TXN-2").GetProperty("mihpayid").GetString());
        Assert.Equal(0, (await simulator.CommandAsync("verify_payment", "TXN-2")).GetProperty("status").GetInt32());
    }

    [Theory]
    [InlineData("hash", "00", false, "Invalid Hash."), InlineData("key", "OTHER", false, "Invalid Hash.")]
    [InlineData("var1", "TXN-2", false, "Invalid Hash.")]
    [InlineData("command", "check_action_status", false, "Invalid Hash.")]
    [InlineData("var1", "", true, "Parameter missing"), InlineData("command", "no_such", true, "Invalid command")]
    public async Task A_command_that_is_wrong_is_refused_in_words(
        string name, string value, bool hashed, string message)
    {
        await using var simulator = await PayUShop.OpenAsync();
        var fields = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["key"] = PayUShop.Key, ["command"] = "verify_payment", ["var1"] = "TXN-1",
        };
        string Hash() => PayUHash.OfCommand(PayUShop.Key, fields["command"], fields["var1"], PayUShop.Salt);
        fields["hash"] = Hash();
        fields[name] = value;
        if (hashed)
        {
            fields["hash"] = Hash();
        }

        var reply = await simulator.PostFormAsync("/payu/merchant/postservice.php?form=2", fields);
        Assert.Equal((HttpStatusCode.OK, message), (reply.Status, reply["msg"]));
    }

    [Fact]
    public async Task Who_does_not_request_json_gets_php()
    {
        await using var simulator = await PayUShop.OpenAsync();
        var reply = await simulator.PostFormAsync("/merchant/postservice.php", new() { ["command"] = "x" });
        Assert.Equal("a:2:{s:6:\"status\";i:0;s:3:\"msg\";s:13:\"Invalid Hash.\";}", reply.Text);
    }

    [Fact]
    public async Task An_authorised_payment_is_captured_once()
    {
        await using var simulator = await PayUShop.OpenAsync();
        var id = await simulator.PayUAsync(PayUShop.Intent(more: [("pre_authorize", "1")]));
        Assert.Equal("success auth", await simulator.StateAsync());
        Assert.Equal(
            "Capture FAILURE - invalid amount", await TextAsync(simulator, "capture_transaction", id, "t-1", "100.00"));
        Assert.Equal("Capture Request Queued", await TextAsync(simulator, "capture_transaction", id, "t-1", "123.45"));
        Assert.Equal(
            "token already used or request pending",
            await TextAsync(simulator, "capture_transaction", id, "t-1", "123.45"));
        Assert.Equal(
            "Capture FAILURE - request already logged",
            await TextAsync(simulator, "capture_transaction", id, "t-2", "123.45"));
        Assert.Equal("success auth", await simulator.StateAsync());
        simulator.Clock.Advance(Done);
        Assert.Equal("success captured", await simulator.StateAsync());
        Assert.Equal(
            "Capture FAILURE - already captured",
            await TextAsync(simulator, "capture_transaction", id, "t-3", "123.45"));
        Assert.Equal(["capture t-1 123.45 SUCCESS"], await simulator.ActionsAsync(id));
    }

    [Fact]
    public async Task An_authorisation_is_cancelled_whole_and_keeps_its_word()
    {
        await using var simulator = await PayUShop.OpenAsync();
        var id = await simulator.PayUAsync(PayUShop.Intent(more: [("pre_authorize", "1")]));
        Assert.Equal(
            "Cancel request failed", await TextAsync(simulator, "cancel_refund_transaction", id, "t-1", "100.00"));
        var queued = await simulator.CommandAsync("cancel_refund_transaction", id, "t-1", "123.45");
        Assert.Equal("Cancel Request Queued", queued.GetProperty("msg").GetString());
        Assert.True(queued.TryGetProperty("txn_update_id", out _) && !queued.TryGetProperty("request_id", out _));
        simulator.Clock.Advance(Done);
        Assert.Equal(["cancel t-1 123.45 SUCCESS"], await simulator.ActionsAsync(id));
        Assert.Equal("success auth", await simulator.StateAsync());
        Assert.Equal(
            "Capture FAILURE - invalid status", await TextAsync(simulator, "capture_transaction", id, "t-2", "123.45"));
        Assert.Equal("cancelled", Assert.Single(await simulator.JournalAsync()).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Refunds_are_queued_once_per_token_up_to_what_was_paid()
    {
        await using var simulator = await PayUShop.OpenAsync();
        var id = await simulator.PayUAsync(PayUShop.Intent());
        var queued = await simulator.CommandAsync("cancel_refund_transaction", id, "r-1", "100.00");
        Assert.Equal(
            ("Refund Request Queued", 102),
            (queued.GetProperty("msg").GetString(), queued.GetProperty("error_code").GetInt32()));
        Assert.Equal(
            "token already used or request pending",
            await TextAsync(simulator, "cancel_refund_transaction", id, "r-1", "100.00"));
        Assert.Equal(
            "Refund FAILURE - Invalid amount",
            await TextAsync(simulator, "cancel_refund_transaction", id, "r-2", "23.46"));
        simulator.Clock.Advance(Done);
        await simulator.PayUDialAsync("""{"refund_failed":1}""");
        await simulator.CommandAsync("cancel_refund_transaction", id, "r-3", "23.45");
        Assert.Equal(["refund r-1 100.00 SUCCESS", "refund r-3 23.45 queued"], await simulator.ActionsAsync(id));
        simulator.Clock.Advance(Done);
        Assert.Equal(["refund r-1 100.00 SUCCESS", "refund r-3 23.45 FAILURE"], await simulator.ActionsAsync(id));
        var requestId = queued.GetProperty("request_id").GetString()!;
        var one = await simulator.CommandAsync("check_action_status", requestId);
        Assert.Equal(
            "r-1",
            one.GetProperty("transaction_details")
                .GetProperty(requestId)
                .GetProperty(requestId)
                .GetProperty("token")
                .GetString());
        Assert.Equal(10_000, (await simulator.JournalAsync())[0].GetProperty("amount_refunded").GetInt64());
    }

    [Fact]
    public async Task A_token_is_taken_for_the_whole_account_and_has_23_characters_at_most()
    {
        await using var simulator = await PayUShop.OpenAsync();
        var first = await simulator.PayUAsync(PayUShop.Intent("TXN-1"));
        var second = await simulator.PayUAsync(PayUShop.Intent("TXN-2"));
        await simulator.CommandAsync("cancel_refund_transaction", first, "r-1", "1.00");
        Assert.Equal(
            "token already used or request pending",
            await TextAsync(simulator, "cancel_refund_transaction", second, "r-1", "1.00"));
        Assert.Equal(
            "Refund request failed",
            await TextAsync(simulator, "cancel_refund_transaction", second, new string('r', 24), "1.00"));
        Assert.Equal("token is empty", await TextAsync(simulator, "cancel_refund_transaction", second, "", "1.00"));
        Assert.Equal("amount is empty", await TextAsync(simulator, "cancel_refund_transaction", second, "r-2", ""));
        Assert.Equal(
            "transaction not exists",
            await TextAsync(simulator, "cancel_refund_transaction", "403993715500000000", "r-2", "1.00"));
        var unknown = await simulator.CommandAsync("check_action_status", "123");
        Assert.Equal(
            "No action status found", unknown.GetProperty("transaction_details").GetProperty("123").GetString());
    }

    [Fact]
    public async Task The_same_amount_is_refused_for_a_while_if_the_account_is_set_so()
    {
        await using var simulator = await PayUShop.OpenAsync(null, "--Simulators:PayU:SameAmountWindow", "00:05:00");
        var id = await simulator.PayUAsync(PayUShop.Intent());
        await simulator.CommandAsync("cancel_refund_transaction", id, "r-1", "1.00");
        var refused = await simulator.CommandAsync("cancel_refund_transaction", id, "r-2", "1.00");
        Assert.Equal(
            (0, 214), (refused.GetProperty("status").GetInt32(), refused.GetProperty("error_code").GetInt32()));
        simulator.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(
            "Refund Request Queued", await TextAsync(simulator, "cancel_refund_transaction", id, "r-2", "1.00"));
    }

    [Theory]
    [InlineData("anything@payu", 1), InlineData("invalid@payu", 0), InlineData("nobody", 0)]
    public async Task A_upi_id_is_checked(string vpa, int valid)
    {
        await using var simulator = await PayUShop.OpenAsync();
        var response = await simulator.CommandAsync("validateVPA", vpa);
        Assert.Equal(
            ("SUCCESS", valid),
            (response.GetProperty("status").GetString(), response.GetProperty("isVPAValid").GetInt32()));
    }

    [Fact]
    public async Task A_card_is_kept_paid_with_and_deleted()
    {
        await using var simulator = await PayUShop.OpenAsync();
        Assert.Equal("Card not found.", await TextAsync(simulator, "get_user_cards", PayUShop.Owner));
        await simulator.PayUAsync(
            PayUShop.Card("5123456789012346", more: [("store_card", "1"), ("user_credentials", PayUShop.Owner)]));
        var cards = (await simulator.CommandAsync("get_user_cards", PayUShop.Owner)).GetProperty("user_cards");
        var token = Assert.Single(cards.EnumerateObject()).Name;
        Assert.Equal("512345XXXXXX2346", cards.GetProperty(token).GetProperty("card_no").GetString());

        var saved = PayUShop.Server("TXN-2",
            ("pg", "CC"),
            ("bankcode", "CC"),
            ("store_card_token", token),
            ("storecard_token_type", "0"),
            ("user_credentials", PayUShop.Owner),
            ("ccvv", "123"));
        await simulator.PayUAsync(saved);
        Assert.Equal("success captured", await simulator.StateAsync("TXN-2"));
        Assert.Equal("card not found", await TextAsync(simulator, "delete_user_card", PayUShop.Key + ":other", token));
        Assert.Equal(
            "card deleted successfully", await TextAsync(simulator, "delete_user_card", PayUShop.Owner, token));
        Assert.Equal("Card not found.", await TextAsync(simulator, "get_user_cards", PayUShop.Owner));
    }

    [Fact]
    public async Task Everything_is_as_it_was_after_a_restart()
    {
        await using var simulator = await PayUShop.OpenAsync();
        var id = await simulator.PayUAsync(
            PayUShop.Card("5123456789012346", more: [("store_card", "1"), ("user_credentials", PayUShop.Owner)]));
        await simulator.CommandAsync("cancel_refund_transaction", id, "r-1", "1.00");
        var waiting = PayUShop.IdOf(await simulator.BeginAsync(PayUShop.Intent("TXN-2")));
        async Task<string> SnapshotAsync() => string.Join(
            '\n',
            await simulator.CommandAsync("verify_payment", "TXN-1|TXN-2"),
            await simulator.CommandAsync("check_action_status", id, "payuid"),
            await simulator.CommandAsync("get_user_cards", PayUShop.Owner),
            (await simulator.GetAsync("/_journal")).Text);

        var before = await SnapshotAsync();
        await simulator.RestartAsync();
        Assert.Equal(before, await SnapshotAsync());

        Assert.Equal(
            "token already used or request pending",
            await TextAsync(simulator, "cancel_refund_transaction", id, "r-1", "1.00"));
        simulator.Clock.Advance(Done);
        Assert.Equal(["refund r-1 1.00 SUCCESS"], await simulator.ActionsAsync(id));
        Assert.Equal("success captured", await simulator.StateAsync("TXN-2"));
        Assert.Equal(waiting, (await simulator.VerifyAsync("TXN-2")).GetProperty("mihpayid").GetString());
    }

    private static async Task<string> TextAsync(
        Simulator simulator, string command, string var1, params string[] more) =>
        (await simulator.CommandAsync(command, var1, more)).GetProperty("msg").GetString()!;
}
