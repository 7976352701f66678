using System.Reflection;
using Orleans.Concurrency;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Architecture.Tests;

/// <summary>Stateless workers interleave: without it each takes as many calls at a time as the machine has cores, and
/// all others wait while those wait for the database.</summary>
public sealed class WorkerTests
{
    private static readonly Type[] Workers =
    [
        .. typeof(PaymentCommit).Assembly.GetTypes()
            .Where(type => type.IsDefined(typeof(StatelessWorkerAttribute), inherit: true)),
    ];

    [Fact]
    public void There_are_stateless_workers() => Assert.NotEmpty(Workers);

    [Fact]
    public void A_stateless_worker_is_reentrant() =>
        Violations.None(
            from worker in Workers
            where !worker.IsDefined(typeof(ReentrantAttribute), inherit: true)
            select $"{worker} takes one call at a time and waits for I/O");

    [Fact]
    public void A_stateless_worker_keeps_nothing_between_calls() =>
        Violations.None(
            from worker in Workers
            from field in worker.GetFields(
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            where !field.IsInitOnly && !IsConstructorParameter(field)
            select $"{worker} keeps {field.Name}");

    // The compiler's name for a captured parameter of a primary constructor; that they are not assigned is an
    // analyser's business.
    private static bool IsConstructorParameter(FieldInfo field) =>
        field.Name.StartsWith('<') && field.Name.EndsWith(">P", StringComparison.Ordinal);
}
