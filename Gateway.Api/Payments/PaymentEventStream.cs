using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>
/// A payment's history as server-sent events (WHATWG HTML, section 9.2): first what happened, then what happens, until
/// the payment is final. An event's id is its version, so that a client that reconnects with <c>Last-Event-ID</c>
/// misses nothing.
/// </summary>
internal sealed class PaymentEventStream(LongPolling polling, PaymentWatch watch)
{
    private const string LastEventId = "Last-Event-ID";

    // A type of its own: a browser's EventSource ignores it unless a listener is registered for it.
    private static readonly SseItem<byte[]> Heartbeat = new([], "heartbeat");

    public async Task WriteAsync(HttpContext http, IPaymentGrain payment, Caller caller)
    {
        var sent = ReadLastEventId(http);
        using var place = polling.EnterStream(caller);
        var view = await payment.Get();
        if (view is null)
        {
            await Problem.WriteAsync(http, ErrorCode.PaymentNotFound);
            return;
        }

        if (view.IsArchived)
        {
            await Problem.WriteAsync(http, ErrorCode.PaymentArchived);
            return;
        }

        if (PaymentsMapping.IsFinal(view) && sent >= view.Version)
        {
            // Tells a browser's EventSource not to reconnect.
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        // Proxies that buffer responses would delay events.
        http.Response.Headers["X-Accel-Buffering"] = "no";
        using var disconnected = polling.UntilDisconnected(http);
        try
        {
            await TypedResults.ServerSentEvents(
                EventsAsync(payment, view, sent, caller.IsBrowser, disconnected.Token)).ExecuteAsync(http);
        }
        catch (OperationCanceledException) when (disconnected.IsCancellationRequested)
        {
            // The client left, or the process stops and the client reconnects with its last id.
        }
    }

    private async IAsyncEnumerable<SseItem<byte[]>> EventsAsync(
        IPaymentGrain payment,
        PaymentView view,
        int sent,
        bool isForPage,
        [EnumeratorCancellation] CancellationToken disconnected)
    {
        if (view.Version <= sent)
        {
            // Sends the response's headers, so that the client knows that it is connected.
            yield return Heartbeat;
        }

        await foreach (var entry in watch.FollowAsync(payment, sent, disconnected))
        {
            sent = entry?.Version ?? sent;
            yield return entry is null ? Heartbeat : EventOf(entry, isForPage);
            if (entry is null || IsLast(entry.Status))
            {
                view = await PaymentWatch.ReadAsync(payment, view, disconnected) ?? view;
                if (PaymentsMapping.IsFinal(view) && sent >= view.Version)
                {
                    yield break;
                }
            }
        }
    }

    // Whether nothing may come after it but refunds.
    private static bool IsLast(PaymentStatus status) =>
        status is PaymentStatus.Success or PaymentStatus.Failed or PaymentStatus.Cancelled or PaymentStatus.Expired;

    // What happened, its merchant's servers read; a page reads that something did.
    private static SseItem<byte[]> EventOf(TimelineEntry entry, bool isForPage)
    {
        var data = isForPage
            ? JsonResponse.Serialize(
                PaymentsMapping.ToPageResponse(entry), GatewayJson.Default.PageEventResponse)
            : JsonResponse.Serialize(
                PaymentsMapping.ToResponse(entry), GatewayJson.Default.TimelineEntryResponse);
        return new(data.ToArray()) { EventId = entry.Version.ToString(CultureInfo.InvariantCulture) };
    }

    private static int ReadLastEventId(HttpContext http)
    {
        var header = http.Request.Headers[LastEventId];
        if (header.Count == 0 || header is [""])
        {
            return 0;
        }

        return int.TryParse(header.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw new ProblemException(
                ErrorCode.InvalidField, $"{LastEventId} must be the id of an event of this stream.", LastEventId);
    }
}
