using System.Text.Json;

namespace PaymentCluster.Simulators.Dials;

/// <summary>What a call does; a dial's filter names these in lower case.</summary>
internal enum DialOperation
{
    Order,
    Payment,
    Capture,
    Refund,
    Query,
}

/// <summary>
/// The faults that have a rate. The first ones hit a call, of which the first to fire wins, in this order; then come
/// those of a payment or refund, and those of a webhook.
/// </summary>
internal enum DialRate
{
    RateLimited,
    ServerError,
    Reset,
    TimeoutThenCharge,
    ResetAfter,
    ChargeThenTimeout,
    ServerErrorAfter,
    Truncated,
    Garbage,
    Decline,
    AmountMismatch,
    RefundFailed,
    WebhookDrop,
    WebhookTampered,
    WebhookLate,
    WebhookReorder,
    WebhookDuplicate,
}

/// <summary>One setting of all dials of a provider.</summary>
internal sealed class DialSettings
{
    private static readonly DialRate[] Rates = Enum.GetValues<DialRate>();
    private static readonly string[] RateNames = [.. Rates.Select(NameOf)];

    private static readonly DialOperation[] Mutating =
        [DialOperation.Order, DialOperation.Payment, DialOperation.Capture, DialOperation.Refund];

    private readonly double[] _rates = new double[Rates.Length];

    public long Seed { get; private set; } = 1;

    /// <summary>Added before a call is processed.</summary>
    public TimeSpan Latency { get; private set; }

    /// <summary>How long a call without a response is held.</summary>
    public TimeSpan Hold { get; private set; } = TimeSpan.FromSeconds(30);

    /// <summary>When <see cref="DialRate.TimeoutThenCharge"/> processes the call.</summary>
    public TimeSpan Late { get; private set; } = TimeSpan.FromSeconds(5);

    public TimeSpan WebhookLate { get; private set; } = TimeSpan.FromSeconds(5);

    public IReadOnlyList<DialOperation> Operations { get; private set; } = Mutating;

    public double this[DialRate rate] => _rates[(int)rate];

    /// <summary>Reads a setting; a dial that is left out is at its default.</summary>
    /// <param name="json">The dials.</param>
    /// <param name="error">What is wrong with the first dial that cannot be read.</param>
    public static DialSettings? Parse(JsonElement json, out string? error)
    {
        error = null;
        if (json.ValueKind != JsonValueKind.Object)
        {
            error = "the dials are one JSON object";
            return null;
        }

        var settings = new DialSettings();
        foreach (var property in json.EnumerateObject())
        {
            error = settings.Set(property.Name, property.Value);
            if (error is not null)
            {
                return null;
            }
        }

        return settings;
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("seed", Seed);
        json.WriteNumber("latency_ms", (long)Latency.TotalMilliseconds);
        json.WriteNumber("hold_ms", (long)Hold.TotalMilliseconds);
        json.WriteNumber("late_ms", (long)Late.TotalMilliseconds);
        json.WriteNumber("webhook_late_ms", (long)WebhookLate.TotalMilliseconds);
        foreach (var rate in Rates)
        {
            json.WriteNumber(RateNames[(int)rate], this[rate]);
        }

        json.WriteStartArray("operations");
        foreach (var operation in Operations)
        {
            json.WriteStringValue(NameOf(operation));
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string NameOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private string? Set(string name, JsonElement value)
    {
        var rate = Array.IndexOf(RateNames, name);
        if (rate >= 0)
        {
            if (value.ValueKind != JsonValueKind.Number || value.GetDouble() is not (>= 0 and <= 1))
            {
                return $"{name} must be a rate between 0 and 1";
            }

            _rates[rate] = value.GetDouble();
            return null;
        }

        switch (name)
        {
            case "seed":
                if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var seed))
                {
                    return "seed must be an integer";
                }

                Seed = seed;
                return null;
            case "operations":
                return SetOperations(value);
            case "latency_ms" or "hold_ms" or "late_ms" or "webhook_late_ms":
                if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out var count) || count < 0)
                {
                    return $"{name} must be a number of milliseconds";
                }

                SetTime(name, TimeSpan.FromMilliseconds(count));
                return null;
            default:
                return $"there is no dial {name}";
        }
    }

    private void SetTime(string name, TimeSpan value)
    {
        switch (name)
        {
            case "latency_ms":
                Latency = value;
                break;
            case "hold_ms":
                Hold = value;
                break;
            case "late_ms":
                Late = value;
                break;
            default:
                WebhookLate = value;
                break;
        }
    }

    private string? SetOperations(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return "operations must be a list of names";
        }

        var operations = new List<DialOperation>();
        foreach (var item in value.EnumerateArray())
        {
            var name = item.ValueKind == JsonValueKind.String ? item.GetString() : null;
            var known = Enum.GetValues<DialOperation>().Where(operation => NameOf(operation) == name).ToArray();
            if (known.Length == 0)
            {
                return "operations are order, payment, capture, refund and query";
            }

            operations.Add(known[0]);
        }

        Operations = operations;
        return null;
    }
}
