using Microsoft.AspNetCore.WebUtilities;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.PayU;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.PayU;

/// <summary>Hashes made by PayU's official client (payu-websdk 1.3.1), and the requests that PayU's pages
/// document.</summary>
public sealed class PayUFactsTests : IAsyncLifetime
{
    private const string Sample =
        "key=TESTKEY1&txnid=TXN-1001&amount=123.45&productinfo=Order 1001&firstname=Asha&email=asha@example.com";

    private const string Respond =
        "key=TESTKEY1&txnid=TXN-1001&amount=123.45&productinfo=Order 1001&firstname=Asha&email=asha@example.com";

    private readonly PayURig _rig = new();
    private ScriptedServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        _server.Script = _rig.RespondAsync;
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    // testdeveloper.payubiz.in/documentation/Hash-generation/26.
    [InlineData(
        "key=C0Dr8m&txnid=12345&amount=10&productinfo=Shopping&firstname=Test&email=test@test.com&udf2=abc&udf4=15",
        "3sf0jURk",
        "ffcdbf04fa5beefdcc2dd476c18bc410f02b3968e7f4f54e8f43f1e1a310bb32e3b4dec9305232bb89db5b1d0c009a53bcace6f4bd8ec2f695baf3d43ba730ce")]
    [InlineData(Sample, PayURig.Salt,
        "f1d5db6aafec0e5fc3366313925616c710c0a5cd64c13c52c09cfa7a03980a6a22e65b2e7c5e9386b46f90c24d22b02c4934282964c4d8d6f7e0e524f3fc556c")]
    [InlineData(
        Sample
            + """&splitRequest={"type":"absolute","splitInfo":{"CHILD1":{"aggregatorSubTxnId":"s1","aggregatorSubAmt":"100.00","aggregatorCharges":"23.45"}}}""",
        PayURig.Salt,
        "8df8fb5e32ab562c47c282501bfd53ebdade94c0851a577af90264ce5003da3ba0c40d74a8a86098ccadd3d58685c4052e44b5c2cc34db3c25e5df58b7a45a82")]
    public void A_payment_is_hashed_as_the_client_does(string fields, string salt, string expected) =>
        Assert.Equal(expected, PayUSignature.OfPayment(FieldsOf(fields), salt));

    [Theory]
    [InlineData("verify_payment", "TXN-1001",
        "6c1a20a38be1b8dfbd030841765fe3f5e950b4552ea99f69b5125fcffbca65331b7b0d6fd6a5d80084458c832aef23011d2b90a8e9e13f9cf5992ccf64e080c5")]
    [InlineData("cancel_refund_transaction", "403993715521937565",
        "3c7a99251c124101fd6cd602a634db77e49fdf311fe73d616a8503e2b320c4849d1b120ea06ec86b601724f9f953538533875fd0e7527c55937c88cb37cd262f")]
    [InlineData("capture_transaction", "403993715521937565",
        "64c4061b4f80157fe962a8909587a75da77a5041b6c172ccc2c3d0823c8f55b1f26e07c052d04819cb338207f9f8edf810c2e580c015da54fea1f352e22da027")]
    [InlineData("validateVPA", "9999999999@upi",
        "2ada21efb5365b76bc605c816c65f9305ff19012f1491da91012e67ad428a00899fe2424a52df60061cac25a48508fe26e4e07b6f302549cc84c2398d78ba674")]
    [InlineData("check_action_status", "131278422",
        "4e425bbc85c6a831b8121572b06ce7deffd7bd458783d4a9c246168a6427407a7da9536e717990df72bdcbaa359ec234b6b59dd2dbc47820bd58f10e178c6e61")]
    public void A_command_is_hashed_as_the_client_does(string command, string var1, string expected) =>
        Assert.Equal(expected, PayUSignature.OfCommand(PayURig.Key, command, var1, PayURig.Salt));

    [Theory]
    [InlineData(Respond + "&status=success&udf1=a&udf2=b b&udf3=&udf4=d|x&udf5=e",
        "c1e3cdbf5399b91ace693eae9973c771e022a2331a62a2adbca46a72f21a6272dd668c35490dc759e6b69847424903264237d18e5d8befdff1261085cecd4764")]
    [InlineData(Respond + "&status=pending&udf1=a&udf2=b b&udf3=&udf4=d|x&udf5=e",
        "e7ce0601d241ab49c731c3465aae653803dafd0256a06234ebcb704f2953dc361b99ba7af11653755e4971e0ce4256f9183d2cfa63692a00837f8ba934114abc")]
    [InlineData(Respond + "&status=success&splitInfo={\"a\":\"1\"}",
        "20b28a5f8d07a596128f98ad5868d7abfa97f391d46e7261c4b0d7ef21877e21249f1b2426938355b7beda4b7b4f80d79672f284c2953289c7dfba79cbe7582d")]
    public void A_response_is_trusted_if_the_client_trusts_it(string fields, string hash)
    {
        Assert.True(PayUSignature.IsResponse(FieldsOf(fields + "&hash=" + hash), PayURig.Key, PayURig.Salt));
        Assert.True(
            PayUSignature.IsResponse(FieldsOf(fields + "&hash=" + hash.ToUpperInvariant()), PayURig.Key, PayURig.Salt));
        Assert.False(PayUSignature.IsResponse(FieldsOf(fields + "&hash=" + hash), PayURig.Key, "another"));
        Assert.False(PayUSignature.IsResponse(
            FieldsOf(fields.Replace("123.45", "123.46", StringComparison.Ordinal) + "&hash=" + hash),
            PayURig.Key,
            PayURig.Salt));
        Assert.False(PayUSignature.IsResponse(FieldsOf(fields), PayURig.Key, PayURig.Salt));
    }

    [Theory]
    [InlineData("additionalCharges"), InlineData("additional_charges")]
    public void Additional_charges_stand_in_front_under_either_name(string name)
    {
        var hash = PayURig.Sha512(
            $"2.50|{PayURig.Salt}|success|||||||||||asha@example.com|Asha|Order 1001|123.45|TXN-1001|{PayURig.Key}");
        Assert.True(PayUSignature.IsResponse(
            FieldsOf($"{Respond}&status=success&{name}=2.50&hash={hash}"), PayURig.Key, PayURig.Salt));
        Assert.False(PayUSignature.IsResponse(
            FieldsOf($"{Respond}&status=success&{name}=2.51&hash={hash}"), PayURig.Key, PayURig.Salt));
    }

    // docs.payu.in/docs/upi-intent-server-to-server.
    [Fact]
    public async Task A_upi_intent_is_sent_from_the_server()
    {
        await ChargeAsync(new PaymentMethod { Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Intent });
        AssertSent(
            $"key=TESTKEY1&txnid={ConnectorRig.Attempt}&amount=123.45&productinfo=Payment&firstname=Customer"
            + "&email=a@b.example&phone=9876543210"
            + "&surl=https://engine.example/return&furl=https://engine.example/return"
            + "&pg=UPI&bankcode=INTENT&upiAppName=genericintent"
            + "&txn_s2s_flow=4&s2s_client_ip=127.0.0.1&s2s_device_info=Mozilla/5.0");
    }

    [Theory]
    [InlineData(false, "pg=UPI&bankcode=INTENT&upiAppName=genericintent")]
    [InlineData(true, "pg=DBQR&bankcode=UPIDBQR&expiry_time=900")]
    public async Task A_qr_code_is_the_intents_link_or_payus_own(bool dynamic, string fields)
    {
        await ChargeAsync(
            new PaymentMethod { Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Qr },
            options => options.DynamicQr = dynamic);
        AssertSent(fields);
    }

    [Fact]
    public async Task A_collect_request_names_the_upi_id()
    {
        await ChargeAsync(new PaymentMethod { Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Collect, Vpa = "a@upi" });
        AssertSent("pg=UPI&bankcode=UPI&vpa=a@upi&txn_s2s_flow=4");
    }

    [Fact]
    public async Task A_card_goes_from_the_server_with_the_customers_device()
    {
        await ChargeAsync(_rig.Method, change: request => request with
        {
            Customer = new Customer
            {
                Id = "c-1", Name = "Asha  Rao & Co", IpAddress = "203.0.113.7", UserAgent = "Firefox",
            },
            Instrument = ConnectorRig.TypedCard(saving: new(null)),
            Capture = CaptureMode.Manual,
            Description = "Tea | 2 × 3",
        });
        AssertSent(
            "productinfo=Tea 2 3&firstname=Asha&lastname=Rao Co&pg=CC&bankcode=CC&ccnum=4111111111111111&ccname=A "
            + "B&ccvv=9173&ccexpmon=04&ccexpyr=2031"
            + "&store_card=1&user_credentials=TESTKEY1:c-1&pre_authorize=1&s2s_client_ip=203.0.113.7"
            + "&s2s_device_info=Firefox");
    }

    // docs.payu.in, card tokenization with PayU.
    [Fact]
    public async Task A_saved_card_goes_by_its_token()
    {
        await ChargeAsync(_rig.Method, change: request => request with
        {
            Instrument = ConnectorRig.SavedCard("745d72e2fd9b7e88824fef4e7ed7dac1fe624b74", "123"),
            Customer = new Customer { Id = "c-1" },
        });
        AssertSent(
            "pg=CC&bankcode=CC&user_credentials=TESTKEY1:c-1&store_card_token=745d72e2fd9b7e88824fef4e7ed7dac1fe624b74"
                + "&storecard_token_type=0&ccvv=123");
        Assert.DoesNotContain("ccnum", Assert.Single(_server.Requests).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PaymentMethodKind.Netbanking, "HDFC", null, "NB", "HDFB")]
    [InlineData(PaymentMethodKind.Netbanking, "INDB", null, "NB", "INIB")]
    [InlineData(PaymentMethodKind.Wallet, null, "phonepe", "CASH", "PHONEPE")]
    [InlineData(PaymentMethodKind.Wallet, null, "lazypay", "BNPL", "LAZYPAY")]
    public async Task Other_methods_are_a_form_for_the_customers_browser(
        PaymentMethodKind kind, string? bank, string? wallet, string pg, string code)
    {
        var pending = Assert.IsType<ProviderOutcome.Pending>(
            await ChargeAsync(new PaymentMethod { Kind = kind, Bank = bank, Wallet = wallet }));
        var (action, fields) = (pending.Action!, pending.Action!.Fields!);
        Assert.Equal((CustomerActionKind.Form, $"{_server.Url.AbsoluteUri}_payment"), (action.Kind, action.Url));
        Assert.Equal((pg, code, ConnectorRig.Attempt.ToString()), (fields["pg"], fields["bankcode"], fields["txnid"]));
        Assert.Equal(PayUSignature.OfPayment(name => fields.GetValueOrDefault(name, ""), PayURig.Salt), fields["hash"]);
        Assert.DoesNotContain(fields.Keys, name =>
            name.StartsWith("txn_s2s", StringComparison.Ordinal) || name.StartsWith("s2s", StringComparison.Ordinal));
        Assert.DoesNotContain(PayURig.Salt, fields.Values);
        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData(PaymentMethodKind.Netbanking, "ABCD", null)]
    [InlineData(PaymentMethodKind.Wallet, null, "a b")]
    [InlineData(PaymentMethodKind.Wallet, null, "")]
    public async Task What_payu_has_no_name_for_is_declined_unsent(PaymentMethodKind kind, string? bank, string? wallet)
    {
        var declined = Assert.IsType<ProviderOutcome.Declined>(
            await ChargeAsync(new PaymentMethod { Kind = kind, Bank = bank, Wallet = wallet }));
        Assert.Equal(
            (FailureCodes.RequestRefused, FailureParty.Merchant), (declined.Failure.Code, declined.Failure.Party));
    }

    // docs.payu.in/reference/capture-a-payment, …/cancel_refund_transaction: the token is var2, the amount var3.
    [Theory]
    [InlineData(Effect.Capture, "command=capture_transaction&var1=403993715500000001&var3=123.45")]
    [InlineData(Effect.Refund, "command=cancel_refund_transaction&var1=403993715500000001&var3=123.45")]
    [InlineData(Effect.Void, "command=cancel_refund_transaction&var1=403993715500000001&var3=123.45")]
    public async Task Commands_carry_the_token_before_the_amount(Effect effect, string fields)
    {
        var window = SendWindow.Open(TimeProvider.System, TimeSpan.FromMinutes(1));
        for (var i = 0; i < 2; i++)
        {
            await _rig.ActAsync(Create(), effect, TimeProvider.System, window);
        }

        var sent = _server.Requests.Where(request => _rig.Is(effect, request)).ToList();
        AssertHas(sent[0], fields);
        Assert.Matches("^[0-9a-z]{23}$", PayURig.FieldOf(sent[0], "var2"));
        Assert.Equal(sent[0].Text, sent[1].Text);
        Assert.Equal(
            PayUSignature.OfCommand(PayURig.Key, PayURig.FieldOf(sent[0], "command")!, PayURig.Pay, PayURig.Salt),
            PayURig.FieldOf(sent[0], "hash"));
    }

    // docs.payu.in/reference, cancel_refund_transaction: var5 is where PayU says what became of it.
    [Fact]
    public async Task A_refund_names_the_address_of_its_callback()
    {
        await Create().RefundAsync(
            new RefundRequest
            {
                Refund = new RefundId { Payment = ConnectorRig.Attempt.Payment, Number = 1 },
                Attempt = ConnectorRig.Attempt,
                Amount = ConnectorRig.Rupees,
                ProviderReference = PayURig.Pay,
                WebhookUrl = new Uri("https://pay.example/webhooks/shop/payu/0123"),
                Window = SendWindow.Open(TimeProvider.System, TimeSpan.FromMinutes(1)),
            },
            _rig.Credentials);
        var sent = _server.Requests.First(request => _rig.Is(Effect.Refund, request));
        Assert.Equal("https://pay.example/webhooks/shop/payu/0123", PayURig.FieldOf(sent, "var5"));
        Assert.Null(PayURig.FieldOf(sent, "var4"));
    }

    [Fact]
    public void Each_effect_has_a_token_of_its_own()
    {
        var attempt = ConnectorRig.Attempt;
        var refunds = Enumerable.Range(1, 999).Select(number =>
            PayUMapping.RefundToken(new RefundId { Payment = attempt.Payment, Number = number }));
        string[] tokens = [PayUMapping.CaptureToken(attempt), PayUMapping.VoidToken(attempt), .. refunds];
        Assert.Equal(tokens.Length, tokens.Distinct(StringComparer.Ordinal).Count());
    }

    private static Func<string, string> FieldsOf(string text)
    {
        var fields = text.Split('&')
            .Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        return name => fields.GetValueOrDefault(name, "");
    }

    private void AssertSent(string fields)
    {
        var request = Assert.Single(_server.Requests);
        AssertHas(request, fields);
        Assert.Equal("application/x-www-form-urlencoded", request.Headers["Content-Type"]);
        var sent = QueryHelpers.ParseQuery(request.Text);
        Assert.Equal(
            PayUSignature.OfPayment(
                name => sent.TryGetValue(name, out var value) ? value.ToString() : "", PayURig.Salt),
            sent["hash"].ToString());
    }

    private static void AssertHas(Received request, string fields)
    {
        var sent = QueryHelpers.ParseQuery(request.Text);
        foreach (var pair in fields.Split('&').Select(pair => pair.Split('=', 2)))
        {
            Assert.Equal((pair[0], pair[1]), (pair[0], sent[pair[0]].ToString()));
        }
    }

    private Task<ProviderOutcome> ChargeAsync(
        PaymentMethod method, Action<PayUOptions>? configure = null, Func<ChargeRequest, ChargeRequest>? change = null)
    {
        var time = new ShiftedTime();
        var request = _rig.ChargeOf(time, SendWindow.Open(time, TimeSpan.FromMinutes(1))) with
        {
            Instrument = ConnectorRig.InstrumentOf(method),
        };
        return Create(configure).ChargeAsync(change?.Invoke(request) ?? request, _rig.Credentials);
    }

    private IConnector Create(Action<PayUOptions>? configure = null) => _rig.Create(
        options =>
        {
            options.BaseUrl = _server.Url;
            configure?.Invoke((PayUOptions)options);
        },
        TimeProvider.System,
        new CapturedLogs());
}
