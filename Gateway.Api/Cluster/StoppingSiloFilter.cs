using PaymentCluster.Grains.Abstractions.Logs;

namespace PaymentCluster.Gateway.Api.Cluster;

/// <summary>
/// Makes a grain call again that a silo rejected because it stops. Such a silo rejects what gateways sent before they
/// learnt of it, and says so; nothing of the call was executed. Any other failure is the caller's: the call may have
/// been executed.
/// </summary>
internal sealed partial class StoppingSiloFilter(TimeProvider time, ILogger<StoppingSiloFilter> logger)
    : IOutgoingGrainCallFilter
{
    // What the runtime's message center says in a rejection while it stops.
    private const string Stopping = "Silo stopping";

    // Until the gateway has left the silo, the call goes to it again: a moment, usually less than a second.
    internal const int MaxTries = 20;
    internal static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await context.Invoke();
                return;
            }
            catch (OrleansMessageRejectionException rejection) when (tries < MaxTries && IsOfStoppingSilo(rejection))
            {
                LogRejected(context.MethodName, tries);
                await Task.Delay(Pause, time);
            }
        }
    }

    // Derived exceptions are other cases: an unavailable silo may have executed the call before.
    private static bool IsOfStoppingSilo(OrleansMessageRejectionException rejection) =>
        rejection.GetType() == typeof(OrleansMessageRejectionException)
        && rejection.Message.StartsWith(Stopping, StringComparison.Ordinal);

    [LoggerMessage(
        LogEvents.CallRejected,
        LogLevel.Debug,
        "A silo that stops rejected {GrainMethod} (try {Tries}); it is called again")]
    private partial void LogRejected(string? grainMethod, int tries);
}
