using System.Collections.Immutable;
using System.Globalization;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Payments.Tests.Stored;

/// <summary>What a folded payment says, as names and words: the same names in every version, however members are
/// called.</summary>
internal sealed class Figures
{
    private readonly ImmutableSortedDictionary<string, string>.Builder _words =
        ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);

    private Figures()
    {
    }

    /// <summary>All that merchants see of a payment, and all that its rules go by.</summary>
    public static ImmutableSortedDictionary<string, string> Of(PaymentState state, PaymentId id)
    {
        var figures = new Figures();
        figures.Add(state.ToView(id));
        figures.Add("paid_attempt", state.PaidAttempt);
        figures.Add("review_attempt", state.ReviewAttempt);
        figures.Add("requests", string.Join(" ", state.Requests
            .OrderBy(request => request.Key, StringComparer.Ordinal)
            .Select(request => $"{request.Key}={request.Value.Fingerprint}/{request.Value.Refund}")));
        foreach (var attempt in state.Attempts)
        {
            figures.Add($"attempt_{attempt.Number}_", attempt);
        }

        foreach (var refund in state.Refunds)
        {
            figures.Add($"refund_{refund.Number}_", refund);
        }

        return figures._words.ToImmutable();
    }

    /// <summary>Number, type, time and status of each entry; its sentence may be put better.</summary>
    public static IReadOnlyList<string> Of(ImmutableArray<TimelineEntry> timeline) =>
        [.. timeline.Select(entry => $"{entry.Version} {entry.Type} {Time(entry.At)} {entry.Status}")];

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private void Add(PaymentView view)
    {
        Add("order_id", view.OrderId);
        Add("status", view.Status);
        Add("amount", $"{view.Amount.AmountMinor} {view.Amount.Currency}");
        Add("authorized_minor", view.AuthorizedMinor);
        Add("captured_minor", view.CapturedMinor);
        Add("refunded_minor", view.RefundedMinor);
        Add("refund_status", view.RefundStatus);
        Add("capture", view.Capture);
        Add("method", Word(view.Method));
        Add("action", Word(view.Action));
        Add("failure", Word(view.Failure));
        Add("provider", view.Provider);
        Add("attempt", view.Attempt);
        Add("provider_reference", view.ProviderReference);
        Add("bank_reference", view.BankReference);
        Add("customer", Word(view.Customer));
        Add("description", view.Description);
        Add("return_url", view.ReturnUrl);
        Add("metadata", Word(view.Metadata));
        Add("created_at", view.CreatedAt);
        Add("updated_at", view.UpdatedAt);
        Add("expires_at", view.ExpiresAt);
        Add("version", view.Version);
        Add("settled", view.IsFinal);
        Add("basket", view.Basket is { } basket
            ? $"{basket.DiscountMinor} {basket.ShippingMinor} {basket.SavingsMinor} "
                + string.Join(";", basket.Items.Select(item => $"{item.Quantity}*{item.Name}@{item.UnitAmountMinor}"))
            : null);
    }

    private void Add(string prefix, AttemptState attempt)
    {
        Add(prefix + "provider", attempt.Provider);
        Add(prefix + "method", Word(attempt.Method));
        Add(prefix + "phase", attempt.IsOpen ? attempt.Charge.Phase : attempt.Phase);
        Add(prefix + "started_at", attempt.Charge.StartedAt);
        Add(prefix + "changed_at", new[] { attempt.Charge, attempt.Capture, attempt.Void }.Max(o => o?.ChangedAt));
        Add(prefix + "send", Word(attempt.Charge.Send));
        Add(prefix + "provider_captures", attempt.ProviderCaptures);
        Add(prefix + "late_success", attempt.LateSuccess);
        Add(prefix + "sends", attempt.Charge.Sends);
        Add(prefix + "retry_at", attempt.Charge.RetryAt);
        Add(prefix + "action", Word(attempt.Action));
        Add(prefix + "link", attempt.Link);
        Add(prefix + "provider_order", attempt.ProviderOrder);
        Add(prefix + "provider_reference", attempt.ProviderReference);
        Add(prefix + "bank_reference", attempt.BankReference);
        Add(prefix + "failure", Word(attempt.Failure));
        Add(prefix + "authorized_minor", attempt.AuthorizedMinor);
        Add(prefix + "captured_minor", attempt.CapturedMinor);
        Add(
            prefix + "capture",
            attempt.Capture is { IsOpen: true } capture ? $"{capture.AmountMinor} {Word(capture.Send)}" : null);
        Add(prefix + "void", attempt.Void is { IsOpen: true } release ? Word(release.Send) : null);
        Add(prefix + "can_void", attempt.CanVoid);
        Add(prefix + "can_capture_part", attempt.CanCapturePart);
        Add(prefix + "repeat_window", attempt.IdempotencyWindow);
        Add(prefix + "follows", attempt.Follows);
    }

    private void Add(string prefix, RefundState refund)
    {
        Add(prefix + "attempt", refund.Attempt);
        Add(prefix + "amount_minor", refund.AmountMinor);
        Add(prefix + "status", refund.Status);
        Add(prefix + "phase", refund.Operation.IsOpen ? refund.Operation.Phase : OperationPhase.Done);
        Add(prefix + "reason", refund.Reason);
        Add(prefix + "automatic", refund.Automatic);
        Add(prefix + "created_at", refund.CreatedAt);
        Add(prefix + "updated_at", refund.UpdatedAt);
        Add(prefix + "send", Word(refund.Operation.Send));
        Add(prefix + "retry_at", refund.Operation.RetryAt);
        Add(prefix + "provider_reference", refund.ProviderReference);
        Add(prefix + "bank_reference", refund.BankReference);
        Add(prefix + "failure", Word(refund.Failure));
    }

    private void Add(string name, DateTimeOffset? time) => Add(name, time is { } at ? Time(at) : null);

    // What is not there is not written.
    private void Add(string name, object? value)
    {
        if (value is DateTimeOffset time)
        {
            value = Time(time);
        }

        if (value is not null)
        {
            _words[name] = Convert.ToString(value, CultureInfo.InvariantCulture)!;
        }
    }

    private static string Word(SendTerms send) => $"{Time(send.Before)} {Time(send.NotFoundFinalAt)}";

    private static string? Word(PaymentMethod? method) => method is null
        ? null
        : string.Join(
            "/", method.Kind, method.Flow, method.Vpa, method.CardLast4, method.CardNetwork, method.Wallet, method.Bank,
            method.Saved);

    private static string? Word(CustomerAction? action) => action is null
        ? null
        : string.Join("|", action.Kind, action.Url, action.Html, action.Fields is { } fields ? Word(fields) : null);

    private static string? Word(Failure? failure) =>
        failure is null ? null : $"{failure.Code}|{failure.Message}|{failure.Party}";

    private static string Word(Customer customer) => string.Join(
        "|", customer.Id, customer.Name, customer.Email, customer.Phone, customer.IpAddress, customer.UserAgent,
        customer.Unproven);

    private static string Word(ImmutableDictionary<string, string> pairs) => string.Join(
        ";",
        pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));
}
