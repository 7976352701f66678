using System.Collections.Immutable;

namespace PaymentCluster.Bench.Load;

/// <summary>What a loader is to do. It reads one as a line of JSON from standard input.</summary>
internal sealed record LoadPlan
{
    /// <summary>The server's port on 127.0.0.1.</summary>
    public required int Port { get; init; }

    /// <summary>The API key.</summary>
    public required string Key { get; init; }

    /// <summary>The path that is called: of the orders, or the only one to read where <see cref="Targets"/> are
    /// empty.</summary>
    public required string Path { get; init; }

    /// <summary>Orders are called this and a number; null to read.</summary>
    public string? OrderPrefix { get; init; }

    /// <summary>The paths to read, in turn.</summary>
    public ImmutableArray<string> Targets { get; init; } = [];

    /// <summary>Connections, each with one request under way at most.</summary>
    public required int Connections { get; init; }

    /// <summary>Requests per second; 0 for as many as the connections carry.</summary>
    public required double Rate { get; init; }

    /// <summary>Seconds of the same load before anything counts.</summary>
    public required double WarmUp { get; init; }

    /// <summary>Seconds that count.</summary>
    public required double Seconds { get; init; }

    /// <summary>Ends the load after this many requests, all due at once at the start of what counts; 0 for no
    /// limit.</summary>
    public int Burst { get; init; }
}

/// <summary>What came of it: a line of JSON on standard output. Latencies in milliseconds.</summary>
internal sealed record LoadResult
{
    /// <summary>Requests that were due in the seconds that count.</summary>
    public required long Due { get; init; }

    /// <summary>Those of them with a 2xx response.</summary>
    public required long Accepted { get; init; }

    /// <summary>Those that were refused for load: 429 and 503.</summary>
    public required long Refused { get; init; }

    /// <summary>Refusals without Retry-After.</summary>
    public required long RefusedWithoutRetryAfter { get; init; }

    /// <summary>Any other response, and connections that broke.</summary>
    public required long Failed { get; init; }

    /// <summary>Those that were never sent, because every connection was busy to the end.</summary>
    public required long Unsent { get; init; }

    /// <summary>How long what counts took.</summary>
    public required double Seconds { get; init; }

    /// <summary>From when a request was due to the last byte of its response, of the accepted ones.</summary>
    public required Latencies Latency { get; init; }
}

/// <summary>Figures of a distribution, in milliseconds.</summary>
internal sealed record Latencies
{
    public required double Mean { get; init; }

    public required double Min { get; init; }

    public required double P50 { get; init; }

    public required double P99 { get; init; }

    public required double P999 { get; init; }

    public required double Max { get; init; }
}
