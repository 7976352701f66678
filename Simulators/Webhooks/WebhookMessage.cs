using PaymentCluster.Simulators.Dials;

namespace PaymentCluster.Simulators.Webhooks;

/// <summary>One event on its way to a merchant; each provider says what it looks like on the wire.</summary>
internal abstract class WebhookMessage
{
    /// <summary>Who receives it; deliveries to one receiver share a limit.</summary>
    public abstract string Receiver { get; }

    /// <summary>Null when the receiver no longer has a webhook.</summary>
    public abstract Uri? Url { get; }

    public abstract DateTimeOffset CreatedAt { get; }

    public abstract DialBoard Dials { get; }

    /// <summary>The body, and the headers that go with it; the same bytes each time.</summary>
    public abstract WebhookContent Render();

    /// <summary>A 2xx acknowledged it, or it will never be sent.</summary>
    public abstract void Completed();

    /// <summary>It was tried until it was too old.</summary>
    public abstract void GivenUp();
}

/// <summary>A rendered event.</summary>
internal sealed record WebhookContent(byte[] Body, IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    public string ContentType { get; init; } = "application/json";

    /// <summary>What precedes the amount's first digit, where it is not <c>amount</c>.</summary>
    public string? AmountMark { get; init; }
}
