using System.Collections.Immutable;
using System.Text.Json;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Razorpay;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Razorpay;

/// <summary>Customers, tokens and UPI IDs as Razorpay's pages have them, and unreadable responses.</summary>
public sealed class RazorpayInstrumentsTests : IAsyncLifetime
{
    private const string Cust = "cust_1Aa00000000004";
    private const string Token = "token_4lsdksD31GaZ09";
    private const string In2030 = "\"last4\":\"3335\",\"expiry_month\":12,\"expiry_year\":2030";

    private static readonly Customer Asha =
        new() { Id = "asha", Name = "Asha B", Email = "a@b.example", Phone = "+919876543210" };

    private readonly RazorpayRig _rig = new();
    private ScriptedServer _server = null!;
    private (int Status, string Json) _response;

    public async Task InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        _server.Script = (_, context) => Responses.JsonAsync(context, _response.Status, _response.Json);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_customer_has_an_address_of_their_own_and_is_named_in_the_notes()
    {
        _response = (200, CustomerJson("shop/asha"));
        Assert.Equal(new ProviderResult<string>.Given(Cust), await Create().OpenCustomerAsync(Asha, _rig.Credentials));
        await Create().OpenCustomerAsync(Asha with { Name = "A", Phone = "12 34", Id = "bala" }, _rig.Credentials);

        var body = Body(0);
        Assert.Equal("/v1/customers", _server.Requests[0].Path);
        Assert.Equal(
            ("Asha B", "+919876543210", "0", "shop/asha"),
            (
                Text(body, "name"),
                Text(body, "contact"),
                Text(body, "fail_existing"),
                Text(body.GetProperty("notes"), "customer")));
        Assert.Matches("^[a-z0-9]{24}@example[.]com$", Text(body, "email")!);
        Assert.DoesNotContain("a@b.example", _server.Requests[0].Text, StringComparison.Ordinal);
        // What Razorpay would refuse is left out, and another customer has another address.
        Assert.False(Body(1).TryGetProperty("name", out _) || Body(1).TryGetProperty("contact", out _));
        Assert.NotEqual(Text(body, "email"), Text(Body(1), "email"));
    }

    [Theory]
    [InlineData("""{"customer":"shop/bala"}"""), InlineData("[]"), InlineData("""{"customer":7}"""), InlineData("null")]
    public async Task A_customer_of_someone_elses_is_not_taken(string notes)
    {
        _response = (200, $$"""{"id":"{{Cust}}","entity":"customer","notes":{{notes}}}""");
        Assert.IsType<ProviderResult<string>.Refused>(await Create().OpenCustomerAsync(Asha, _rig.Credentials));
        Assert.Equal(2, _server.Requests.Count);
        Assert.False(Body(1).TryGetProperty("contact", out _));
    }

    [Fact]
    public async Task A_customer_found_by_the_number_alone_is_left_to_its_owner()
    {
        _server.Script = (request, context) => Responses.JsonAsync(
            context,
            200,
            request.Text.Contains("contact", StringComparison.Ordinal)
                ? CustomerJson("shop/bala", "cust_1Aa00000000005")
                : CustomerJson("shop/asha"));
        Assert.Equal(new ProviderResult<string>.Given(Cust), await Create().OpenCustomerAsync(Asha, _rig.Credentials));
    }

    [Theory]
    [InlineData("\"last4\":\"3335\"", ",\"expired_at\":1932748199", "3335", 3, 2031)]
    // The list's own sample has a number, which loses its zeros.
    [InlineData("\"last4\":42", ",\"expired_at\":\"1932748199\"", "0042", 3, 2031)]
    [InlineData(In2030, "", "3335", 12, 2030)]
    [InlineData(
        "\"last4\":\"3335\",\"expiry_month\":\"05\",\"expiry_year\":\"2030\"",
        ",\"expired_at\":null,\"status\":null",
        "3335",
        5,
        2030)]
    public async Task A_token_is_a_card(string card, string more, string last4, int month, int year)
    {
        _response = (200, RazorpayRig.Collection(TokenJson(card, more)));
        var kept = Assert.Single(Given(await Create().ListCardsAsync(Cust, _rig.Credentials)));
        Assert.Equal((Token, Token), (kept.Reference, kept.Token.Reveal()));
        Assert.Equal(
            (last4, "amex", "HDFC", month, year),
            (kept.Last4, kept.Network, kept.Issuer, kept.ExpiryMonth, kept.ExpiryYear));
        Assert.Equal($"/v1/customers/{Cust}/tokens", Assert.Single(_server.Requests).Path);
    }

    [Theory]
    [InlineData("\"last4\":\"3335\"", "")]
    [InlineData("\"last4\":\"3335\"", ",\"expired_at\":1748716199")]
    [InlineData(In2030, ",\"status\":\"initiated\"")]
    [InlineData(In2030, ",\"status\":\"suspended\"")]
    [InlineData(In2030, ",\"status\":\"deactivated\"")]
    [InlineData(In2030, ",\"compliant_with_tokenisation_guidelines\":false")]
    [InlineData("\"last4\":\"335\",\"expiry_month\":12,\"expiry_year\":2030", "")]
    [InlineData("\"last4\":\"3335\",\"expiry_month\":13,\"expiry_year\":2030", "")]
    [InlineData("\"last4\":\"3335\",\"expiry_month\":1,\"expiry_year\":2020", "")]
    public async Task A_token_that_cannot_be_shown_or_paid_with_is_left_out(string card, string more)
    {
        _response = (200, RazorpayRig.Collection(
            TokenJson(card, more),
            "null",
            TokenJson(In2030, "").Replace(Token, "token_../x", StringComparison.Ordinal),
            $$"""{"id":"{{Token}}","entity":"token","method":"upi","vpa":{"username":"a","handle":"upi"} }"""));
        Assert.Empty(Given(await Create().ListCardsAsync(Cust, _rig.Credentials)));
    }

    [Theory]
    [InlineData(200, "<html>"), InlineData(200, "{}"), InlineData(200, "[]"), InlineData(200, "null")]
    [InlineData(500, "{}"), InlineData(429, "{}"), InlineData(403, "<html>")]
    [InlineData(401, "{}"), InlineData(302, "{}")]
    [InlineData(400, """{"error":{"code":"BAD_REQUEST_ERROR","description":"The api key provided is invalid"}}""")]
    public async Task What_cannot_be_read_is_queried_again_later(int status, string json)
    {
        _response = (status, json);
        Assert.IsType<ProviderResult<string>.Unavailable>(await Create().OpenCustomerAsync(Asha, _rig.Credentials));
        Assert.IsType<ProviderResult<ImmutableArray<ProviderCard>>.Unavailable>(
            await Create().ListCardsAsync(Cust, _rig.Credentials));
        Assert.IsType<ProviderResult<bool>.Unavailable>(await Create().DeleteCardAsync(Cust, Token, _rig.Credentials));
        Assert.IsType<ProviderResult<UpiHolder>.Unavailable>(await Create().VerifyUpiAsync("a@upi", _rig.Credentials));
    }

    [Fact]
    public async Task What_razorpay_refuses_is_refused_in_its_words()
    {
        _response = (400, RazorpayRig.ErrorJson("This feature is not enabled for the merchant"));
        var refused = Assert.IsType<ProviderResult<string>.Refused>(
            await Create().OpenCustomerAsync(Asha, _rig.Credentials));
        Assert.Equal("This feature is not enabled for the merchant", refused.Failure.Message);
        Assert.IsType<ProviderResult<ImmutableArray<ProviderCard>>.Refused>(
            await Create().ListCardsAsync(Cust, _rig.Credentials));
        Assert.IsType<ProviderResult<bool>.Refused>(await Create().DeleteCardAsync(Cust, Token, _rig.Credentials));
        Assert.IsType<ProviderResult<UpiHolder>.Refused>(await Create().VerifyUpiAsync("a@upi", _rig.Credentials));
    }

    [Theory]
    [InlineData(false, true), InlineData(true, false)]
    public async Task A_refused_deletion_is_what_the_list_of_tokens_says(bool listed, bool deleted)
    {
        _server.Script = (request, context) => request.Method == "GET"
            ? Responses.JsonAsync(
                context,
                200,
                listed ? RazorpayRig.Collection(TokenJson("\"last4\":\"3335\"", "")) : RazorpayRig.Collection())
            : Responses.JsonAsync(context, 400, RazorpayRig.ErrorJson("The token was deleted before"));
        var response = await Create().DeleteCardAsync(Cust, Token, _rig.Credentials);
        Assert.Equal(deleted, response is ProviderResult<bool>.Given { Value: true });
        Assert.Equal(!deleted, response is ProviderResult<bool>.Refused);
    }

    [Theory]
    [InlineData("""{"code":"BAD_REQUEST_ERROR","description":"Invalid VPA.","reason":"invalid_vpa"}""", true)]
    [InlineData("""{"code":"BAD_REQUEST_ERROR","description":"Invalid VPA.","reason":"NA","field":"vpa"}""", true)]
    [InlineData("""{"code":"BAD_REQUEST_ERROR","description":"Invalid VPA.","reason":"NA","field":null}""", false)]
    [InlineData("""{"code":"GATEWAY_ERROR","description":"The bank is away.","reason":"NA","field":"vpa"}""", false)]
    public async Task Only_what_names_the_upi_id_says_that_there_is_none(string error, bool isNone)
    {
        _response = (400, $$"""{"error":{{error}}}""");
        var response = await Create().VerifyUpiAsync("a@upi", _rig.Credentials);
        Assert.Equal(isNone, response is ProviderResult<UpiHolder>.Given { Value.Exists: false });
        Assert.Equal(!isNone, response is ProviderResult<UpiHolder>.Refused);
    }

    [Theory]
    [InlineData("cust_../../v1/orders"), InlineData("order_TESTord00001"), InlineData("")]
    public async Task An_id_that_is_not_razorpays_goes_into_no_path(string id)
    {
        Assert.IsType<ProviderResult<ImmutableArray<ProviderCard>>.Refused>(
            await Create().ListCardsAsync(id, _rig.Credentials));
        Assert.IsType<ProviderResult<bool>.Refused>(await Create().DeleteCardAsync(id, Token, _rig.Credentials));
        Assert.IsType<ProviderResult<bool>.Refused>(await Create().DeleteCardAsync(Cust, id, _rig.Credentials));
        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData("987", "987"), InlineData(null, "")]
    public async Task A_kept_card_is_charged_by_its_token_and_the_code_that_was_typed(string? code, string expected)
    {
        var body = await ChargedAsync(request => request with
        {
            Instrument = ConnectorRig.SavedCard(Token, code, Cust),
        });
        Assert.Equal((Token, Cust), (Text(body, "token"), Text(body, "customer_id")));
        Assert.Equal($$"""{"cvv":"{{expected}}"}""", body.GetProperty("card").GetRawText());
        Assert.False(body.TryGetProperty("save", out _));
    }

    [Fact]
    public async Task A_card_is_kept_for_the_customer_who_agreed()
    {
        var body = await ChargedAsync(request => request with
        {
            Instrument = ConnectorRig.TypedCard(saving: new(Cust)),
        });
        Assert.Equal((true, Cust), (body.GetProperty("save").GetBoolean(), Text(body, "customer_id")));
        Assert.True(body.GetProperty("card").TryGetProperty("number", out _));
        foreach (var saving in new[] { null, new CardSaving(null), new CardSaving("cst_of_another_provider") })
        {
            body = await ChargedAsync(request => request with { Instrument = ConnectorRig.TypedCard(saving: saving) });
            Assert.False(body.TryGetProperty("save", out _) || body.TryGetProperty("customer_id", out _));
        }
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static ImmutableArray<ProviderCard> Given(ProviderResult<ImmutableArray<ProviderCard>> response) =>
        Assert.IsType<ProviderResult<ImmutableArray<ProviderCard>>.Given>(response).Value;

    private static string CustomerJson(string owner, string id = Cust) =>
        $$"""{"id":"{{id}}","entity":"customer","name":"Asha B","gstin":null,"notes":{"customer":"{{owner}}"},"created_at ":1234567890}""";

    private static string TokenJson(string card, string more) => $$"""
        {"id":"{{Token}}","entity":"token","method":"card","card":{"entity":"card",{{card}},"network":"American Express","emi":true,
        "issuer":"HDFC","international":false,"sub_type":"consumer","token_iin":"453335","type":"credit"},"used_at":1473765044{{more}} }
        """;

    private JsonElement Body(int index) => JsonSerializer.Deserialize<JsonElement>(_server.Requests[index].Text);

    private async Task<JsonElement> ChargedAsync(Func<ChargeRequest, ChargeRequest> with)
    {
        _server.Script = _rig.RespondAsync;
        var time = TimeProvider.System;
        var request = _rig.ChargeOf(time, SendWindow.Open(time, TimeSpan.FromMinutes(1)));
        Assert.IsType<ProviderOutcome.Pending>(await Create().ChargeAsync(with(request), _rig.Credentials));
        return JsonSerializer.Deserialize<JsonElement>(
            _server.Requests.Last(sent => _rig.Is(Effect.Charge, sent)).Text);
    }

    private RazorpayConnector Create() => (RazorpayConnector)_rig.Create(
        options =>
        {
            options.BaseUrl = _server.Url;
            options.RetryDelay = TimeSpan.FromMilliseconds(1);
            options.BreakerMinimumCalls = 100_000;
        },
        TimeProvider.System,
        new CapturedLogs());
}
