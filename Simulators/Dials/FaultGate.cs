using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Dials;

/// <summary>A provider's responses for its failure and for an exceeded rate limit.</summary>
internal sealed record FaultResponses(SimulatedResponse ServerError, SimulatedResponse RateLimited);

/// <summary>Applies the dials' faults between a call and its processing.</summary>
internal sealed partial class FaultGate(TimeProvider time, CallCounts calls, ILogger<FaultGate> logger)
{
    private static readonly SimulatedResponse Nonsense = new(
        200, "<html><body>502 Bad Gateway</body></html>"u8.ToArray())
    {
        ContentType = "text/html",
    };

    /// <summary>
    /// Serves one call. <paramref name="process"/> must not depend on the connection: it may run long after that has
    /// gone, and it runs to its end whatever the caller does.
    /// </summary>
    public async Task ServeAsync(
        HttpContext context,
        DialBoard board,
        DialOperation operation,
        FaultResponses responses,
        Func<Task<SimulatedResponse>> process,
        string account = "")
    {
        calls.Add(board.Provider, account, operation);
        var settings = board.Settings;
        if (settings.Latency > TimeSpan.Zero && board.Covers(operation))
        {
            await Task.Delay(settings.Latency, time, CancellationToken.None);
        }

        switch (board.FaultOf(operation))
        {
            case null:
                await (await process()).SendAsync(context);
                break;
            case DialRate.RateLimited:
                await responses.RateLimited.SendAsync(context);
                break;
            case DialRate.ServerError:
                await responses.ServerError.SendAsync(context);
                break;
            case DialRate.Reset:
                context.Abort();
                break;
            case DialRate.TimeoutThenCharge:
                _ = ProcessLateAsync(settings.Late, process);
                await HoldAsync(context, settings.Hold);
                break;
            case DialRate.ResetAfter:
                await process();
                context.Abort();
                break;
            case DialRate.ChargeThenTimeout:
                await process();
                await HoldAsync(context, settings.Hold);
                break;
            case DialRate.ServerErrorAfter:
                await process();
                await responses.ServerError.SendAsync(context);
                break;
            case DialRate.Truncated:
                await SendHalfAsync(context, await process());
                break;
            default:
                await process();
                await Nonsense.SendAsync(context);
                break;
        }
    }

    private static async Task SendHalfAsync(HttpContext context, SimulatedResponse response)
    {
        context.Response.StatusCode = response.Status;
        context.Response.ContentType = response.ContentType;
        context.Response.ContentLength = response.Body.Length;
        await context.Response.BodyWriter.WriteAsync(
            response.Body[..(response.Body.Length / 2)], context.RequestAborted);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        context.Abort();
    }

    private async Task HoldAsync(HttpContext context, TimeSpan hold)
    {
        try
        {
            await Task.Delay(hold, time, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        context.Abort();
    }

    private async Task ProcessLateAsync(TimeSpan late, Func<Task<SimulatedResponse>> process)
    {
        try
        {
            await Task.Delay(late, time);
            await process();
        }
        catch (Exception error)
        {
            LogLateCallFailed(error);
        }
    }

    [LoggerMessage(SimulatorLogEvents.LateCallFailed, LogLevel.Error, "A delayed request failed")]
    private partial void LogLateCallFailed(Exception error);
}
