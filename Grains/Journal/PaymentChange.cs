using PaymentCluster.Grains.Abstractions.Audit;

namespace PaymentCluster.Grains.Journal;

/// <summary>A change of a payment that its merchant's audit trail has to name, written with its commit.</summary>
/// <param name="Action">What it is.</param>
/// <param name="At">When.</param>
/// <param name="By">Who.</param>
/// <param name="Detail">More about it.</param>
public sealed record PaymentChange(AuditAction Action, DateTimeOffset At, Actor By, string? Detail);
