using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Logs;

namespace PaymentCluster.Silo.Calls;

/// <summary>Lets a silo's calls carry the proof that they are a silo's, where they need it.</summary>
internal sealed class OutgoingSiloCalls(SiloProof proof) : IOutgoingGrainCallFilter
{
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        if (context.TargetId.IsClient())
        {
            // A gateway would learn it.
            SiloProof.Drop();
        }
        else if (!GatewayCalls.AreOpenTo(context))
        {
            proof.Carry();
        }

        await context.Invoke();
    }
}

/// <summary>Rejects calls that are neither open to gateways nor a silo's.</summary>
internal sealed partial class IncomingSiloCalls(SiloProof proof, ILogger<IncomingSiloCalls> logger)
    : IIncomingGrainCallFilter
{
    public Task Invoke(IIncomingGrainCallContext context)
    {
        if (GatewayCalls.AreOpenTo(context) || proof.IsCarried)
        {
            return context.Invoke();
        }

        var method = $"{context.InterfaceMethod.DeclaringType!.Name}.{context.MethodName}";
        LogRejected(method, context.SourceId?.ToString());
        throw new UnauthorizedAccessException($"{method} is for silos alone.");
    }

    [LoggerMessage(
        LogEvents.GatewayCallRejected,
        LogLevel.Error,
        "A call to {GrainMethod} by {Sender} was rejected: it is for silos alone, and the call is not a silo's")]
    private partial void LogRejected(string grainMethod, string? sender);
}

/// <summary>Registers who may call what.</summary>
internal static class SiloCallsRegistration
{
    /// <summary>Lets gateways call what is open to them, and silos everything.</summary>
    public static void LimitGateways(this ISiloBuilder silo)
    {
        silo.Services.AddSingleton<SiloProof>();
        silo.AddOutgoingGrainCallFilter<OutgoingSiloCalls>();
        silo.AddIncomingGrainCallFilter<IncomingSiloCalls>();
    }
}
