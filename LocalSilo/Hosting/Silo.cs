using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Calls;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Local;

/// <summary>The one silo of this process: knows the grain classes, hands out references, and lets idle grains
/// leave.</summary>
internal sealed class Silo(IServiceProvider services, IOptions<SiloMessagingOptions> messaging,
    IOptions<GrainCollectionOptions> collection, ILoggerFactory logs) : IClusterClient, IHostedService, IDisposable
{
    private readonly ConcurrentDictionary<Type, GrainInterface> _interfaces = new();
    private readonly Lock _gate = new();
    private GrainClass[]? _classes;
    private ITimer? _collector;
    private volatile bool _accepts;

    public IServiceProvider Services { get; } = services;

    public ILogger Logger { get; } = logs.CreateLogger("Orleans.LocalSilo");

    /// <summary>Drives timers and collection. Calls time out by the machine's own clock, as Orleans' do.</summary>
    public TimeProvider Clock { get; } = services.GetRequiredService<TimeProvider>();

    /// <summary>The time since some moment, by the clock.</summary>
    public TimeSpan Now => Clock.GetElapsedTime(0);

    public TimeSpan ResponseTimeout { get; } = messaging.Value.ResponseTimeout;

    /// <summary>The calls that somebody waits for.</summary>
    public WaitingCalls Waiting { get; } = new(messaging.Value.ResponseTimeout);

    public IIncomingGrainCallFilter[] Filters { get; private set; } = [];

    /// <exception cref="SiloUnavailableException">The silo has not started, or stops.</exception>
    public void RequireAccepting()
    {
        if (!_accepts)
            throw new SiloUnavailableException("The silo does not run (yet, or any more), and activates no grain.");
    }

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey)
        where TGrainInterface : IGrainWithStringKey =>
        (TGrainInterface)(object)Reference(typeof(TGrainInterface), primaryKey);

    public GrainReference Reference(Type grainInterface, string key)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        return _interfaces.GetOrAdd(grainInterface, Find).Reference(key);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Filters = [.. Services.GetServices<IIncomingGrainCallFilter>()];
        var quantum = collection.Value.CollectionQuantum;
        _collector = Clock.CreateTimer(_ => Collect(), null, quantum, quantum);
        _accepts = true;
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _collector?.Dispose();
        _accepts = false;
        var leaving = Activations();
        foreach (var activation in leaving)
            activation.Deactivate(DeactivationReasonCode.ShuttingDown, "The silo stops.");
        try
        {
            await Task.WhenAll(leaving.Select(activation => activation.Deactivated)).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            var left = leaving.Count(activation => !activation.Deactivated.IsCompleted);
            LocalSiloLog.StoppedEarly(Logger, left);
        }
    }

    public void Dispose()
    {
        _collector?.Dispose();
        Waiting.Dispose();
    }

    private void Collect()
    {
        foreach (var activation in Activations())
            activation.DeactivateIfIdle(collection.Value.CollectionAge);
    }

    private Activation[] Activations() => [.. _classes?.SelectMany(one => one.Activations) ?? []];

    private GrainInterface Find(Type grainInterface)
    {
        lock (_gate)
            _classes ??= [.. FindGrainTypes().Select(type => new GrainClass(this, type))];
        var found = _classes.Where(one => grainInterface.IsAssignableFrom(one.Type)).ToList();
        return found.Count == 1
            ? new GrainInterface(grainInterface, found[0])
            : throw new ArgumentException(
                $"{grainInterface} is implemented by {found.Count} grain classes.", nameof(grainInterface));
    }

    private static IEnumerable<Type> FindGrainTypes()
    {
        var own = typeof(Grain).Assembly.GetName().Name;
        return AppDomain.CurrentDomain.GetAssemblies()
            .Where(assembly => !assembly.IsDynamic && assembly.GetReferencedAssemblies().Any(name => name.Name == own))
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => !type.IsAbstract && typeof(Grain).IsAssignableFrom(type));
    }
}

internal static partial class LocalSiloLog
{
    [LoggerMessage(1, LogLevel.Error, "{Grain} could not activate")]
    public static partial void ActivationFailed(ILogger logger, Exception exception, GrainId grain);

    [LoggerMessage(2, LogLevel.Error, "{Grain} failed while it deactivated, and went nevertheless")]
    public static partial void DeactivationFailed(ILogger logger, Exception exception, GrainId grain);

    [LoggerMessage(3, LogLevel.Warning, "The one-way call {Method} to {Grain} failed")]
    public static partial void OneWayFailed(ILogger logger, Exception exception, string method, GrainId grain);

    [LoggerMessage(4, LogLevel.Warning, "A timer of {Grain} failed; it goes on")]
    public static partial void TimerFailed(ILogger logger, Exception exception, GrainId grain);

    [LoggerMessage(5, LogLevel.Warning, "The silo stopped while {Count} activations still worked")]
    public static partial void StoppedEarly(ILogger logger, int count);
}
