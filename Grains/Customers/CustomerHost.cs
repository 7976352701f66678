using Orleans.Storage;
using PaymentCluster.Grains.Faults;

namespace PaymentCluster.Grains.Customers;

/// <summary>A customer's process in a grain.</summary>
/// <param name="grain">The grain.</param>
/// <param name="state">Its stored document.</param>
internal sealed class CustomerHost(IGrainBase grain, IPersistentState<CustomerDocument> state) : ICustomerHost
{
    /// <inheritdoc/>
    public CustomerDocument? Document { get; private set; } = state.RecordExists ? state.State : null;

    /// <inheritdoc/>
    public async Task WriteAsync(CustomerDocument next)
    {
        state.State = next;
        FaultPoint.Reach(FaultPoint.BeforeDocument);
        try
        {
            await state.WriteStateAsync();
        }
        catch (InconsistentStateException exception)
        {
            // A second activation was faster.
            throw new TimeoutException("The customer was changed by another activation; try again.", exception);
        }

        Document = next;
        FaultPoint.Reach(FaultPoint.AfterDocument);
    }

    /// <inheritdoc/>
    public void Deactivate() => grain.DeactivateOnIdle();

    /// <inheritdoc/>
    public void RunAfter(TimeSpan delay, Func<Task> action)
    {
        IGrainTimer? timer = null;
        timer = grain.RegisterGrainTimer(
            _ =>
            {
                timer?.Dispose();
                return action();
            },
            new GrainTimerCreationOptions(delay, Timeout.InfiniteTimeSpan) { Interleave = true, KeepAlive = true });
    }
}
