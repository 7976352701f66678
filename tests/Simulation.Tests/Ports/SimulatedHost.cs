using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Payments.Process;
using PaymentCluster.Simulation.Tests.Cluster;
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Ports;

/// <summary>Runs work in the background of a silo, as a strand of its own.</summary>
internal sealed class SimulatedHost(World world, SimulatedSilo silo) : IOperationHost
{
    /// <inheritdoc/>
    public void Run(Func<Task> work) => world.Begin(silo.Life, async () =>
    {
        await silo.Reach("begins what it committed to");
        await work();
    });

    /// <inheritdoc/>
    public async Task DelayAsync(TimeSpan pause) => await silo.Wait(pause);
}

/// <summary>A log without readers; but an exception in it that no port throws is a bug, and ends the run.</summary>
internal sealed class SimulatedLog<T>(World world) : ILogger<T>
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (exception is not null and not TimeoutException and not JournalUnavailableException
            and not InstrumentsUnavailableException)
        {
            world.Fail(exception);
        }
    }
}
