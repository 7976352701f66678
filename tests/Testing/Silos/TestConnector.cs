using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Testing.Silos;

/// <summary>A provider that only sends webhooks: JSON with <c>id</c> and <c>about</c>, signed with HMAC-SHA256 over the
/// body; or an attempt's id alone, unsigned, with the header of hints. Behind <see cref="Dashboard"/> an attempt's id
/// is about two refunds that were made at the provider.</summary>
internal sealed class TestConnector(string provider) : IConnector
{
    public const string SignatureHeader = "x-signature";
    public const string HintHeader = "x-hint";
    public const string Dashboard = "dashboard:";

    public string Provider => provider;

    /// <summary>What it says to credentials.</summary>
    public CredentialsCheck Check { get; set; } = CredentialsCheck.NotChecked;

    public ConnectorCapabilities Capabilities { get; } = new()
    {
        Methods = [PaymentMethodKind.Card],
        UpiFlows = [],
        Currencies = ["INR"],
        CapturesByItself = true,
        PartialCapture = false,
        Voids = false,
        PartialRefund = true,
        Credentials = ["key_id", "key_secret", "webhook_secret"],
        AccountCredential = "key_id",
        VisibilityWindow = TimeSpan.FromSeconds(1),
        LateSuccess = TimeSpan.FromSeconds(1),
    };

    public static string Sign(byte[] body, string secret) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body));

    public ValueTask<WebhookReading> ReadWebhookAsync(InboundWebhook webhook, ProviderCredentials credentials) =>
        ValueTask.FromResult(Read(webhook, credentials));

    public Task<ProviderOutcome> ChargeAsync(ChargeRequest request, ProviderCredentials credentials) =>
        throw new NotSupportedException();

    public Task<ProviderOutcome> QueryChargeAsync(ChargeQuery query, ProviderCredentials credentials) =>
        throw new NotSupportedException();

    public Task<ProviderOutcome> CaptureAsync(CaptureRequest request, ProviderCredentials credentials) =>
        throw new NotSupportedException();

    public Task<ProviderOutcome> RefundAsync(RefundRequest request, ProviderCredentials credentials) =>
        throw new NotSupportedException();

    public Task<ProviderOutcome> QueryRefundAsync(RefundQuery query, ProviderCredentials credentials) =>
        throw new NotSupportedException();

    public Task<ProviderOutcome> VoidAsync(VoidAuthorizationRequest request, ProviderCredentials credentials) =>
        throw new NotSupportedException();

    public Task<CredentialsCheck> CheckAsync(ProviderCredentials credentials) =>
        Task.FromResult(Check);

    private static WebhookReading Read(InboundWebhook webhook, ProviderCredentials credentials)
    {
        var body = webhook.Body.ToArray();
        if (webhook.Headers.ContainsKey(HintHeader))
        {
            var hint = Encoding.UTF8.GetString(body);
            return OfDashboard(hint, hint) is { } fetched ? fetched with { IsProven = webhook.IsByAddress }
                : AttemptId.TryParse(hint, out var hinted)
                ? new WebhookReading.About(hint, hinted) { IsProven = webhook.IsByAddress }
                : new WebhookReading.Unmatched(hint, "hint") { IsProven = webhook.IsByAddress };
        }

        if (webhook.Headers.GetValueOrDefault(SignatureHeader) != Sign(body, credentials["webhook_secret"].Reveal()))
        {
            return new WebhookReading.Forged();
        }

        var content = JsonSerializer.Deserialize<Dictionary<string, string>>(body)!;
        if (!content.TryGetValue("id", out var id))
        {
            return new WebhookReading.Malformed("it has no id");
        }

        var about = content["about"];
        ProviderOutcome outcome = new ProviderOutcome.NotFound();
        return AttemptId.TryParse(about, out var attempt) ? new WebhookReading.OfCharge(id, attempt, outcome)
            : RefundId.TryParse(about, out var refund) ? new WebhookReading.OfRefund(id, refund, outcome)
            : OfDashboard(id, about) is { } dashboard ? dashboard
            : about == "settlement" ? new WebhookReading.Irrelevant(id, about)
            : new WebhookReading.Unmatched(id, about);
    }

    private static WebhookReading.OfProviderRefunds? OfDashboard(string id, string about) =>
        about.StartsWith(Dashboard, StringComparison.Ordinal)
        && AttemptId.TryParse(about.AsSpan(Dashboard.Length), out var attempt)
            ? new WebhookReading.OfProviderRefunds(id, attempt, [Refund("rfnd_1"), Refund("rfnd_2")])
            {
                IsAboutOurs = true,
            }
            : null;

    private static ProviderRefund Refund(string reference) => new()
    {
        ProviderReference = reference, Amount = Money.Of(500, Currency.Inr), ProviderPayment = "pay_1",
    };
}
