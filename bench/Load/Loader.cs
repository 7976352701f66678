using System.Diagnostics;
using System.Text.Json;

namespace PaymentCluster.Bench.Load;

/// <summary>Sends requests when they are due, whether or not earlier ones got a response, as long as a connection is
/// free; one that finds none free waits, and its latency counts from when it was due. A process of its own, so that its
/// cost can be told apart. Two threads: this one paces, and the one where the kernel reports responses handles
/// them.</summary>
internal sealed class Loader : IDisposable
{
    /// <summary>What the loader writes when the seconds that count begin, and when they are over.</summary>
    public const string Began = "began";
    public const string Ended = "ended";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private readonly LoadPlan _plan;
    private readonly Requests _requests;
    private readonly Histogram _latencies = new();
    private readonly long[] _counts = new long[Enum.GetValues<ResponseKind>().Length];
    private readonly Lock _gate = new();
    private readonly Stack<LoadConnection> _idle = new();
    private readonly ManualResetEventSlim _allIdle = new();
    private readonly ManualResetEventSlim _never = new();
    private long _start;
    private long _countFrom;
    private long _countTo;
    private long _next;
    private long _firstCounted = -1;
    private int _broken;

    private Loader(LoadPlan plan) => (_plan, _requests) = (plan, new Requests(plan));

    public static int Run()
    {
        var plan = JsonSerializer.Deserialize<LoadPlan>(Console.ReadLine() ?? "null")
            ?? throw new InvalidOperationException("The loader is told on standard input what to do.");
        using var loader = new Loader(plan);
        Console.WriteLine(JsonSerializer.Serialize(loader.Load()));
        return 0;
    }

    public void Dispose()
    {
        foreach (var connection in _idle)
        {
            connection.Dispose();
        }

        _allIdle.Dispose();
        _never.Dispose();
    }

    private LoadResult Load()
    {
        for (var count = 0; count < _plan.Connections; count++)
        {
            var connection = new LoadConnection(_requests, OnResponse);
            connection.Connect(_plan.Port);
            _idle.Push(connection);
        }

        _start = Stopwatch.GetTimestamp();
        _countFrom = _start + (long)(_plan.WarmUp * Stopwatch.Frequency);
        _countTo = _countFrom + (long)(_plan.Seconds * Stopwatch.Frequency);
        Pace(_countFrom);
        Console.WriteLine(Began);
        Pace(_countTo);
        var ended = Stopwatch.GetTimestamp();
        Console.WriteLine(Ended);
        _allIdle.Wait(Timeout);
        return Result(Math.Min(ended, _countTo));
    }

    private LoadResult Result(long ended)
    {
        lock (_gate)
        {
            var due = _plan.Burst > 0 ? _plan.Burst
                : _plan.Rate > 0 ? (long)(_plan.Rate * _plan.Seconds)
                : _next - _firstCounted;
            var onResponse = _counts.Sum();
            return new LoadResult
            {
                Due = due,
                Accepted = _counts[(int)ResponseKind.Accepted],
                Refused = _counts[(int)ResponseKind.Refused] + _counts[(int)ResponseKind.RefusedWithoutRetryAfter],
                RefusedWithoutRetryAfter = _counts[(int)ResponseKind.RefusedWithoutRetryAfter],
                Failed = _counts[(int)ResponseKind.Failed] + _counts[(int)ResponseKind.Broken],
                Unsent = Math.Max(0, due - onResponse),
                Seconds = Stopwatch.GetElapsedTime(_countFrom, ended).TotalSeconds,
                Latency = _latencies.Figures(),
            };
        }
    }

    // Once a millisecond, what has become due since is sent on connections that are free.
    private void Pace(long until)
    {
        while (Stopwatch.GetTimestamp() < until)
        {
            while (true)
            {
                LoadConnection? connection;
                long number;
                long dueAt;
                lock (_gate)
                {
                    if (_idle.Count == 0 || !TryTake(out number, out dueAt))
                    {
                        break;
                    }

                    connection = _idle.Pop();
                    _allIdle.Reset();
                }

                connection.Send(number, dueAt);
            }

            if (_plan.Burst > 0 && _next >= _plan.Burst && _allIdle.IsSet)
            {
                return;
            }

            _never.Wait(1);
        }
    }

    // The next request that is due, if one is. The lock is held.
    private bool TryTake(out long number, out long dueAt)
    {
        var now = Stopwatch.GetTimestamp();
        (number, dueAt) = (_next, now);
        if (now >= _countTo)
        {
            return false;
        }

        if (_plan.Burst > 0)
        {
            if (now < _countFrom || _next >= _plan.Burst)
            {
                return false;
            }

            dueAt = _countFrom;
        }
        else if (_plan.Rate > 0)
        {
            dueAt = _start + (long)(_next / _plan.Rate * Stopwatch.Frequency);
            if (dueAt > now)
            {
                return false;
            }
        }

        if (_firstCounted < 0 && dueAt >= _countFrom)
        {
            _firstCounted = _next;
        }

        _next++;
        return true;
    }

    private void OnResponse(LoadConnection connection, ResponseKind how)
    {
        var now = Stopwatch.GetTimestamp();
        long number;
        long dueAt;
        lock (_gate)
        {
            if (connection.DueAt >= _countFrom && connection.DueAt < _countTo)
            {
                _counts[(int)how]++;
                if (how == ResponseKind.Accepted)
                {
                    _latencies.Add((now - connection.DueAt) * 1_000_000 / Stopwatch.Frequency);
                }
            }

            if (how == ResponseKind.Broken)
            {
                _broken++;
                connection.Dispose();
            }

            if (how == ResponseKind.Broken || !TryTake(out number, out dueAt))
            {
                if (how != ResponseKind.Broken)
                {
                    _idle.Push(connection);
                }

                if (_idle.Count + _broken == _plan.Connections)
                {
                    _allIdle.Set();
                }

                return;
            }
        }

        connection.Send(number, dueAt);
    }
}
