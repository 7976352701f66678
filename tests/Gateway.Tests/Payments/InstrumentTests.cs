using System.Text;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Tests.Payments;

public sealed class InstrumentTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly PaymentId Payment = PaymentId.Parse("pay_01m7wtn50sfz5txb0tmw4px1yr");

    public static TheoryData<string, Instrument> Instruments => new()
    {
        { """{"method":"upi"}""", new Instrument.UpiIntent() },
        { """{"method":"upi","upi":{"flow":"intent"}}""", new Instrument.UpiIntent() },
        { """{"method":"upi","upi":{"flow":"qr"}}""", new Instrument.UpiQr() },
        {
            """{"method":"upi","upi":{"flow":"collect","vpa":"Name@Bank"}}""",
            new Instrument.UpiId { Vpa = "name@bank" }
        },
        { """{"method":"upi","upi":{"id":"upi_1"}}""", new Instrument.SavedUpiId { Id = "upi_1" } },
        { """{"method":"card","card":{"token":"card_1"}}""", new Instrument.SavedCard { Token = "card_1" } },
        {
            """{"method":"card","card":{"token":"card_1","cvv":"123"}}""",
            new Instrument.SavedCard { Token = "card_1", SecurityCode = new("123") }
        },
        { """{"method":"wallet","wallet":{"provider":"paytm"}}""", new Instrument.LinkedWallet { Code = "paytm" } },
        { """{"method":"netbanking","netbanking":{"bank":"HDFC"}}""", new Instrument.Netbanking { Bank = "HDFC" } },
    };

    [Theory]
    [MemberData(nameof(Instruments))]
    public void Each_instrument_is_read_as_what_it_is(string text, Instrument expected) =>
        Assert.Equal(expected, Read(text, out _)!.Instrument);

    [Fact]
    public void A_typed_card_is_saved_only_with_consent()
    {
        const string Card =
            """
            "number":"4111111111111111","expiry_month":12,"expiry_year":2030,"cvv":"123","name":"A"
            """;
        Assert.Null(ConsentTo(Read($"{{\"method\":\"card\",\"card\":{{{Card}}}}}", out _)));
        var agreed = Read(
            $"{{\"method\":\"card\",\"card\":{{{Card},\"save\":{{\"agreed\":true,\"text_version\":\"v1\"}}}}}}", out _);
        Assert.Equal("v1", ConsentTo(agreed));
        Assert.Null(Read(
            $"{{\"method\":\"card\",\"card\":{{{Card},\"save\":{{\"agreed\":false,\"text_version\":\"v1\"}}}}}}",
            out var errors));
        Assert.Equal((ErrorCode.ConsentRequired, "card.save.agreed"), (errors.Code, errors.OfFields.Single().Field));
    }

    [Theory]
    [InlineData("""{"method":"card","card":{"token":"t","number":"4111111111111111"}}""", "card.number")]
    [InlineData("""{"method":"card","card":{"token":"t","save":{"agreed":true,"text_version":"v"}}}""", "card.save")]
    [InlineData("""{"method":"upi","upi":{"id":"u","flow":"collect"}}""", "upi.flow")]
    [InlineData("""{"method":"upi","upi":{"id":"u","vpa":"name@bank"}}""", "upi.vpa")]
    [InlineData("""{"method":"upi","upi":{"flow":"qr","vpa":"name@bank"}}""", "upi.vpa")]
    [InlineData("""{"method":"upi","netbanking":{"bank":"HDFC"}}""", "netbanking")]
    [InlineData("""{"method":"netbanking","netbanking":{"bank":"HDFC"},"upi":{"flow":"qr"}}""", "upi")]
    public void A_mixture_of_instruments_is_refused(string text, string field)
    {
        Assert.Null(Read(text, out var errors));
        Assert.Equal((ErrorCode.InvalidField, field), (errors.Code, errors.OfFields.Single().Field));
    }

    [Theory]
    [InlineData("number")]
    [InlineData("expiry_month")]
    [InlineData("expiry_year")]
    [InlineData("cvv")]
    [InlineData("name")]
    public void A_part_of_a_card_that_is_missing_or_null_is_named(string field)
    {
        var card = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["number"] = "\"4111111111111111\"",
            ["expiry_month"] = "12",
            ["expiry_year"] = "2030",
            ["cvv"] = "\"123\"",
            ["name"] = "\"A\"",
            [field] = "null",
        };
        var members = string.Join(',', card.Select(member => $"\"{member.Key}\":{member.Value}"));
        Assert.Null(Read($"{{\"method\":\"card\",\"card\":{{{members}}}}}", out var errors));
        Assert.Equal((ErrorCode.MissingField, $"card.{field}"), (errors.Code, errors.OfFields.Single().Field));
    }

    [Theory]
    [InlineData("null", null)]
    [InlineData("\"att_01m7wtn50sfz5txb0tmw4px1yr_2\"", 2)]
    public void The_attempt_that_is_replaced_is_one_of_the_payments(string replaces, int? number) =>
        Assert.Equal(number, Read($"{{\"method\":\"upi\",\"replaces\":{replaces}}}", out _)!.Replaces);

    private static string? ConsentTo(ConfirmPayment? confirm) =>
        Assert.IsType<Instrument.TypedCard>(confirm!.Instrument).ConsentText;

    private static ConfirmPayment? Read(string text, out InputErrors errors)
    {
        errors = new InputErrors();
        var body = BodyReader.Read(new(Encoding.UTF8.GetBytes(text)), ConfirmPaymentRequest.Shape, errors)!;
        return ConfirmPaymentRequest.Read(body, Payment, Now, errors);
    }
}
