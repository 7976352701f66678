namespace PaymentCluster.Simulation.Tests.Checks;

/// <summary>The engine broke a promise.</summary>
/// <param name="invariant">Which: the number in docs/testing.md.</param>
/// <param name="promise">What was promised.</param>
/// <param name="cause">The exception that showed it, if one did.</param>
internal sealed class BrokenInvariantException(string invariant, string promise, Exception? cause = null)
    : Exception($"{invariant}: {promise}{(cause is null ? "" : $" ({cause.GetType().Name}: {cause.Message})")}", cause)
{
    /// <summary>Which one.</summary>
    public string Invariant { get; } = invariant;
}
