using System.Buffers;
using System.Globalization;
using System.Text;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>
/// A payment's history as server-sent events (WHATWG HTML, section 9.2): first what happened, then what happens, until
/// nothing more does. An event's id is its version, so that a client which comes back with <c>Last-Event-ID</c> goes on
/// where it was.
/// </summary>
internal sealed class PaymentEventStream(PaymentWaits waits, TimeProvider time)
{
    private const string LastEventId = "Last-Event-ID";

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>Between looks at a payment that waits for its merchant: no attempt is under way whose end could be
    /// waited for.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task WriteAsync(HttpContext http, IPaymentGrain payment, string merchant)
    {
        var sent = ReadLastEventId(http);
        using var place = waits.EnterStream(merchant);
        var view = await payment.Get();
        if (view is null)
        {
            await Problem.WriteAsync(http, ErrorCode.PaymentNotFound);
            return;
        }

        if (PaymentsMapping.IsFinal(view) && sent >= view.Version)
        {
            // To a browser's EventSource this says: do not come back.
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        http.Response.ContentType = "text/event-stream";
        // Proxies that gather answers would keep events from arriving.
        http.Response.Headers["X-Accel-Buffering"] = "no";
        using var leaving = waits.Leaving(http);
        try
        {
            await http.Response.BodyWriter.FlushAsync(leaving.Token);
            await FollowAsync(http, payment, view, sent, leaving.Token);
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
            // The client left, or the process stops and the client comes back with its last id.
        }
    }

    private async Task FollowAsync(
        HttpContext http, IPaymentGrain payment, PaymentView view, int sent, CancellationToken leaving)
    {
        var wroteAt = time.GetTimestamp();
        while (true)
        {
            if (view.Version > sent)
            {
                foreach (var entry in await payment.Timeline(sent) ?? [])
                {
                    WriteEvent(http.Response.BodyWriter, PaymentsMapping.ToAnswer(entry));
                    sent = entry.Version;
                }

                await http.Response.BodyWriter.FlushAsync(leaving);
                wroteAt = time.GetTimestamp();
            }

            if (PaymentsMapping.IsFinal(view) && sent >= view.Version)
            {
                return;
            }

            var next = await payment.GetAfter(sent, Heartbeat).WaitAsync(leaving);
            if (next is null)
            {
                return;
            }

            view = next;
            if (view.Version <= sent)
            {
                await Task.Delay(Pause, time, leaving);
                if (time.GetElapsedTime(wroteAt) >= Heartbeat)
                {
                    http.Response.BodyWriter.Write(": still here\n\n"u8);
                    await http.Response.BodyWriter.FlushAsync(leaving);
                    wroteAt = time.GetTimestamp();
                }
            }
        }
    }

    private static void WriteEvent(System.IO.Pipelines.PipeWriter writer, TimelineEntryAnswer entry)
    {
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {entry.Version}\ndata: "), writer);
        writer.Write(Answer.Serialize(entry, GatewayJson.Default.TimelineEntryAnswer).Span);
        writer.Write("\n\n"u8);
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
                ErrorCode.InvalidField, $"{LastEventId} is the id of an event of this stream.", LastEventId);
    }
}
