using System.Diagnostics.CodeAnalysis;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Payments.Process;
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Cluster;

/// <summary>Where one payment's process is in a silo's memory, with what Orleans promises of an activation: commands
/// one at a time, reads between their steps, and no call any more once it leaves.</summary>
internal sealed class HostedPayment : IPaymentActivation
{
    private readonly World _world;
    private readonly SimulatedSilo _silo;
    private readonly Queue<TaskCompletionSource> _waiting = [];
    private bool _isBusy;
    private bool _isLeaving;
    private int _reads;

    /// <summary>A payment that is not loaded yet.</summary>
    public HostedPayment(World world, SimulatedSilo silo, PaymentKey key)
    {
        (_world, _silo) = (world, silo);
        Process = new PaymentProcess(key, silo.Services, this);
        silo.Services.Active.Increment();
    }

    /// <summary>The product's process.</summary>
    public PaymentProcess Process { get; }

    /// <summary>Whether it has left: calls go to a new one.</summary>
    public bool IsGone { get; private set; }

    /// <inheritdoc/>
    public void Deactivate()
    {
        _isLeaving = true;
        LeaveIfIdle();
    }

    /// <inheritdoc/>
    /// <remarks>It may have left by the time that the report arrives: then two of this payment are at work.</remarks>
    public bool TryRecord(RecordOutcome report, [NotNullWhen(true)] out Task<bool>? recorded)
    {
        recorded = IsGone || _world.Choices.Pick(true, false) ? null : RecordAsync(report);
        return recorded is not null;
    }

    /// <summary>Waits for the turn of a call. False: this one has left in the meantime.</summary>
    public async ValueTask<bool> TryEnterAsync(bool interleaves)
    {
        while (_isLeaving || (!interleaves && _isBusy))
        {
            if (IsGone)
            {
                return false;
            }

            var turn = new TaskCompletionSource();
            _waiting.Enqueue(turn);
            await turn.Task;
        }

        _isBusy |= !interleaves;
        _reads += interleaves ? 1 : 0;
        return true;
    }

    /// <summary>The call has ended.</summary>
    public void Leave(bool interleaves)
    {
        _isBusy &= interleaves;
        _reads -= interleaves ? 1 : 0;
        LeaveIfIdle();
        while (!_isBusy && _waiting.TryDequeue(out var next))
        {
            _world.After(TimeSpan.Zero, _silo.Life, next.SetResult);
        }
    }

    private async Task<bool> RecordAsync(RecordOutcome report)
    {
        _world.Tell(
            _silo.Name, $"{report.Source} about {report.Operation}: {report.Outcome.GetType().Name}, from here");
        await _silo.Reach("takes the outcome back");
        return await Process.RecordAsync(report);
    }

    private void LeaveIfIdle()
    {
        if (_isLeaving && !_isBusy && _reads == 0 && !IsGone)
        {
            IsGone = true;
            _silo.Services.Active.Decrement();
        }
    }
}
