using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Grains.Abstractions.Providers;
using static PaymentCluster.Connectors.Contract.Outcomes;

namespace PaymentCluster.Connectors.AmazonPay;

// Checkout sessions after the buyer was sent to them: …/amazon-pay-api-v2/checkout-session.html.
public sealed partial class AmazonPayConnector
{
    /// <summary>What became of a session; if the buyer may have placed the order and the payment waits for it, the
    /// session is completed first.</summary>
    private async Task<ProviderOutcome> QuerySessionAsync(AmazonPayAccount account, ChargeQuery query, string id)
    {
        if (!AmazonPayMapping.IsId(id))
        {
            return Unknown("the session's id is malformed");
        }

        var reference = query.Attempt.ToString();
        var completed = await CompleteSessionAsync(
            account, "charge.complete", reference, id, AmazonPayMapping.ToAmount(query.Amount), query.Completion);
        return completed switch
        {
            { IsMissing: true } => new ProviderOutcome.NotFound { ProviderOrder = id },
            { Value: { } session } => await OfSessionAsync(account, reference, session, id),
            _ => Unknown(completed.Problem!, id),
        };
    }

    /// <summary>A session's current state; if the buyer may be done with it and there is a window, it is completed
    /// first.</summary>
    private async Task<AmazonPayResponse<SessionEntity>> CompleteSessionAsync(
        AmazonPayAccount account, string operation, string reference, string id, Amount? amount, SendWindow? window)
    {
        var session = await ReadSessionAsync(account, reference, id);
        if (window is null || session.Value is not { StatusDetails.State: "Open", Constraints: null or { Count: 0 } })
        {
            return session;
        }

        var reply = await _api.ActAsync(
            account,
            new AmazonPayCall(operation, reference, HttpMethod.Post, $"checkoutSessions/{id}/complete", window),
            new CompleteSession { ChargeAmount = amount },
            AmazonPayJson.Default.CompleteSession);
        return reply switch
        {
            // It is still open; the next status query can complete it.
            ProviderReply.NotSent => session,
            ProviderReply.Responded { IsSuccess: true } response =>
                AmazonPayApi.TryRead(response, AmazonPayJson.Default.SessionEntity, out var completed)
                    && completed.CheckoutSessionId == id
                    ? new AmazonPayResponse<SessionEntity>(completed, null)
                    : new AmazonPayResponse<SessionEntity>(null, "the completed session is unreadable"),
            ProviderReply.Unknown unknown =>
                new AmazonPayResponse<SessionEntity>(null, $"completion: {unknown.Reason}"),
            // The buyer is not done, has left, or another query was faster: the session itself says which.
            _ when AmazonPayApi.ReasonOf(reply) is not null => await ReadSessionAsync(account, reference, id),
            _ => new AmazonPayResponse<SessionEntity>(null, "the completion got a response from something in between"),
        };
    }

    private async Task<AmazonPayResponse<SessionEntity>> ReadSessionAsync(
        AmazonPayAccount account, string reference, string id)
    {
        var response = await _api.QueryAsync(
            account, "query.session", reference, $"checkoutSessions/{id}", AmazonPayJson.Default.SessionEntity);
        return response.Value is not { StatusDetails.State.Length: > 0 } session || session.CheckoutSessionId != id
            ? new AmazonPayResponse<SessionEntity>(
                null, response.Problem ?? "the session is unreadable")
            { IsMissing = response.IsMissing }
            : response;
    }

    private async Task<ProviderOutcome> OfSessionAsync(
        AmazonPayAccount account,
        string reference,
        SessionEntity session,
        string id) => session.StatusDetails?.State switch
        {
            "Completed" when session.ChargeId is { } charge => await QueryChargeAsync(account, reference, charge, id),
            "Completed" => Unknown("the completed session names no charge", id),
            "Canceled" => Declined(
                AmazonPayFailures.Of(
                    session.StatusDetails.ReasonCode, FailureCodes.Declined, FailureParty.Customer)) with
            {
                ProviderOrder = id,
            },
            null => Unknown("the session is unreadable", id),
            // Open, and anything that Amazon may add: it is queried again.
            _ => new ProviderOutcome.Pending { ProviderOrder = id },
        };
}
