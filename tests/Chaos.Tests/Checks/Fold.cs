namespace PaymentCluster.Chaos.Tests.Checks;

/// <summary>
/// What a payment's events mean: written a second time, from the documents and not from the product's code, so that the
/// two can disagree.
/// </summary>
internal sealed class Fold
{
    private const string VoidRequested = "void_requested";

    private static readonly string[] Undecided = ["PENDING", "REQUIRES_ACTION", "NEEDS_REVIEW"];

    // From which status an event may come; events that are not named may come at any time.
    private static readonly Dictionary<string, string[]> From = new(StringComparer.Ordinal)
    {
        ["attempt_started"] = ["PENDING", "REQUIRES_ACTION", "FAILED", "EXPIRED"],
        ["payment_authorized"] = ["PENDING", "REQUIRES_ACTION", "NEEDS_REVIEW", "FAILED", "EXPIRED"],
        ["payment_captured"] = ["PENDING", "REQUIRES_ACTION", "NEEDS_REVIEW", "AUTHORIZED", "FAILED", "EXPIRED"],
        ["capture_requested"] = ["AUTHORIZED"],
        ["capture_not_sent"] = ["AUTHORIZED"],
        ["capture_outcome_unknown"] = ["AUTHORIZED"],
        ["capture_refused"] = ["AUTHORIZED"],
        ["payment_cancelled"] = ["PENDING", "REQUIRES_ACTION", "AUTHORIZED"],
        ["payment_expired"] = ["PENDING", "REQUIRES_ACTION"],
        ["surplus_captured"] = ["AUTHORIZED", "SUCCESS", "CANCELLED"],
        ["surplus_authorized"] = ["AUTHORIZED", "SUCCESS", "CANCELLED"],
        [VoidRequested] = ["AUTHORIZED", "SUCCESS", "CANCELLED"],
        ["review_resolved"] = ["NEEDS_REVIEW"],
    };

    private int _attempts;
    private int _paid;

    /// <summary>The status after the events so far.</summary>
    public string Status { get; private set; } = "";

    public long Captured { get; private set; }

    public long Refunded { get; private set; }

    /// <summary>What merchants are shown: the figures of the attempt that the order is about. Money of another attempt
    /// is refunded automatically, as a refund of its own.</summary>
    public (string Status, long Captured, long Refunded) Shown
    {
        get
        {
            var current = _paid > 0 ? _paid : _attempts;
            return (
                Status,
                _captured.GetValueOrDefault(current),
                _refunds.Values
                    .Where(refund => refund.Attempt == current && refund.IsPaid)
                    .Sum(refund => refund.Amount));
        }
    }

    private readonly Dictionary<int, (int Attempt, long Amount, bool IsPaid)> _refunds = [];
    private readonly Dictionary<int, long> _captured = [];
    private readonly HashSet<int> _voided = [];

    /// <summary>Applies the next event; returns what is illegal about it, or null.</summary>
    public string? Next(StoredEvent happened)
    {
        var before = Status;
        if ((before.Length == 0) != (happened.Type == "payment_created"))
        {
            return $"{happened.Type} at version {happened.Version} is not how a payment begins";
        }

        if (From.TryGetValue(happened.Type, out var from) && !from.Contains(before) && !IsRepeatedVoid(happened))
        {
            return $"{happened.Type} at version {happened.Version} came while the payment was {before}";
        }

        Apply(happened);
        return null;
    }

    // A release that was lost is sent again whatever became of the payment since.
    private bool IsRepeatedVoid(StoredEvent happened) =>
        happened.Type == VoidRequested && _voided.Contains(happened.Number("attempt"));

    private void Apply(StoredEvent happened)
    {
        switch (happened.Type)
        {
            case "payment_created":
                Status = "PENDING";
                break;
            case "attempt_started":
                _attempts++;
                Status = "PENDING";
                break;
            case "attempt_accepted" when Undecided.Contains(Status) && happened.Number("attempt") == _attempts:
                Status = happened.Data.TryGetProperty("action", out _) || Status == "REQUIRES_ACTION"
                    ? "REQUIRES_ACTION"
                    : "PENDING";
                break;
            case "payment_authorized":
                _paid = happened.Number("attempt");
                Status = "AUTHORIZED";
                break;
            case "payment_captured":
                _paid = happened.Number("attempt");
                Capture(happened);
                Status = "SUCCESS";
                break;
            case "surplus_captured":
                Capture(happened);
                break;
            case "attempt_failed" when Undecided.Contains(Status) && happened.Number("attempt") == _attempts:
            case "attempt_failed" when happened.Number("attempt") == _paid:
                _paid = 0;
                Status = "FAILED";
                break;
            case VoidRequested:
                _voided.Add(happened.Number("attempt"));
                break;
            case "payment_cancelled":
                _paid = 0;
                Status = "CANCELLED";
                break;
            case "payment_expired":
                Status = "EXPIRED";
                break;
            case "review_required":
                Status = "NEEDS_REVIEW";
                break;
            case "refund_requested":
                _refunds[happened.Number("refund")] = (happened.Number("attempt"), happened.Amount, IsPaid: false);
                break;
            case "refund_found":
                Refunded += happened.Amount;
                _refunds[happened.Number("refund")] = (happened.Number("attempt"), happened.Amount, IsPaid: true);
                break;
            case "refund_succeeded" when _refunds.TryGetValue(happened.Number("refund"), out var refund):
                Refunded += refund.Amount;
                _refunds[happened.Number("refund")] = refund with { IsPaid = true };
                break;
            default:
                break;
        }
    }

    private void Capture(StoredEvent happened)
    {
        Captured += happened.Amount;
        _captured[happened.Number("attempt")] =
            _captured.GetValueOrDefault(happened.Number("attempt")) + happened.Amount;
    }
}
