using System.Collections.Immutable;
using System.Text.Json;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Connectors.PayU;

/// <summary>The captures, cancellations and refunds of payments, as <c>check_action_status</c> lists them.</summary>
internal sealed class PayUActions(PayUApi api)
{
    /// <summary>Whether it is a <c>capture</c>, a <c>refund</c> or a <c>cancel</c>.</summary>
    public static bool IsKind(ActionDetails action, string kind) =>
        string.Equals(action.Action, kind, StringComparison.OrdinalIgnoreCase);

    /// <summary>The refunds in a list that were paid out and whose token is none of this engine's: they were made in
    /// PayU's dashboard, or by PayU. Null if there are none.</summary>
    /// <param name="actions">What is listed; null if it is not known.</param>
    /// <param name="payment">Our payment.</param>
    /// <param name="providerPayment">PayU's id of it.</param>
    public static ImmutableArray<ProviderRefund>? OtherRefunds(
        List<ActionDetails>? actions, PaymentId payment, string providerPayment)
    {
        var others = ImmutableArray.CreateBuilder<ProviderRefund>();
        foreach (var action in actions ?? [])
        {
            if (IsKind(action, "refund")
                && PayUReading.Outcome(action) is ProviderOutcome.Succeeded { ProviderReference: { } id } paidOut
                && !OwnRefunds.Has(payment, action.Token, PayUMapping.RefundToken))
            {
                others.Add(new ProviderRefund
                {
                    ProviderReference = id,
                    Amount = paidOut.Amount,
                    BankReference = paidOut.BankReference,
                    ProviderPayment = providerPayment,
                });
            }
        }

        return others.Count == 0 ? null : others.ToImmutable();
    }

    /// <summary>The captures, cancellations and refunds of a payment, or why they are not known.</summary>
    public async Task<(List<ActionDetails>? Actions, string? Problem)> FindAsync(
        string reference, string payment, ProviderCredentials credentials)
    {
        const string Unreadable = "the payment's actions are unreadable";
        var (response, problem) = await api.QueryAsync(
            "query.actions", reference, "check_action_status", [payment, "payuid"], credentials);
        if (response is null)
        {
            return (null, problem ?? Unreadable);
        }

        // The sentence replaces the list, or the message.
        if (!response.Details.TryGet(payment, out var listed) || listed.ValueKind != JsonValueKind.Object)
        {
            var sentence = listed.ValueKind == JsonValueKind.String ? listed.GetString() : response.Message;
            return response.Status == "0"
                && sentence?.Contains("No action status found", StringComparison.OrdinalIgnoreCase) == true
                ? ([], null)
                : (null, Unreadable);
        }

        var actions = new List<ActionDetails>();
        foreach (var one in listed.EnumerateObject())
        {
            if (one.Value.Part(PayUJson.Default.ActionDetails) is not { Action: not null } action
                || (action.PaymentId is { } id && id != payment))
            {
                return (null, Unreadable);
            }

            actions.Add(action);
        }

        return (actions, null);
    }
}
