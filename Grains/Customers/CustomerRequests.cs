using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Idempotency;

namespace PaymentCluster.Grains.Customers;

/// <summary>The rules of requests that clients named: repeating one changes nothing. It is remembered in the commit of
/// its effect, which for a call to the vault or a provider is that of its report; until then a repeated request waits
/// for the same report. What a crash interrupts is not remembered, and is done again.</summary>
internal static class CustomerRequests
{
    /// <summary>Decides a request, unless it took effect earlier or is running. One that is accepted is remembered,
    /// also where it changes nothing else: its key must not mean something else later.</summary>
    /// <param name="customer">The document.</param>
    /// <param name="request">The client's name for the request; null if it gave none.</param>
    /// <param name="context">The context.</param>
    /// <param name="deletes">Whether it deletes, and a repeated one completes what is pending.</param>
    /// <param name="decide">Decides it.</param>
    public static CustomerDecision Once(
        CustomerDocument? customer,
        RequestKey? request,
        CustomerContext context,
        bool deletes,
        Func<CustomerDecision> decide)
    {
        if (request is null)
        {
            return decide();
        }

        if (Find(customer, request, context.Now) is { } earlier)
        {
            return earlier.Fingerprint != request.Fingerprint
                ? CustomerDecision.Refuse(customer, RememberedRequests.Reused)
                : new CustomerDecision
                {
                    Document = customer,
                    Replayed = true,
                    Subject = earlier.Subject,
                    Operations = deletes && customer is not null ? CustomerDecider.Deletions(customer, context) : [],
                };
        }

        if (context.RunningRequest(request.Key) is { } running)
        {
            return running == request
                ? CustomerDecision.Store(customer) with { Replayed = true, Joins = running }
                : CustomerDecision.Refuse(customer, RememberedRequests.Reused);
        }

        var decision = decide();
        return decision.Operations.Any(operation => operation.Request is not null)
            ? decision
            : Note(decision, request, context);
    }

    /// <summary>With the request that an operation was the effect of, if it is done. One that had no use any more did
    /// nothing, and is decided again where it is repeated.</summary>
    public static CustomerDecision Reported(
        OperationReport report, CustomerContext context, CustomerDecision decision) =>
        report is { Operation.Request: { } request, Outcome: not OperationOutcome.Superseded }
            && decision.Operations.All(successor => successor.Id != report.Operation.Id)
            ? Note(decision, request, context)
            : decision;

    /// <summary>The request that took effect under the same key; null if none is remembered.</summary>
    public static StoredRequest? Find(CustomerDocument? customer, RequestKey? request, DateTimeOffset now) =>
        customer is null || request is null ? null : RememberedRequests.Find(customer.Requests, request, now);

    private static CustomerDecision Note(CustomerDecision decision, RequestKey request, CustomerContext context) =>
        decision.Refusal is not null || decision.Document is not { } next
            ? decision
            : decision with
            {
                Document = next with
                {
                    Requests = RememberedRequests.Add(next.Requests, request, decision.Subject, context.Now),
                },
            };
}
