using System.Collections.Concurrent;

namespace PaymentCluster.Testing.Systems;

/// <summary>A process that is started again whenever it ends, as an operator's supervisor does.</summary>
public sealed class Supervised : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly string _project;
    private readonly Func<int, Dictionary<string, string>> _settings;
    private readonly ConcurrentQueue<string> _faultPoints = new();
    private readonly ConcurrentQueue<DateTimeOffset> _ownEnds = new();
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Task _watching;
    private HostProcess? _process;
    private string _before = "";
    private bool _isHeldDown = true;
    private bool _isFrozen;

    /// <param name="name">Its name in reports.</param>
    /// <param name="project">The project whose program it is.</param>
    /// <param name="settings">Its settings at the n-th start, from 1.</param>
    public Supervised(string name, string project, Func<int, Dictionary<string, string>> settings)
    {
        (Name, _project, _settings) = (name, project, settings);
        _watching = WatchAsync();
    }

    public string Name { get; }

    /// <summary>How often it was started.</summary>
    public int Starts { get; private set; }

    /// <summary>When it ended without being stopped.</summary>
    public IReadOnlyCollection<DateTimeOffset> OwnEnds => _ownEnds;

    /// <summary>What happened at named points, over all starts.</summary>
    public IEnumerable<string> FaultPoints => [.. _faultPoints, .. FaultPointsOf(_process)];

    public string Log => $"{_before}\n{_process?.Output}\n{_process?.Errors}";

    public int? Pid => _process is { HasExited: false } process ? process.Id : null;

    public Task StartAsync() => InTurnAsync(() =>
    {
        _isHeldDown = false;
        if (_process is not { HasExited: false })
        {
            StartOne();
        }

        return Task.CompletedTask;
    });

    /// <summary>Ends it as a power cut would, and keeps it down until it is started.</summary>
    public Task KillAsync() => InTurnAsync(async () =>
    {
        _isHeldDown = true;
        if (_process is { HasExited: false } process)
        {
            await process.KillAsync();
        }
    });

    public Task FreezeAsync() => InTurnAsync(async () =>
    {
        if (_process is not { HasExited: false } process)
        {
            return;
        }

        await process.FreezeAsync();
        _isFrozen = true;
    });

    public Task ThawAsync() => InTurnAsync(async () =>
    {
        var isFrozen = _isFrozen;
        _isFrozen = false;
        if (isFrozen && _process is { HasExited: false } process)
        {
            await process.ThawAsync();
        }
    });

    public void Dispose()
    {
        _end.Cancel();
        _watching.Wait();
        _process?.Dispose();
        _end.Dispose();
        _turn.Dispose();
    }

    private async Task WatchAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            await Task.Delay(Pause, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await InTurnAsync(() =>
            {
                if (!_isHeldDown && !_end.IsCancellationRequested && _process is { HasExited: true })
                {
                    _ownEnds.Enqueue(TimeProvider.System.GetUtcNow());
                    StartOne();
                }

                return Task.CompletedTask;
            });
        }
    }

    private async Task InTurnAsync(Func<Task> act)
    {
        await _turn.WaitAsync();
        try
        {
            await act();
        }
        finally
        {
            _turn.Release();
        }
    }

    private void StartOne()
    {
        if (_process is { } last)
        {
            // A concurrent reader counts nothing more than once.
            _process = null;
            foreach (var point in FaultPointsOf(last))
            {
                _faultPoints.Enqueue(point);
            }

            _before = $"{last.Output}\n{last.Errors}\n---";
            last.Dispose();
        }

        _process = HostProcess.Start(_project, _settings(++Starts));
    }

    private static IEnumerable<string> FaultPointsOf(HostProcess? process) => process is null
        ? []
        : process.Errors.Split('\n')
            .Where(line => line.StartsWith("fault point: ", StringComparison.Ordinal))
            .Select(line => line["fault point: ".Length..]);
}
