using Orleans.Local;
using Orleans.Runtime;

namespace Orleans;

/// <summary>The base of every grain. Its methods run one turn at a time.</summary>
public abstract class Grain : IAddressable
{
    /// <summary>Takes the activation that creates it.</summary>
    /// <exception cref="InvalidOperationException">The runtime does not create this object.</exception>
    protected Grain() => Activation = TaskScheduler.Current as Activation
        ?? throw new InvalidOperationException($"{GetType()} was created outside of the silo.");

    internal Activation Activation { get; }

    /// <summary>Hands out references to other grains, within the grain's own turns.</summary>
    /// <exception cref="InvalidOperationException">The code runs elsewhere, in <c>Task.Run</c> say: inject an
    /// <see cref="IGrainFactory"/> for that.</exception>
    protected IGrainFactory GrainFactory
    {
        get
        {
            Activation.RequireTurn();
            return Activation.Silo;
        }
    }

    /// <summary>Runs before the first call. If it throws, the calls that wait fail with its exception.</summary>
    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Runs after the last call, unless the process dies.</summary>
    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    /// <summary>Deactivates the grain once its current calls are done; later calls go to a fresh activation.</summary>
    protected void DeactivateOnIdle() =>
        Activation.Deactivate(DeactivationReasonCode.ApplicationRequested, $"{nameof(DeactivateOnIdle)} was called.");

    /// <summary>Keeps an idle activation for at least this long; nothing or less takes an earlier wish back.</summary>
    protected void DelayDeactivation(TimeSpan timeSpan) => Activation.DelayDeactivation(timeSpan);
}

/// <summary>Why a grain deactivates.</summary>
public enum DeactivationReasonCode : byte
{
    /// <summary>Not said.</summary>
    None = 0,

    /// <summary>The silo stops.</summary>
    ShuttingDown = 1,

    /// <summary>It had nothing to do for the collection age.</summary>
    ActivationIdle = 4,

    /// <summary>Its code failed in a way that makes its state doubtful.</summary>
    ApplicationError = 8,

    /// <summary>It asked for it.</summary>
    ApplicationRequested = 9,
}

/// <summary>Why a grain deactivates, in words too.</summary>
public readonly struct DeactivationReason
{
    internal DeactivationReason(DeactivationReasonCode code, string text) => (ReasonCode, Description) = (code, text);

    /// <summary>The kind of reason.</summary>
    public DeactivationReasonCode ReasonCode { get; }

    /// <summary>The reason in words.</summary>
    public string Description { get; }
}
