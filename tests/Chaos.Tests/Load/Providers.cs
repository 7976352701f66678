using System.Text.Json.Nodes;

namespace PaymentCluster.Chaos.Tests.Load;

/// <summary>A merchant that takes part.</summary>
/// <param name="Name">Its name.</param>
internal sealed record Merchant(string Name)
{
    public static readonly Merchant[] All = [new("anna"), new("bert")];
}

/// <summary>A simulated provider that takes part: all that a run needs to know of it. A further one is a further
/// entry in <see cref="All"/>.</summary>
internal sealed record Provider
{
    public static readonly Provider[] All =
    [
        new()
        {
            Name = "razorpay",
            Settings = address => new()
            {
                ["Connectors__Razorpay__BaseUrl"] = $"{address}",
                ["Connectors__Razorpay__VisibilityWindow"] = $"{VisibilityWindow}",
                ["Connectors__Razorpay__Timeout"] = "00:00:02",
                ["Connectors__Razorpay__BreakerBreak"] = "00:00:02",
            },
            AccountPath = merchant => $"/_accounts/razorpay/rzp_test_{merchant.Name}",
            Account = (merchant, webhooks) => new()
            {
                ["key_secret"] = $"key-secret-of-{merchant.Name}",
                ["webhook_url"] = $"{webhooks}",
                ["webhook_secret"] = $"webhook-secret-of-{merchant.Name}",
            },
            Credentials = merchant => new()
            {
                ["key_id"] = $"rzp_test_{merchant.Name}",
                ["key_secret"] = $"key-secret-of-{merchant.Name}",
                ["webhook_secret"] = $"webhook-secret-of-{merchant.Name}",
            },
            EventIdHeader = "x-razorpay-event-id",
        },
    ];

    /// <summary>How long after a request may have been sent the provider may still begin with it. Dials and proxies
    /// keep within half of it, unless a run says otherwise.</summary>
    public static readonly TimeSpan VisibilityWindow = TimeSpan.FromSeconds(1);

    public required string Name { get; init; }

    /// <summary>The silo's settings, by their names in the environment, for reaching it at an address.</summary>
    public required Func<Uri, Dictionary<string, string>> Settings { get; init; }

    /// <summary>The simulator's URL for a merchant's account.</summary>
    public required Func<Merchant, string> AccountPath { get; init; }

    /// <summary>The account's content.</summary>
    public required Func<Merchant, Uri, JsonObject> Account { get; init; }

    /// <summary>What the merchant tells us.</summary>
    public required Func<Merchant, JsonObject> Credentials { get; init; }

    /// <summary>The header in which its webhooks name their event.</summary>
    public required string EventIdHeader { get; init; }
}
