using System.Diagnostics;
using PaymentCluster.Testing;

namespace PaymentCluster.Hosting.Tests;

[Collection(nameof(ObservedSystem))]
public sealed class TraceTests(ObservedSystem system)
{
    [Fact]
    public async Task One_trace_runs_from_the_request_through_the_commits_and_the_providers_call_to_the_webhook()
    {
        var payment = await system.PayAsync(
            new { order_id = "order_traced", amount = 100, currency = "INR", method = "upi" });
        var id = payment.GetProperty("id").GetString()!;
        await Eventually.HoldsAsync(async () => await system.StatusAsync(id) == "SUCCESS", "the payment succeeds");

        IReadOnlyList<Activity> trace = [];
        await Eventually.HoldsAsync(
            () =>
            {
                trace = TraceOf(id);
                return Task.FromResult(
                    trace.Count(span => span.OperationName == "journal.commit") >= 3
                    && trace.Any(span => span.Source.Name == "Microsoft.AspNetCore"));
            },
            () => $"the payment's spans are one trace:\n{Describe(trace)}");

        var request = Assert.Single(trace, span => span.Source.Name == "Microsoft.AspNetCore" && span.Parent is null);
        Assert.Contains(
            trace, span => span.Source.Name == "Microsoft.Orleans.Application" && span.Kind == ActivityKind.Server);
        Assert.Contains(trace, span => span.Source.Name == "PaymentCluster.Connectors");
        // A webhook has a trace of its own, which the span of its report links to. On a slow machine reports of status
        // queries, whose traces have no request, may come before it.
        await Eventually.HoldsAsync(
            () => TraceOf(id)
                .Where(span => span.OperationName == "payment.report")
                .SelectMany(span => span.Links)
                .Any(link => system.Spans.Any(span =>
                    span.TraceId == link.Context.TraceId && span.Source.Name == "Microsoft.AspNetCore")),
            "the webhook's report is linked to its request");
        await Eventually.HoldsAsync(
            () =>
            {
                trace = TraceOf(id);
                return Task.FromResult(trace.All(span =>
                    span.SpanId == request.SpanId || trace.Any(parent => parent.SpanId == span.ParentSpanId)));
            },
            () => $"every span but the request's has its parent in the trace:\n{Describe(trace)}");
    }

    // The trace of the commit that created the payment.
    private IReadOnlyList<Activity> TraceOf(string payment)
    {
        var spans = system.Spans;
        var first = spans.FirstOrDefault(span =>
            span.OperationName == "journal.commit" && payment.Equals(span.GetTagItem("payment.id"))
            && span.GetTagItem("payment.version") is 2);
        return first is null ? [] : [.. spans.Where(span => span.TraceId == first.TraceId)];
    }

    private static string Describe(IReadOnlyList<Activity> spans) =>
        string.Join(
            '\n', spans.Select(span => $"{span.SpanId} of {span.ParentSpanId}: {span.Source.Name} {span.DisplayName}"));
}
