using System.Buffers;
using System.Text;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Payments;

namespace PaymentCluster.Gateway.Tests.Json;

public sealed class BodyReaderTests
{
    private const string Valid = "\"order_id\":\"o1\",\"amount\":500,\"currency\":\"INR\",\"method\":\"upi\"";

    public static TheoryData<string> Malformed =>
    [
        "", " ", "null", "1", "\"text\"", "[]", "[{}]", "{", "}", "{]", "{\"a\":}", "{\"a\"}", "{a:1}", "{'a':1}",
        "{\"a\":1,}", "{,}", "{} {}", "{}x", "{}\0", "{/* no */}", "{} // no", "{\"amount\":NaN}",
        "{\"amount\":Infinity}", "{\"amount\":-Infinity}", "{\"amount\":01}", "{\"amount\":+1}", "{\"amount\":1.}",
        "{\"amount\":.5}", "{\"amount\":0x10}", "{\"amount\":1e}", "{\"amount\":True}", "{\"order_id\":\"\n\"}",
        "{\"order_id\":\"\\x\"}", "{\"order_id\":\"\\u12\"}", "{\"order_id\":\"\\ud800\"}",
        "{\"order_id\":\"\\udc00\\ud800\"}", "{\"\\ud800\":1}", "{\"metadata\":{\"a\":\"\\udfff\"}}",
        "{\"metadata\":{\"\\ud83d\":\"a\"}}", "{\"a\":" + new string('[', 10_000),
        "{\"a\":" + new string('[', 10) + new string(']', 10) + "}", "{\"order_id\":\"o1\"",
    ];

    public static TheoryData<string, string, string> Refused => new()
    {
        { "\"amount\":\"500\"", "amount_invalid", "amount" },
        { "\"amount\":0", "amount_invalid", "amount" },
        { "\"amount\":-1", "amount_invalid", "amount" },
        { "\"amount\":-0", "amount_invalid", "amount" },
        { "\"amount\":1.5", "amount_invalid", "amount" },
        { "\"amount\":500.0", "amount_invalid", "amount" },
        { "\"amount\":5e2", "amount_invalid", "amount" },
        { "\"amount\":1e400", "amount_invalid", "amount" },
        { "\"amount\":100000000000001", "amount_invalid", "amount" },
        { "\"amount\":1000000000000000000", "amount_invalid", "amount" },
        { "\"amount\":9223372036854775807", "amount_invalid", "amount" },
        { "\"amount\":9223372036854775808", "amount_invalid", "amount" },
        { "\"amount\":18446744073709551617", "amount_invalid", "amount" },
        { "\"amount\":true", "amount_invalid", "amount" },
        { "\"amount\":[500]", "amount_invalid", "amount" },
        { "\"amount\":{\"value\":500}", "amount_invalid", "amount" },
        { "\"amount\":null", "missing_field", "amount" },
        { "\"currency\":\"inr\"", "currency_unknown", "currency" },
        { "\"currency\":\"XXX\"", "currency_unknown", "currency" },
        { "\"currency\":\"INRR\"", "currency_unknown", "currency" },
        { "\"currency\":356", "currency_unknown", "currency" },
        { "\"currency\":\"\"", "currency_unknown", "currency" },
        { "\"order_id\":\"\"", "order_id_invalid", "order_id" },
        { "\"order_id\":\"a b\"", "order_id_invalid", "order_id" },
        { "\"order_id\":\"a/b\"", "order_id_invalid", "order_id" },
        { "\"order_id\":\"a\\n\"", "order_id_invalid", "order_id" },
        { "\"order_id\":\"é\"", "order_id_invalid", "order_id" },
        { "\"order_id\":7", "order_id_invalid", "order_id" },
        { "\"method\":\"UPI\"", "invalid_field", "method" },
        { "\"method\":\"cash\"", "invalid_field", "method" },
        { "\"method\":1", "invalid_field", "method" },
        { "\"upi\":[]", "invalid_field", "upi" },
        { "\"upi\":\"intent\"", "invalid_field", "upi" },
        { "\"upi\":{\"flow\":\"push\"}", "invalid_field", "upi.flow" },
        { "\"upi\":{\"vpa\":\"a@b\"}", "invalid_field", "upi.vpa" },
        { "\"upi\":{\"flow\":\"collect\"}", "missing_field", "upi.vpa" },
        { "\"upi\":{\"flow\":\"collect\",\"vpa\":\"not one\"}", "invalid_field", "upi.vpa" },
        { "\"upi\":{\"app\":\"x\"}", "unknown_field", "upi.app" },
        { "\"upi\":{\"flow\":\"qr\",\"flow\":\"qr\"}", "duplicate_field", "upi.flow" },
        { "\"wallet\":{\"provider\":\"mobikwik\"}", "invalid_field", "wallet" },
        { "\"capture\":\"later\"", "invalid_field", "capture" },
        { "\"confirm\":\"true\"", "invalid_field", "confirm" },
        { "\"confirm\":1", "invalid_field", "confirm" },
        { "\"customer_id\":\"a b\"", "invalid_field", "customer_id" },
        { "\"customer\":{\"email\":\"nobody\"}", "invalid_field", "customer.email" },
        { "\"customer\":{\"phone\":\"call me\"}", "invalid_field", "customer.phone" },
        { "\"customer\":{\"name\":\"a\\u0000b\"}", "invalid_field", "customer.name" },
        { "\"client\":{\"ip\":\"300.1.1.1\"}", "invalid_field", "client.ip" },
        { "\"return_url\":\"http://shop.example/\"", "invalid_field", "return_url" },
        { "\"return_url\":\"https://user:pass@shop.example/\"", "invalid_field", "return_url" },
        { "\"return_url\":\"https:\\\\\\\\shop.example\"", "invalid_field", "return_url" },
        { "\"return_url\":\"/thanks\"", "invalid_field", "return_url" },
        { "\"return_url\":\"javascript:alert(1)\"", "invalid_field", "return_url" },
        { "\"return_url\":\"https://\"", "invalid_field", "return_url" },
        { "\"description\":\"\\u0007\"", "invalid_field", "description" },
        { "\"metadata\":[]", "invalid_field", "metadata" },
        { "\"metadata\":{\"a\":1}", "invalid_field", "metadata.a" },
        { "\"metadata\":{\"a\":null}", "invalid_field", "metadata.a" },
        { "\"metadata\":{\"a\":{}}", "invalid_field", "metadata.a" },
        { "\"metadata\":{\"a\":\"1\",\"a\":\"2\"}", "duplicate_field", "metadata.a" },
        { "\"metadata\":{\"a\":\"1\",\"\\u0061\":\"2\"}", "duplicate_field", "metadata.a" },
        { "\"metadata\":{\"\":\"1\"}", "invalid_field", "metadata." },
        { "\"expires_in\":59", "invalid_field", "expires_in" },
        { "\"expires_in\":86401", "invalid_field", "expires_in" },
        { "\"status\":\"SUCCESS\"", "unknown_field", "status" },
        { "\"merchant_id\":\"other\"", "unknown_field", "merchant_id" },
        { "\"captured_amount\":500", "unknown_field", "captured_amount" },
        { "\"version\":1", "unknown_field", "version" },
        { "\"Amount\":500", "unknown_field", "Amount" },
        { "\"__proto__\":{\"a\":[1,{\"b\":2}]}", "unknown_field", "__proto__" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void What_is_not_one_JSON_object_is_malformed(string text)
    {
        var errors = new InputErrors();
        Assert.Null(Read(Encoding.UTF8.GetBytes(text), errors));
        Assert.Equal(ErrorCode.MalformedJson, errors.Code);
        Assert.Empty(errors.OfFields);
    }

    [Theory]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, (byte)'{', (byte)'}' })]
    [InlineData(new byte[] { 0xFE, 0xFF, 0, (byte)'{', 0, (byte)'}' })]
    [InlineData(new byte[] { (byte)'{', 0xC0, 0x80, (byte)'}' })]
    public void A_byte_order_mark_or_another_encoding_is_malformed(byte[] bytes)
    {
        var errors = new InputErrors();
        Assert.Null(Read(bytes, errors));
        Assert.Equal(ErrorCode.MalformedJson, errors.Code);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0xC3, 0x28 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    public void Text_that_is_no_UTF8_is_malformed(byte[] bytes)
    {
        var errors = new InputErrors();
        Assert.Null(Read([.. "{\"order_id\":\""u8, .. bytes, .. "\"}"u8], errors));
        Assert.Equal(ErrorCode.MalformedJson, errors.Code);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_value_that_does_not_fit_names_its_field(string member, string code, string field)
    {
        var name = member[1..member.IndexOf('"', 1)];
        var others = string.Join(
            ',', Valid.Split(',').Where(other => !other.StartsWith($"\"{name}\"", StringComparison.Ordinal)));
        var (command, errors) = ReadStart($"{{{others},{member}}}");
        Assert.Null(command);
        Assert.Equal(code, Grains.Abstractions.Errors.ErrorCatalogue.Entry(errors.Code).Name);
        Assert.Equal([field], errors.OfFields.Select(error => error.Field));
    }

    [Theory]
    [InlineData("number", "\"4111111111111112\"")]
    [InlineData("number", "\"411111\"")]
    [InlineData("number", "4111111111111111")]
    [InlineData("number", "\"4111 1111 1111 1111 x\"")]
    [InlineData("expiry_month", "0")]
    [InlineData("expiry_month", "13")]
    [InlineData("expiry_month", "\"12\"")]
    [InlineData("expiry_year", "30")]
    [InlineData("expiry_year", "2025")]
    [InlineData("expiry_year", "2099")]
    [InlineData("cvv", "\"12\"")]
    [InlineData("cvv", "\"1234\"")]
    [InlineData("cvv", "123")]
    [InlineData("cvv", "\"12a\"")]
    public void A_card_that_cannot_be_right_is_refused_without_repeating_it(string member, string value)
    {
        var card = new Dictionary<string, string>
        {
            ["number"] = "\"4111111111111111\"",
            ["expiry_month"] = "12",
            ["expiry_year"] = "2030",
            ["cvv"] = "\"123\"",
            ["name"] = "\"A Customer\"",
        };
        card[member] = value;
        var (command, errors) = ReadStart(
            "{\"order_id\":\"o1\",\"amount\":500,\"currency\":\"INR\",\"method\":\"card\",\"card\":{"
            + string.Join(',', card.Select(pair => $"\"{pair.Key}\":{pair.Value}")) + "}}");
        Assert.Null(command);
        Assert.Equal(ErrorCode.CardInvalid, errors.Code);
        Assert.Equal([$"card.{member}"], errors.OfFields.Select(error => error.Field));
        var said = errors.Detail + string.Join(' ', errors.OfFields.Select(error => error.Detail));
        if (member is "number" or "cvv")
        {
            Assert.DoesNotContain(value.Trim('"'), said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Everything_that_is_wrong_is_reported_at_once_under_the_first_code_of_the_reference()
    {
        var (_, errors) = ReadStart(
            """{"amount":"1","currency":"ABC","x":1,"metadata":{"k":2},"customer":{"email":"e"}}""");
        Assert.Equal(ErrorCode.UnknownField, errors.Code);
        Assert.Equal(
            ["amount", "currency", "customer.email", "metadata.k", "method", "order_id", "x"],
            errors.OfFields.Select(error => error.Field).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Null_means_an_absent_member()
    {
        var (command, errors) = ReadStart(
            $"{{{Valid},\"customer\":null,\"metadata\":null,\"upi\":null,\"confirm\":null,\"expires_in\":null}}");
        Assert.False(errors.Any);
        Assert.Null(command!.ExpiresIn);
    }

    [Fact]
    public void Escapes_in_names_are_read()
    {
        var (command, _) = ReadStart("""{"\u006frder_id":"o1","amount":500,"currency":"INR","method":"upi"}""");
        Assert.Equal("o1", command!.OrderId);
    }

    [Fact]
    public void A_body_in_pieces_reads_like_one_in_one_piece()
    {
        var bytes = Encoding.UTF8.GetBytes(
            $"{{{Valid},\"description\":\"Zwei Stück \\u00e4 👍\",\"metadata\":{{\"schlüssel\":\"wert\"}}}}");
        for (var size = 1; size < 8; size++)
        {
            var errors = new InputErrors();
            var body = BodyReader.Read(Pieces(bytes, size), StartPaymentRequest.Shape, errors)!;
            Assert.False(errors.Any, errors.Any ? errors.Detail : "");
            Assert.Equal("Zwei Stück ä 👍", body.Get(OrderRequest.Description));
            Assert.Equal("wert", body.Get(OrderRequest.Metadata)["schlüssel"]);
        }
    }

    [Fact]
    public void The_errors_of_a_hostile_body_stay_few()
    {
        var errors = new InputErrors();
        var members = string.Join(',', Enumerable.Range(0, 5_000).Select(number => $"\"m{number}\":1"));
        Read(Encoding.UTF8.GetBytes($"{{{members}}}"), errors);
        Assert.InRange(errors.OfFields.Count, 1, 40);
    }

    [Theory]
    [InlineData(20, true)]
    [InlineData(21, false)]
    public void Metadata_has_at_most_20_pairs(int pairs, bool fits)
    {
        var metadata = string.Join(',', Enumerable.Range(0, pairs).Select(number => $"\"k{number}\":\"v\""));
        var (command, _) = ReadStart($"{{{Valid},\"metadata\":{{{metadata}}}}}");
        Assert.Equal(fits, command is not null);
    }

    [Theory]
    [InlineData(40, 500, true)]
    [InlineData(41, 500, false)]
    [InlineData(40, 501, false)]
    public void Metadata_has_short_names_and_values(int name, int value, bool fits)
    {
        var (command, _) = ReadStart(
            $"{{{Valid},\"metadata\":{{\"{new string('k', name)}\":\"{new string('v', value)}\"}}}}");
        Assert.Equal(fits, command is not null);
    }

    [Fact]
    public void Secrets_are_read_under_names_of_the_callers_choice()
    {
        var errors = new InputErrors();
        var secrets = SecretsReader.Read(
            new(Encoding.UTF8.GetBytes("""{"key_id":"rzp","key_secret":"line\nline"}""")), errors)!;
        Assert.False(errors.Any);
        Assert.Equal("line\nline", secrets["key_secret"].Reveal());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"Key":"x"}""")]
    [InlineData("""{"key":1}""")]
    [InlineData("""{"key":""}""")]
    [InlineData("""{"key":null}""")]
    [InlineData("""{"key":"a","key":"b"}""")]
    [InlineData("""{"key":"a\u0000"}""")]
    public void Secrets_out_of_form_are_refused(string text)
    {
        var errors = new InputErrors();
        SecretsReader.Read(new(Encoding.UTF8.GetBytes(text)), errors);
        Assert.True(errors.Any);
    }

    private static Body? Read(byte[] bytes, InputErrors errors) =>
        BodyReader.Read(new ReadOnlySequence<byte>(bytes), StartPaymentRequest.Shape, errors);

    private static (Grains.Abstractions.Payments.StartPayment? Command, InputErrors Errors) ReadStart(string text)
    {
        var errors = new InputErrors();
        var body = Read(Encoding.UTF8.GetBytes(text), errors);
        Assert.True(body is not null, errors.Any ? errors.Detail : "");
        return (StartPaymentRequest.Read(
            body, new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero), errors), errors);
    }

    private static ReadOnlySequence<byte> Pieces(byte[] bytes, int size)
    {
        var chunks = bytes.Chunk(size).ToArray();
        var first = new Piece(chunks[0], 0);
        var last = first;
        foreach (var chunk in chunks.Skip(1))
        {
            last = last.Append(chunk);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(byte[] bytes, long start) => (Memory, RunningIndex) = (bytes, start);

        public Piece Append(byte[] bytes)
        {
            var next = new Piece(bytes, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
