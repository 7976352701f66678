using System.Runtime.CompilerServices;

namespace PaymentCluster.Simulation.Tests.Schedule;

/// <summary>What a process waits for between two steps: some time, nothing at all, or (if it was killed) for
/// ever.</summary>
internal readonly struct Pause(World world, Life life, TimeSpan time) : ICriticalNotifyCompletion
{
    public bool IsCompleted => time == TimeSpan.Zero && !life.IsOver;

    public Pause GetAwaiter() => this;

    public void GetResult()
    {
        // Nothing comes of waiting.
    }

    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation) => world.After(time, life, continuation);
}
