using System.Collections.Concurrent;
using System.Reflection;
using Orleans.Serialization.Invocation;
using PaymentCluster.Grains.Abstractions;

namespace PaymentCluster.Silo.Calls;

/// <summary>What a gateway may call: grain methods with <see cref="OpenToGatewaysAttribute"/>, and of Orleans' own
/// interfaces what its client and the dashboard need. Nothing else is open.</summary>
public static class GatewayCalls
{
    // Orleans' interfaces are internal for the most part: they are known by their names.
    private static readonly HashSet<string> Runtime = new(StringComparer.Ordinal)
    {
        // Which grains there are, and where.
        "Orleans.Runtime.IClusterManifestSystemTarget.GetClusterManifest",
        "Orleans.Runtime.IClusterManifestSystemTarget.GetClusterManifestUpdate",
        // Gives up a call that its caller does not wait for any more.
        "Orleans.Runtime.IGrainCallCancellationExtension.CancelRequestAsync",
        // An enumeration that was begun; only its beginning names a method.
        "Orleans.Runtime.IAsyncEnumerableGrainExtension.MoveNext",
        "Orleans.Runtime.IAsyncEnumerableGrainExtension.DisposeAsync",
        // A grain's own timer, which the runtime sends without a silo's filters. It has no form in which it could cross
        // a network.
        "Orleans.Runtime.IGrainTimerInvoker.InvokeCallbackAsync",
        // What the dashboard shows.
        "Orleans.Runtime.IManagementGrain.GetHosts",
        "Orleans.Dashboard.Core.IDashboardGrain.InitializeAsync",
        "Orleans.Dashboard.Core.IDashboardGrain.GetCounters",
        "Orleans.Dashboard.Core.IDashboardGrain.GetGrainTracing",
        "Orleans.Dashboard.Core.IDashboardGrain.GetClusterTracing",
        "Orleans.Dashboard.Core.IDashboardGrain.GetSiloTracing",
        "Orleans.Dashboard.Core.IDashboardGrain.TopGrainMethods",
        "Orleans.Dashboard.Core.IDashboardGrain.GetGrainTypes",
        "Orleans.Dashboard.Core.IDashboardRemindersGrain.GetReminders",
        "Orleans.Dashboard.Core.ISiloGrainProxy.GetMetadata",
        "Orleans.Dashboard.Core.ISiloGrainService.GetExtendedProperties",
        "Orleans.Dashboard.Core.ISiloGrainService.GetRuntimeStatistics",
        "Orleans.Dashboard.Core.ISiloGrainService.GetCounters",
        "Orleans.Dashboard.Core.ISiloGrainService.GetLifecycleStages",
    };

    private static readonly ConcurrentDictionary<MethodInfo, bool> Open = new();

    /// <summary>Whether a gateway may make the call.</summary>
    public static bool AreOpenTo(IGrainCallContext call) =>
        call.Request.GetArgumentCount() > 1 && IsBeginOfEnumeration(call.InterfaceMethod)
            ? call.Request.GetArgument(1) is IInvokable enumeration && IsOpen(enumeration.GetMethod())
            : IsOpen(call.InterfaceMethod);

    private static bool IsOpen(MethodInfo method) => Open.GetOrAdd(
        method,
        static method => method.IsDefined(typeof(OpenToGatewaysAttribute), inherit: false)
            || Runtime.Contains($"{method.DeclaringType!.FullName}.{method.Name}"));

    private static bool IsBeginOfEnumeration(MethodInfo method) =>
        method.DeclaringType == typeof(IAsyncEnumerableGrainExtension)
            && method.Name == nameof(IAsyncEnumerableGrainExtension.StartEnumeration);
}
