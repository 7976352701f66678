using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Calls;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Serialization;

namespace Orleans.Local;

/// <summary>What must be ready before the silo takes calls.</summary>
internal interface ISiloStartup
{
    Task StartAsync(CancellationToken token);
}

/// <summary>The one silo of this process: knows the grain classes, hands out references, and watches over calls that take too
/// long and grains that have nothing to do.</summary>
internal sealed class Silo(IServiceProvider services, IOptions<SiloMessagingOptions> messaging,
    IOptions<GrainCollectionOptions> collection, ILoggerFactory logs) : IClusterClient, IHostedService, IDisposable
{
    private readonly ConcurrentDictionary<Type, GrainInterface> _interfaces = new();
    private readonly Lock _gate = new();
    private ILookup<Type, GrainClass>? _classes;
    private ITimer? _expiry;
    private ITimer? _collector;
    private volatile bool _isRunning;
    private volatile bool _accepts;

    public IServiceProvider Services { get; } = services;

    IServiceProvider IClusterClient.ServiceProvider => Services;

    public ILogger Logger { get; } = logs.CreateLogger("Orleans.LocalSilo");

    /// <summary>Drives timers and collection. Deadlines of calls run on the machine's own clock, as Orleans' do.</summary>
    public TimeProvider Clock { get; } = services.GetRequiredService<TimeProvider>();

    public GrainCollectionOptions Collection { get; } = collection.Value;

    public CallTimeouts Timeouts { get; } = new();

    public long ResponseTimeoutMilliseconds { get; } = (long)messaging.Value.ResponseTimeout.TotalMilliseconds;

    public IReadOnlyList<IIncomingGrainCallFilter> Filters { get; private set; } = [];

    /// <exception cref="SiloUnavailableException">The silo has not started, or stops.</exception>
    public void RequireAccepting()
    {
        if (!_accepts)
            throw new SiloUnavailableException("The silo does not run (yet, or any more), and activates no grain.");
    }

    /// <exception cref="SiloUnavailableException">The silo has not started, or has stopped.</exception>
    public void RequireRunning()
    {
        if (!_isRunning)
            throw new SiloUnavailableException("The silo does not run (yet, or any more), and takes no calls.");
    }

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        if (grainClassNamePrefix is not null)
            throw new NotSupportedException("The local flavour chooses a grain's class by its interface alone.");
        return (TGrainInterface)Reference(typeof(TGrainInterface), primaryKey);
    }

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) =>
        (IGrain)Reference(grainInterfaceType, grainPrimaryKey);

    public IAddressable Reference(Type grainInterface, string key)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        return (_interfaces.TryGetValue(grainInterface, out var known)
            ? known
            : _interfaces.GetOrAdd(grainInterface, Find)).Reference(key);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (Services.GetService<IHostEnvironment>()?.IsDevelopment() == true)
            RequireSerializers();
        Filters = [.. Services.GetServices<IIncomingGrainCallFilter>()];
        foreach (var startup in Services.GetServices<ISiloStartup>())
            await startup.StartAsync(cancellationToken);

        var timeout = TimeSpan.FromMilliseconds(ResponseTimeoutMilliseconds);
        var period = TimeSpan.FromMilliseconds(Math.Clamp(timeout.TotalMilliseconds / 4, 10, 1000));
        _expiry = TimeProvider.System.CreateTimer(
            _ => Timeouts.Fail(Environment.TickCount64, call => new TimeoutException(
                $"Response did not arrive on time in {timeout} for a call to {call.Target.GrainId}.")), null, period, period);
        _collector = Clock.CreateTimer(_ => Collect(), null, Collection.CollectionQuantum, Collection.CollectionQuantum);
        _isRunning = _accepts = true;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!_isRunning)
            return;
        _collector?.Dispose();
        _accepts = false;
        var leaving = Activations().ToArray();
        foreach (var activation in leaving)
            activation.Deactivate(new(DeactivationReasonCode.ShuttingDown, "The silo stops."), cancellationToken);
        try
        {
            await Task.WhenAll(leaving.Select(activation => activation.Deactivated)).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            var left = Activations().Count();
            LocalSiloLog.StoppedEarly(Logger, left);
        }

        _isRunning = false;
        _expiry?.Dispose();
        Timeouts.Fail(long.MaxValue,
            call => new SiloUnavailableException($"The silo stopped before {call.Target.GrainId} answered."));
    }

    public void Dispose()
    {
        _expiry?.Dispose();
        _collector?.Dispose();
    }

    private IEnumerable<Activation> Activations() =>
        _classes?.SelectMany(group => group).Distinct().SelectMany(grainClass => grainClass.Activations) ?? [];

    private void Collect()
    {
        foreach (var activation in Activations())
            activation.DeactivateIfIdle(Collection.CollectionAge);
    }

    /// <summary>The grain classes by the interfaces that they implement.</summary>
    private ILookup<Type, GrainClass> Classes()
    {
        lock (_gate)
        {
            return _classes ??= GrainClasses.Find().Select(type => new GrainClass(this, type)).ToList()
                .SelectMany(found => found.Type.GetInterfaces().Select(contract => (contract, found)))
                .Where(pair => typeof(IGrain).IsAssignableFrom(pair.contract))
                .ToLookup(pair => pair.contract, pair => pair.found);
        }
    }

    /// <summary>In development, a type that cannot cross a call is found at the start and not by its first call.</summary>
    private void RequireSerializers()
    {
        var complaints = new List<string>();
        foreach (var method in Classes().SelectMany(group => group.Key.GetMethods()))
        {
            try
            {
                Copier.RequireSerializers(method);
            }
            catch (CodecNotFoundException exception)
            {
                complaints.Add($"{method.DeclaringType}.{method.Name}: {exception.Message}");
            }
        }

        if (complaints.Count > 0)
        {
            throw new OrleansConfigurationException(
                $"Grain interfaces name types that cannot cross a call.\n{string.Join('\n', complaints)}");
        }
    }

    private GrainInterface Find(Type grainInterface)
    {
        var found = Classes()[grainInterface].ToList();
        if (found.Count > 1 && found.Find(one => $"I{one.Type.Name}" == grainInterface.Name) is { } namesake)
            found = [namesake];
        return found.Count == 1
            ? new GrainInterface(this, grainInterface, found[0])
            : throw new ArgumentException(found.Count == 0
                ? $"Could not find an implementation for interface {grainInterface}."
                : $"{grainInterface} is implemented by {string.Join(" and ", found.Select(one => one.Type))}.", nameof(grainInterface));
    }
}

/// <summary>Finds the grain classes: in the assemblies that are loaded or referenced and know this one.</summary>
internal static class GrainClasses
{
    public static IEnumerable<Type> Find()
    {
        var own = typeof(Grain).Assembly.GetName().Name;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var pending = new Queue<Assembly>(AppDomain.CurrentDomain.GetAssemblies());
        if (Assembly.GetEntryAssembly() is { } entry)
            pending.Enqueue(entry);
        while (pending.TryDequeue(out var assembly))
        {
            if (assembly.IsDynamic || assembly.GetName().Name is not { } name || IsForeign(name) || !seen.Add(name))
                continue;
            var references = assembly.GetReferencedAssemblies();
            foreach (var reference in references.Where(reference => !IsForeign(reference.Name!) && !seen.Contains(reference.Name!)))
            {
                try
                {
                    pending.Enqueue(Assembly.Load(reference));
                }
                catch (FileNotFoundException)
                {
                    // A reference that is not deployed cannot hold a grain that anybody calls.
                }
            }

            if (references.All(reference => reference.Name != own))
                continue;
            foreach (var type in assembly.GetTypes().Where(type => !type.IsAbstract && typeof(Grain).IsAssignableFrom(type)))
                yield return type;
        }
    }

    private static bool IsForeign(string name) =>
        name is "System" or "mscorlib" or "netstandard" || name.StartsWith("System.", StringComparison.Ordinal)
        || name.StartsWith("Microsoft.", StringComparison.Ordinal);
}

internal static partial class LocalSiloLog
{
    [LoggerMessage(1, LogLevel.Error, "{Grain} could not activate")]
    public static partial void ActivationFailed(ILogger logger, Exception exception, GrainId grain);

    [LoggerMessage(2, LogLevel.Error, "{Grain} failed while it deactivated, and went nevertheless")]
    public static partial void DeactivationFailed(ILogger logger, Exception exception, GrainId grain);

    [LoggerMessage(3, LogLevel.Warning, "The one-way call {Method} to {Grain} failed, and nobody hears of it but this log")]
    public static partial void OneWayFailed(ILogger logger, Exception exception, string method, GrainId grain);

    [LoggerMessage(4, LogLevel.Warning, "A timer of {Grain} failed; it goes on")]
    public static partial void TimerFailed(ILogger logger, Exception exception, GrainId grain);

    [LoggerMessage(5, LogLevel.Warning, "The silo stopped while {Count} activations still worked")]
    public static partial void StoppedEarly(ILogger logger, int count);
}
