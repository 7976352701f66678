using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Connectors.Tests.Conformance;

/// <summary>The effects that a connector has at its provider.</summary>
public enum Effect
{
    Charge,
    Capture,
    Refund,

    /// <summary>For connectors that inherit <see cref="VoidConformance"/>.</summary>
    Void,
}

/// <summary>What the conformance tests need to know of one connector.</summary>
public abstract class ConnectorRig
{
    /// <summary>The secrets that are given to the connector, and must be found nowhere else.</summary>
    public IReadOnlyList<string> Secrets => [CardNumber, SecurityCode, .. SecretCredentials];

    public const string CardNumber = "4111111111111111";
    public const string SecurityCode = "9173";

    /// <summary>Where the scripted server is.</summary>
    public Uri ServerUrl { get; set; } = new("http://127.0.0.1/");

    /// <summary>Whether the effect's call moves money. One that only prepares what the customer then does leaves the
    /// effect not sent when its response is lost.</summary>
    public virtual bool MovesMoney(Effect effect) => true;

    /// <summary>Whether the provider finds a charge by our name of the attempt alone.</summary>
    public virtual bool FindsByAttempt => true;

    public abstract ProviderCredentials Credentials { get; }

    /// <summary>The values of the credentials that are secret, and whatever is derived from them.</summary>
    public abstract IReadOnlyList<string> SecretCredentials { get; }

    /// <summary>A payment's id in the provider's form.</summary>
    public abstract string PaymentReference { get; }

    /// <summary>An order's id in the provider's form.</summary>
    public abstract string OrderReference { get; }

    /// <summary>A refund's id in the provider's form.</summary>
    public abstract string RefundReference { get; }

    /// <summary>Amounts, and the text that must be in the body of the call that charges them.</summary>
    public abstract IEnumerable<(Money Amount, string InBody)> AmountFormats { get; }

    /// <summary>No healthy response of this provider's is longer, in bytes.</summary>
    public virtual int LongestResponse => 1_500;

    /// <summary>Whether this is the call whose body states the amount of a charge.</summary>
    public virtual bool StatesAmount(Received request) => Is(Effect.Charge, request);

    /// <summary>A refusal in the provider's form that repeats what was sent, as a careless provider would.</summary>
    public virtual string Echo(Received request) => $$$"""
        {"error":{"code":"BAD_REQUEST_ERROR","description":"The card {{{CardNumber}}} is not valid in {{{request.Path}}}"}}
        """;

    public abstract IConnector Create(Action<ProviderHttpOptions> configure, TimeProvider time, ILoggerFactory logs);

    /// <summary>Whether this is the one call that has the effect.</summary>
    public abstract bool Is(Effect effect, Received request);

    /// <summary>The provider's healthy response.</summary>
    public abstract Task RespondAsync(Received request, HttpContext context);

    /// <summary>The provider's refusal of an effect for the customer's bank's sake.</summary>
    public abstract Task DeclineAsync(HttpContext context);

    /// <summary>The provider's response to credentials that it rejects.</summary>
    public virtual Task RefuseCredentialsAsync(HttpContext context) => Responses.JsonAsync(context, 401, "{}");

    /// <summary>Whether the response to this effect names the payment; otherwise a status query does.</summary>
    public virtual bool NamesPayment(Effect effect) => true;

    /// <summary>A webhook about a captured payment, signed with this secret.</summary>
    public abstract InboundWebhook Webhook(AttemptId attempt, string secret);

    /// <summary>The secret that webhooks are signed with.</summary>
    public abstract string WebhookSecret { get; }

    /// <summary>Whether a webhook's status, amount and reference are authenticated; else the engine sends a status
    /// query.</summary>
    public virtual bool WebhookProvesContent => true;

    /// <summary>Whether its signature covers the whole body.</summary>
    public virtual bool WebhookSignsBody => WebhookProvesContent;

    /// <summary>Whether what its signature does not cover is left out; else credentials and TLS are all that protects
    /// it.</summary>
    public virtual bool WebhookIsSigned => true;

    /// <summary>A webhook without what proves its sender.</summary>
    public virtual InboundWebhook WithoutSignature(InboundWebhook webhook) =>
        webhook with { Headers = webhook.Headers.Clear() };

    /// <summary>What is charged, and by which method: a card in rupees, unless the provider takes none.</summary>
    public virtual Money Amount => Rupees;

    /// <inheritdoc cref="Amount"/>
    public virtual PaymentMethod Method { get; } =
        new() { Kind = PaymentMethodKind.Card, CardLast4 = "1111", CardNetwork = "visa" };

    public static PaymentId Payment { get; } = PaymentId.Parse("pay_01k8dq2v7me8k9c4ss8m3y5d6f");

    public static AttemptId Attempt { get; } = new() { Payment = Payment, Number = 1 };

    public static RefundId Refund { get; } = new() { Payment = Payment, Number = 2 };

    public static Money Rupees { get; } = Money.Of(12_345, Currency.Inr);

    public ChargeRequest ChargeOf(TimeProvider time, SendWindow window, Money? amount = null) => new()
    {
        Attempt = Attempt,
        Amount = amount ?? Amount,
        Instrument = InstrumentOf(Method),
        Capture = CaptureMode.Automatic,
        Customer = new Customer { Email = "a@b.example", Phone = "+919876543210" },
        CallbackUrl = new Uri("https://engine.example/return"),
        ExpiresAt = time.GetUtcNow().AddMinutes(15),
        Resend = false,
        Window = window,
    };

    /// <summary>The instrument that a test charges where only its method matters.</summary>
    public static ChargeInstrument InstrumentOf(PaymentMethod method) => method.Kind switch
    {
        PaymentMethodKind.Upi => method.Flow switch
        {
            UpiFlow.Qr => new ChargeInstrument.UpiQr(),
            UpiFlow.Collect => new ChargeInstrument.UpiCollect(method.Vpa!),
            _ => new ChargeInstrument.UpiIntent(),
        },
        PaymentMethodKind.Card => TypedCard(),
        PaymentMethodKind.Wallet => new ChargeInstrument.Wallet(method.Wallet!),
        PaymentMethodKind.Netbanking => new ChargeInstrument.Netbanking(method.Bank!),
    };

    /// <summary>A typed card; by default one that every simulator takes.</summary>
    /// <exception cref="ArgumentException">The number's check digit is wrong.</exception>
    public static ChargeInstrument.TypedCard TypedCard(string number = CardNumber, CardSaving? saving = null) => new(
        new CardDetails
        {
            Number = Grains.Abstractions.Secrets.CardNumber.TryParse(number, out var parsed)
                ? parsed
                : throw new ArgumentException($"{number} has a wrong check digit.", nameof(number)),
            ExpiryMonth = 4,
            ExpiryYear = 2031,
            SecurityCode = new Secret(SecurityCode),
            HolderName = "A B",
        },
        saving);

    /// <summary>A saved card.</summary>
    public static ChargeInstrument.SavedCard SavedCard(string token, string? code = null, string? customer = null) =>
        new(new Secret(token), "visa", code is null ? null : new Secret(code), customer);

    public Task<ProviderOutcome> ActAsync(
        IConnector connector, Effect effect, TimeProvider time, SendWindow? window = null)
    {
        window ??= SendWindow.Open(time, TimeSpan.FromMinutes(1));
        return effect switch
        {
            Effect.Charge => connector.ChargeAsync(ChargeOf(time, window), Credentials),
            Effect.Capture => connector.CaptureAsync(
                new CaptureRequest
                {
                    Attempt = Attempt, Amount = Amount, ProviderReference = PaymentReference, Window = window,
                },
                Credentials),
            Effect.Refund => connector.RefundAsync(
                new RefundRequest
                {
                    Refund = Refund,
                    Attempt = Attempt,
                    Amount = Amount,
                    ProviderReference = PaymentReference,
                    Reason = "returned",
                    Window = window,
                },
                Credentials),
            Effect.Void => connector.VoidAsync(
                new VoidAuthorizationRequest
                {
                    Attempt = Attempt, Amount = Amount, ProviderReference = PaymentReference, Window = window,
                },
                Credentials),
        };
    }

    /// <summary>Every kind of query.</summary>
    public async Task<IReadOnlyList<ProviderOutcome>> QueryAsync(IConnector connector) =>
    [
        .. FindsByAttempt
            ? (ProviderOutcome[])[await connector.QueryChargeAsync(
                new ChargeQuery { Attempt = Attempt, Amount = Amount }, Credentials)]
            : [],
        await connector.QueryChargeAsync(
            new ChargeQuery { Attempt = Attempt, Amount = Amount, ProviderOrder = OrderReference }, Credentials),
        await connector.QueryChargeAsync(
            new ChargeQuery { Attempt = Attempt, Amount = Amount, ProviderReference = PaymentReference }, Credentials),
        await connector.QueryRefundAsync(
            new RefundQuery
            {
                Refund = Refund, Attempt = Attempt, Amount = Amount, ProviderReference = PaymentReference,
            },
            Credentials),
        await connector.QueryRefundAsync(
            new RefundQuery
            {
                Refund = Refund,
                Attempt = Attempt,
                Amount = Amount,
                ProviderReference = PaymentReference,
                ProviderRefund = RefundReference,
            },
            Credentials),
    ];
}
