using PaymentCluster.Grains.Abstractions.Alarms;

namespace PaymentCluster.Grains.Journal;

/// <summary>Something about a payment that needs an operator.</summary>
/// <param name="Kind">What.</param>
/// <param name="Number">The attempt, the refund, or the unexpected money, within the payment.</param>
public readonly record struct PaymentAlarm(AlarmKind Kind, int Number);

/// <summary>An alarm that a commit raises.</summary>
/// <param name="Alarm">Which.</param>
/// <param name="At">When.</param>
/// <param name="Reason">Why, in one sentence.</param>
public sealed record RaisedAlarm(PaymentAlarm Alarm, DateTimeOffset At, string Reason);
