using System.Buffers;
using System.Text;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Tests.Payments;

public sealed class PaymentsRequestsTests
{
    [Theory]
    [InlineData("""{"items":[{"name":"Tablets","quantity":2,"unit_amount":300}],"discount":150,"shipping":50}""", null)]
    [InlineData("""{"items":[{"name":"Tablets","quantity":1,"unit_amount":500}],"savings":90}""", null)]
    [InlineData("""{"items":[{"name":"Tablets","quantity":1,"unit_amount":499}]}""", "basket")]
    [InlineData(
        """{"items":[{"name":"A","quantity":10000,"unit_amount":100000000000000},{"name":"B","quantity":10000,"unit_amount":100000000000000}]}""",
        "basket")]
    [InlineData("""{"items":[]}""", "basket.items")]
    [InlineData("""{"items":[{"name":"Tablets","quantity":0,"unit_amount":500}]}""", "basket.items[0].quantity")]
    [InlineData("""{"items":[{"name":"Tablets","quantity":1,"unit_amount":500,"x":1}]}""", "basket.items[0].x")]
    [InlineData("""{"items":[7]}""", "basket.items[0]")]
    [InlineData("""{"items":{}}""", "basket.items")]
    public void A_basket_comes_to_the_amount(string basket, string? field)
    {
        var errors = new InputErrors();
        var text = "{\"order_id\":\"o1\",\"amount\":500,\"currency\":\"INR\",\"method\":\"upi\","
            + $"\"basket\":{basket}}}";
        var body = BodyReader.Read(
            new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(text)), StartPaymentRequest.Shape, errors)!;
        var command = StartPaymentRequest.Read(body, DateTimeOffset.UnixEpoch, errors);
        if (field is null)
        {
            Assert.Equal(500, command!.Basket!.TotalMinor());
        }
        else
        {
            Assert.Null(command);
            Assert.Contains(field, errors.OfFields.Select(error => error.Field));
        }
    }

    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_full_body_becomes_a_command()
    {
        var command = Start(
            """
            {"order_id":"order_1.a:b-c","amount":100000000000000,"currency":"KWD","method":"upi","upi":{"flow":"collect","vpa":"Some.One@OkBank"},
             "capture":"manual","customer_id":"c@1","customer":{"name":"Ä","email":"a@b.example","phone":"+919876543210"},
             "client":{"ip":"2001:db8::1","user_agent":"Mozilla"},"return_url":"https://shop.example/x?y=z#top","description":"Two",
             "metadata":{"a":"","b":"c"},"expires_in":60}
            """)!;
        Assert.Equal("order_1.a:b-c", command.OrderId);
        Assert.Equal("100000000000.000 KWD", command.Amount.ToString());
        Assert.Equal(new Instrument.UpiId { Vpa = "some.one@okbank" }, command.Instrument);
        Assert.Equal(CaptureMode.Manual, command.Capture);
        Assert.Equal(
            new Customer
            {
                Id = "c@1",
                Name = "Ä",
                Email = "a@b.example",
                Phone = "+919876543210",
                IpAddress = "2001:db8::1",
                UserAgent = "Mozilla",
            },
            command.Customer);
        Assert.Equal("https://shop.example/x?y=z#top", command.ReturnUrl);
        Assert.Equal("Two", command.Description);
        Assert.Equal(2, command.Metadata.Count);
        Assert.Equal(TimeSpan.FromMinutes(1), command.ExpiresIn);
        Assert.Null(command.Request);
    }

    [Fact]
    public void What_is_left_out_has_its_default()
    {
        var command = Start("""{"order_id":"o","amount":1,"currency":"INR","method":"upi"}""")!;
        Assert.Equal(new Instrument.UpiIntent(), command.Instrument);
        Assert.Equal(CaptureMode.Automatic, command.Capture);
        Assert.Empty(command.Metadata);
        Assert.Null(command.ExpiresIn);
    }

    [Fact]
    public void A_card_goes_into_types_that_do_not_print_it()
    {
        var command = Start(
            """
            {"order_id":"o","amount":1,"currency":"INR","method":"card",
             "card":{"number":"4111 1111 1111 1111","expiry_month":11,"expiry_year":2026,"cvv":"987","name":"A"}}
            """)!;
        var typed = Assert.IsType<Instrument.TypedCard>(command.Instrument);
        Assert.Equal("4111111111111111", typed.Card.Number.Reveal());
        Assert.Equal("987", typed.Card.SecurityCode.Reveal());
        var stored = PaymentMethod.Of(typed);
        Assert.Equal(("1111", "visa"), (stored.CardLast4, stored.CardNetwork));
        Assert.DoesNotContain("41111", command.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("987", command.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"method\":\"wallet\",\"wallet\":{\"provider\":\"mobikwik\"}", typeof(Instrument.LinkedWallet))]
    [InlineData("\"method\":\"netbanking\",\"netbanking\":{\"bank\":\"HDFC\"}", typeof(Instrument.Netbanking))]
    [InlineData("\"method\":\"upi\",\"upi\":{\"flow\":\"qr\"}", typeof(Instrument.UpiQr))]
    public void Each_method_has_its_details(string members, Type instrument) => Assert.IsType(
        instrument, Start($"{{\"order_id\":\"o\",\"amount\":1,\"currency\":\"INR\",{members}}}")!.Instrument);

    [Theory]
    [InlineData("\"method\":\"card\"", "card")]
    [InlineData("\"method\":\"wallet\"", "wallet")]
    [InlineData("\"method\":\"netbanking\"", "netbanking")]
    [InlineData("\"confirm\":true", "method")]
    [InlineData("\"description\":\"d\"", "method")]
    public void What_the_method_needs_must_be_there(string members, string field)
    {
        var errors = new InputErrors();
        Assert.Null(Start($"{{\"order_id\":\"o\",\"amount\":1,\"currency\":\"INR\",{members}}}", errors));
        Assert.Equal((ErrorCode.MissingField, field), (errors.Code, errors.OfFields.Single().Field));
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"method\":\"upi\"")]
    public void Without_confirmation_there_is_no_method_yet(string members) =>
        Assert.Null(
            Start($"{{\"order_id\":\"o\",\"amount\":1,\"currency\":\"INR\",\"confirm\":false{members}}}")!.Instrument);

    [Theory]
    [InlineData(
        "card", """{"number":"4111111111111111","expiry_month":11,"expiry_year":2026,"cvv":"987","name":"A"}""")]
    [InlineData("upi", """{"flow":"qr"}""")]
    [InlineData("wallet", """{"provider":"mobikwik"}""")]
    [InlineData("netbanking", """{"bank":"HDFC"}""")]
    public void Without_confirmation_the_details_of_an_instrument_are_refused(string method, string details)
    {
        var errors = new InputErrors();
        var text = $"{{\"order_id\":\"o\",\"amount\":1,\"currency\":\"INR\",\"confirm\":false,\"{method}\":{details}}}";
        Assert.Null(Start(text, errors));
        Assert.Equal((ErrorCode.InvalidField, method), (errors.Code, errors.OfFields.Single().Field));
    }

    [Theory]
    [InlineData("\"method\":null", "method")]
    [InlineData("\"method\":\"wallet\",\"wallet\":null", "wallet")]
    [InlineData("\"method\":\"upi\",\"upi\":{\"flow\":\"collect\",\"vpa\":null}", "upi.vpa")]
    public void What_is_null_is_missing(string members, string field)
    {
        var errors = new InputErrors();
        Assert.Null(Start($"{{\"order_id\":\"o\",\"amount\":1,\"currency\":\"INR\",{members}}}", errors));
        Assert.Equal((ErrorCode.MissingField, field), (errors.Code, errors.OfFields.Single().Field));
    }

    [Theory]
    [InlineData("\"order_id\":\"o\\n\"", "order_id")]
    [InlineData("\"order_id\":\"o\",\"customer_id\":\"asha\\n\"", "customer_id")]
    public void A_line_end_is_not_part_of_an_id(string members, string field)
    {
        var errors = new InputErrors();
        Start($"{{\"amount\":1,\"currency\":\"INR\",\"method\":\"upi\",{members}}}", errors);
        Assert.Equal(field, errors.OfFields.Single().Field);
    }

    [Theory]
    [InlineData("http://localhost:3000/x")]
    [InlineData("http://127.0.0.1/x")]
    [InlineData("http://[::1]/x")]
    [InlineData("https://shop.example")]
    public void A_return_address_is_https_or_this_machine(string address) => Assert.Equal(
        address,
        Start("{\"order_id\":\"o\",\"amount\":1,\"currency\":\"INR\",\"method\":\"upi\","
            + $"\"return_url\":\"{address}\"}}")!.ReturnUrl);

    [Fact]
    public void Every_word_of_an_enumeration_is_read_back()
    {
        Assert.All(PaymentWords.Statuses.All, word => Assert.Matches("^[A-Z_]+$", word));
        foreach (var status in Enum.GetValues<PaymentStatus>())
        {
            Assert.True(PaymentWords.Statuses.TryParse(PaymentNames.Of(status), out var read));
            Assert.Equal(status, read);
        }

        Assert.False(PaymentWords.Statuses.TryParse("success", out _));
    }

    private static StartPayment? Start(string text, InputErrors? errors = null)
    {
        var found = errors ?? new InputErrors();
        var command = StartPaymentRequest.Read(
            BodyReader.Read(new(Encoding.UTF8.GetBytes(text)), StartPaymentRequest.Shape, found)!, Now, found);
        Assert.True(errors is not null || !found.Any, found.Any ? found.Detail : "");
        return command;
    }
}
