namespace PaymentCluster.Simulators;

/// <summary>The ids of the simulators' log events, 9000 to 9099. The simulators share no code with the product; the ids
/// are unique across processes.</summary>
internal static class SimulatorLogEvents
{
    /// <summary>A request that a fault dial delays failed after its caller had gone.</summary>
    public const int LateCallFailed = 9000;
}
