namespace PaymentCluster.Testing;

/// <summary>What a <see cref="FaultProxy"/> does to a request.</summary>
public enum ProxyFault
{
    /// <summary>It arrives and gets its response.</summary>
    None,

    /// <summary>It arrives later.</summary>
    Delay,

    /// <summary>A part of it arrives, or nothing, and the connection is lost.</summary>
    CutRequest,

    /// <summary>It arrives and is carried out; a part of the response arrives, or nothing, and the connection is
    /// lost.</summary>
    CutReply,

    /// <summary>The connection is lost; the request arrives later nevertheless.</summary>
    LateRequest,

    /// <summary>It is lost, and neither side notices that the connection is.</summary>
    HalfOpen,
}

/// <summary>One fault, of one request.</summary>
/// <param name="Fault">Its kind.</param>
public sealed record ProxyAct(ProxyFault Fault)
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many bytes still pass: of the request or of the response, whichever is cut.</summary>
    public int At { get; init; }

    /// <summary>When a request goes on that is late, and when a half-open connection ends.</summary>
    public Task Until { get; init; } = Task.CompletedTask;

    /// <summary>Completes when a late request got its response, or the proxy ended.</summary>
    public Task Over => _over.Task;

    internal void End() => _over.TrySetResult();
}
