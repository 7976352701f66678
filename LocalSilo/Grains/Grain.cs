using Orleans.Local;
using Orleans.Runtime;

namespace Orleans;

/// <summary>What the runtime needs of a grain.</summary>
public interface IGrainBase
{
    /// <summary>The activation that this object is the state and behaviour of.</summary>
    IGrainContext GrainContext { get; }

    /// <summary>Runs before the first call. If it throws, the calls that wait fail with its exception.</summary>
    Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Runs after the last call, unless the process dies.</summary>
    Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>The base of every grain. Its methods run one turn at a time.</summary>
public abstract class Grain : IGrainBase, IAddressable
{
    private readonly Activation _activation;

    /// <summary>Takes the activation that is being created on this thread.</summary>
    /// <exception cref="InvalidOperationException">The runtime does not create this object.</exception>
    protected Grain() => _activation = Activation.UnderConstruction
        ?? throw new InvalidOperationException($"{GetType()} was created outside of the silo.");

    /// <inheritdoc/>
    public IGrainContext GrainContext => _activation;

    /// <summary>The grain's kind and key, for logs.</summary>
    public string IdentityString => _activation.GrainId.ToString();

    /// <summary>Hands out references to other grains, within the grain's own turns.</summary>
    /// <exception cref="InvalidOperationException">The code runs elsewhere, in <c>Task.Run</c> say: inject an
    /// <see cref="IGrainFactory"/> for that.</exception>
    protected IGrainFactory GrainFactory
    {
        get
        {
            _activation.RequireTurn();
            return _activation.Silo;
        }
    }

    /// <summary>The services of this activation.</summary>
    protected internal IServiceProvider ServiceProvider => _activation.ActivationServices;

    /// <inheritdoc/>
    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    /// <summary>Deactivates the grain once its current calls are done; later calls go to a fresh activation.</summary>
    protected void DeactivateOnIdle() => GrainBaseExtensions.DeactivateOnIdle(this);

    /// <summary>Keeps an idle activation for at least this long; nothing or less takes an earlier wish back.</summary>
    protected void DelayDeactivation(TimeSpan timeSpan) => _activation.DelayDeactivation(timeSpan);
}

/// <summary>Why a grain deactivates.</summary>
public enum DeactivationReasonCode : byte
{
    /// <summary>Not said.</summary>
    None = 0,

    /// <summary>The silo stops.</summary>
    ShuttingDown = 1,

    /// <summary>It could not activate.</summary>
    ActivationFailed = 2,

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
    /// <summary>A reason without an exception.</summary>
    public DeactivationReason(DeactivationReasonCode code, string text) : this(code, null, text)
    {
    }

    /// <summary>A reason with the exception that led to it.</summary>
    public DeactivationReason(DeactivationReasonCode code, Exception? exception, string text)
    {
        ReasonCode = code;
        Exception = exception;
        Description = text;
    }

    /// <summary>The kind of reason.</summary>
    public DeactivationReasonCode ReasonCode { get; }

    /// <summary>The reason in words.</summary>
    public string Description { get; }

    /// <summary>The exception that led to it, if any.</summary>
    public Exception? Exception { get; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{ReasonCode}: {Description}{(Exception is null ? "" : $". Exception: {Exception}")}";
}
