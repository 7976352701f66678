namespace Orleans.Runtime;

/// <summary>An activation: one grain in memory.</summary>
public interface IGrainContext
{
    /// <summary>The grain's id.</summary>
    GrainId GrainId { get; }

    /// <summary>The grain object; null until it is constructed.</summary>
    object? GrainInstance { get; }

    /// <summary>The services of this activation; they are disposed with it.</summary>
    IServiceProvider ActivationServices { get; }

    /// <summary>Completes when the activation has gone.</summary>
    Task Deactivated { get; }

    /// <summary>Lets the current calls end and the activation go.</summary>
    void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
}
