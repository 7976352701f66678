using System.Diagnostics.Metrics;
using PaymentCluster.Grains.Abstractions.Webhooks;

namespace PaymentCluster.Grains.Webhooks;

/// <summary>Counts inbound webhooks: the counter <c>paymentcluster.webhooks.received</c> by provider and
/// fate.</summary>
public sealed class WebhookMeter
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "PaymentCluster.Webhooks";

    private readonly Counter<long> _received;

    /// <summary>Makes the counter.</summary>
    /// <param name="meters">Makes meters.</param>
    public WebhookMeter(IMeterFactory meters) =>
        _received = meters.Create(MeterName).CreateCounter<long>(
            "paymentcluster.webhooks.received", "{webhook}", "Inbound webhooks of providers, by their fate.");

    /// <summary>Counts one webhook.</summary>
    public void Received(string provider, WebhookFate fate) => Add(provider, fate switch
    {
        WebhookFate.Applied => "applied",
        WebhookFate.Duplicate => "duplicate",
        WebhookFate.Ignored => "ignored",
        WebhookFate.Parked => "parked",
    });

    /// <summary>One was not signed with the merchant's secret. The provider is not counted: anybody can write one into
    /// the address.</summary>
    public void Forged() => Add("", "forged");

    /// <summary>One was signed and could not be read.</summary>
    public void Malformed(string provider) => Add(provider, "malformed");

    private void Add(string provider, string fate) => _received.Add(1, new("provider", provider), new("fate", fate));
}
