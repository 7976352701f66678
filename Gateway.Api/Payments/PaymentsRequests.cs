using System.Net;
using System.Text.RegularExpressions;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Returns;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>The bodies of the payment calls, and the commands that they mean.</summary>
internal static partial class PaymentsRequests
{
    /// <summary>The form of a customer's id, as a refusal says it.</summary>
    public const string CustomerIdRule = "must be 1 to 64 letters, digits or any of . _ : @ + -";

    private const int MatchTimeout = 100;

    /// <summary>An amount in minor units.</summary>
    public static readonly Field Amount = Field.Integer(
        "amount", 1, Money.MaxAmountMinor, "A whole number in the minor unit of the currency (paise, cents).")
        with
    { Code = ErrorCode.AmountInvalid, Example = "50000" };

    /// <summary>Why a merchant does something.</summary>
    public static readonly Field Reason =
        Field.Text("reason", 255, "Why, for the timeline.") with { Example = "\"customer asked for it\"" };

    /// <summary>What is said of a customer.</summary>
    public static readonly BodyShape Customer = new(
        "CustomerRequest",
        Field.Text("name", 100, "Name.") with { Example = "\"A Customer\"" },
        Field.Text("email", 254, "E-mail address.", EmailForm(), "must be an e-mail address")
            with { Example = "\"customer@example.com\"" },
        Field.Text("phone", 16, "Phone number.", PhoneForm(), "must be 6 to 15 digits with an optional leading '+'")
            with { Example = "\"+919876543210\"" });

    private static readonly BodyShape Client = new(
        "ClientRequest",
        Field.Text("ip", 45, "The address of the customer's device.", null, "must be an IP address")
            with { Example = "\"203.0.113.7\"" },
        Field.Text("user_agent", 512, "The customer's browser, as it names itself."));

    /// <summary><c>POST /payments</c>.</summary>
    public static readonly BodyShape Start = new(
        "StartPaymentRequest",
        [
            Field.Text(
                "order_id",
                64,
                "The merchant's order: one payment per order.",
                OrderForm(),
                "must be 1 to 64 letters, digits, '.', '_', ':' or '-'")
                with { Required = true, Code = ErrorCode.OrderIdInvalid, Example = "\"order_123\"" },
            Amount with { Required = true },
            Field.Text("currency", 3, "ISO 4217 code, upper case.", null, "must be an ISO 4217 code such as INR")
                with { Required = true, Code = ErrorCode.CurrencyUnknown, Example = "\"INR\"" },
            .. PaymentMethodRequests.Fields(required: false),
            Field.Choice(
                "capture",
                "Who captures; automatic if it is left out.",
                [.. PaymentNames.All<CaptureMode>(PaymentNames.Of)]),
            Field.Flag(
                "confirm",
                "False: only take the order in; the call confirm says later what it is paid with. True if it is left out."),
            Field.Text(
                "customer_id",
                64,
                "The merchant's id of the customer.",
                CustomerIdForm(),
                CustomerIdRule)
                with { Example = "\"customer_42\"" },
            Field.Object("customer", Customer, "Who pays."),
            Field.Object("client", Client, "The customer's device; some providers score it."),
            ReturnUrl.Field,
            Field.Text("description", 255, "What the customer reads on the payment.") with
            {
                Example = "\"Two tickets\"",
            },
            BasketRequests.Basket,
            new Field
            {
                Name = "metadata",
                Kind = FieldKind.TextMap,
                Rule = "must be an object of strings",
                Meaning = "The merchant's own pairs: at most 20, names up to 40 characters, values up to 500.",
                Example = """{"cart":"c_17"}""",
            },
            Field.Integer("expires_in", 60, 86_400, "How many seconds the customer has to pay.") with
            {
                Example = "900",
            },
        ]);

    /// <summary><c>POST /payments/{id}/confirm</c>.</summary>
    public static readonly BodyShape Confirm = new(
        "ConfirmPaymentRequest",
        [
            .. PaymentMethodRequests.Fields(required: true),
            Field.Text(
                "replaces",
                64,
                "The id of the attempt that waits for its customer's step and is given up for this one, as the payment's attempt has it.",
                null,
                "must be the id of an attempt"),
        ]);

    /// <summary><c>POST /payments/{id}/capture</c>.</summary>
    public static readonly BodyShape Capture = new("CapturePaymentRequest", Amount);

    /// <summary><c>POST /payments/{id}/cancel</c>.</summary>
    public static readonly BodyShape Cancel = new("CancelPaymentRequest", Reason);

    /// <summary>The command; null if the body cannot be used, which then stands in <paramref name="errors"/>.</summary>
    public static StartPayment? ReadStart(Body body, DateTimeOffset now, InputErrors errors)
    {
        if (!Currency.TryParse(body.Text("currency"), out var currency) && body.Text("currency") is not null)
        {
            errors.Add(ErrorCode.CurrencyUnknown, "currency", "must be an ISO 4217 code such as INR");
        }

        var confirm = body.Flag("confirm") ?? true;
        if (confirm && !body.Mentions("method"))
        {
            errors.Add(ErrorCode.MissingField, "method", "is missing; only with \"confirm\": false is it said later");
        }

        var way = PaymentMethodRequests.Read(body, now, errors);
        var customer = ReadCustomer(body, errors);
        var basket = BasketRequests.Read(body, errors);
        var returnUrl = ReturnUrl.Read(body, errors);
        return errors.Any
            ? null
            : new StartPayment
            {
                OrderId = body.Text("order_id")!,
                Amount = Money.Of(body.Integer("amount")!.Value, currency),
                Method = confirm ? way?.Method : null,
                Card = confirm ? way?.Card : null,
                Instrument = confirm ? InstrumentOf(way, customer.Id) : null,
                SecurityCode = confirm ? way?.SecurityCode : null,
                CardConsent = confirm ? way?.CardConsent : null,
                Capture = body.Text("capture") is { } word
                    ? PaymentNames.Parse<CaptureMode>(word, PaymentNames.Of)!.Value
                    : CaptureMode.Automatic,
                Customer = customer,
                ReturnUrl = returnUrl,
                Description = body.Text("description"),
                Metadata = body.Map("metadata"),
                Basket = basket,
                ExpiresIn = body.Integer("expires_in") is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            };
    }

    /// <summary>The command; null if the body cannot be used, which then stands in <paramref name="errors"/>.</summary>
    public static ConfirmPayment? ReadConfirm(Body body, PaymentId payment, DateTimeOffset now, InputErrors errors)
    {
        var way = PaymentMethodRequests.Read(body, now, errors);
        AttemptId replaced = default;
        if (body.Text("replaces") is { } text && (!AttemptId.TryParse(text, out replaced) || replaced.Payment != payment))
        {
            errors.Add(ErrorCode.InvalidField, "replaces", "must be the id of an attempt of this payment");
        }

        return errors.Any || way is null
            ? null
            : new ConfirmPayment
            {
                Replaces = body.Mentions("replaces") ? replaced.Number : null,
                Method = way.Method,
                Card = way.Card,
                Instrument = way.Instrument,
                SecurityCode = way.SecurityCode,
                CardConsent = way.CardConsent,
            };
    }

    // A wallet is asked for at its own page where nobody says whose it is.
    private static InstrumentChoice? InstrumentOf(PaymentWay? way, string? customer) =>
        way?.Instrument is { Wallet: not null } && customer is null ? null : way?.Instrument;

    private static Customer ReadCustomer(Body body, InputErrors errors)
    {
        var customer = body.Object("customer");
        var client = body.Object("client");
        IPAddress? address = null;
        if (client?.Text("ip") is { } ip && !IPAddress.TryParse(ip, out address))
        {
            errors.Add(ErrorCode.InvalidField, "client.ip", "must be an IP address");
        }

        return new Customer
        {
            Id = body.Text("customer_id"),
            Name = customer?.Text("name"),
            Email = customer?.Text("email"),
            Phone = customer?.Text("phone"),
            IpAddress = address?.ToString(),
            UserAgent = client?.Text("user_agent"),
        };
    }

    /// <summary>Whether a text is a customer's id.</summary>
    public static bool IsCustomerId(string? text) => text is not null && CustomerIdForm().IsMatch(text);

    [GeneratedRegex("^[A-Za-z0-9._:-]{1,64}$", RegexOptions.None, MatchTimeout)]
    private static partial Regex OrderForm();

    [GeneratedRegex("^[A-Za-z0-9._:@+-]{1,64}$", RegexOptions.None, MatchTimeout)]
    private static partial Regex CustomerIdForm();

    // No full grammar: the provider sends a mail, and finds out.
    [GeneratedRegex("^[^\\s@<>]{1,64}@[^\\s@<>]{1,189}$", RegexOptions.None, MatchTimeout)]
    private static partial Regex EmailForm();

    [GeneratedRegex("^\\+?[0-9]{6,15}$", RegexOptions.None, MatchTimeout)]
    private static partial Regex PhoneForm();
}
