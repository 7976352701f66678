using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Paytm;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Paytm;

/// <summary>A connector and a server that responds as a test says, by path.</summary>
public abstract class PaytmScript : IAsyncLifetime
{
    private readonly Dictionary<string, Func<Received, string>> _responses = new(StringComparer.Ordinal);
    private ScriptedServer _server = null!;

    protected PaytmRig Rig { get; } = new();

    protected IReadOnlyList<Received> Requests => _server.Requests;

    protected IEnumerable<string> Paths => Requests.Select(request => request.Path);

    protected static PaymentMethod Intent { get; } = new() { Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Intent };

    protected static PaymentMethod Card { get; } = new() { Kind = PaymentMethodKind.Card };

    public async Task InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        _server.Script = (request, context) => _responses.TryGetValue(request.Path, out var response)
            ? PaytmRig.RespondAsync(context, response(request))
            : Rig.RespondAsync(request, context);
        // An order is not known until a test says so.
        Respond(PaytmRig.Status, _ => PaytmRig.NoRecord());
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    protected void Respond(string path, Func<Received, string> body) => _responses[path] = body;

    protected void Respond(string path, string status, string code) =>
        Respond(path, _ => $$"""{{{PaytmRig.Result(status, code)}}}""");

    protected void Script(Func<Received, HttpContext, Task> script) => _server.Script = script;

    /// <summary>Responds with a status by the queried part; <c>sale</c> without one.</summary>
    protected void Parts(params (string Part, string Status, string Code)[] parts) =>
        Respond(PaytmRig.Status, request =>
    {
        var type = PaytmRig.TypeOf(request);
        var found = Array.Find(parts, part => part.Part == (type ?? "sale"));
        return found.Part is null
            ? PaytmRig.NoRecord()
            : PaytmRig.StatusJson(found.Status, found.Code, type, txn: $"{PaytmRig.Txn}-{type ?? "SALE"}");
    });

    protected PaytmConnector Connect(Action<PaytmOptions>? configure = null) => (PaytmConnector)Rig.Create(
        options =>
        {
            options.BaseUrl = _server.Url;
            options.RetryDelay = TimeSpan.FromMilliseconds(1);
            configure?.Invoke((PaytmOptions)options);
        },
        TimeProvider.System,
        new CapturedLogs());

    protected static SendWindow Open() => SendWindow.Open(TimeProvider.System, TimeSpan.FromMinutes(1));

    protected ChargeRequest Request(PaymentMethod method, CaptureMode capture = CaptureMode.Automatic) =>
        Rig.ChargeOf(TimeProvider.System, Open()) with { Instrument = InstrumentOf(method), Capture = capture };

    // Paytm debits linked wallets alone.
    private static ChargeInstrument InstrumentOf(PaymentMethod method) => method.Kind == PaymentMethodKind.Wallet
        ? new ChargeInstrument.LinkedWallet(method.Wallet!, new Secret("sso-9876543210"))
        : ConnectorRig.InstrumentOf(method);

    protected Task<ProviderOutcome> ChargeAsync(
        PaymentMethod method, CaptureMode capture = CaptureMode.Automatic, bool resend = false) =>
        Connect().ChargeAsync(Request(method, capture) with { Resend = resend }, Rig.Credentials);

    protected Task<ProviderOutcome> QueryAsync() => Connect().QueryChargeAsync(
        new ChargeQuery { Attempt = ConnectorRig.Attempt, Amount = ConnectorRig.Rupees }, Rig.Credentials);

    protected Task<ProviderOutcome> RefundAsync() => Rig.ActAsync(Connect(), Effect.Refund, TimeProvider.System);

    protected Task<ProviderOutcome> QueryRefundAsync() => Connect().QueryRefundAsync(
        new RefundQuery
        {
            Refund = ConnectorRig.Refund,
            Attempt = ConnectorRig.Attempt,
            Amount = ConnectorRig.Rupees,
            ProviderReference = PaytmRig.Txn,
        },
        Rig.Credentials);

    protected static JsonElement BodyOf(Received request) =>
        JsonSerializer.Deserialize<JsonElement>(request.Text).GetProperty("body");

    protected static string Kind(ProviderOutcome outcome) => outcome switch
    {
        ProviderOutcome.Succeeded succeeded => $"Succeeded {succeeded.Stage}",
        ProviderOutcome.Declined declined => $"Declined {declined.Failure.Code} {declined.Failure.Party}",
        _ => outcome.GetType().Name,
    };
}
