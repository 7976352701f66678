namespace PaymentCluster.Simulation.Tests.Schedule;

/// <summary>One life of a process, from its start to its death. Whatever waits in it goes on only while it lasts, and
/// not while it is frozen: what a killed process was about to do is never done, not even its cleaning up.</summary>
internal sealed class Life(string name)
{
    private SynchronizationContext? _context;

    /// <summary>Whose life, in the history.</summary>
    public string Name { get; } = name;

    /// <summary>Whether the process was killed.</summary>
    public bool IsOver { get; set; }

    /// <summary>Until when it stands still.</summary>
    public DateTimeOffset FrozenUntil { get; set; }

    /// <summary>Where what is awaited in this life goes on: in a step of its own, in the one queue.</summary>
    public SynchronizationContext ContextIn(World world) => _context ??= new Steps(world, this);

    private sealed class Steps(World world, Life life) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) =>
            world.After(TimeSpan.Zero, life, () => d(state));

        public override void Send(SendOrPostCallback d, object? state) =>
            throw new NotSupportedException("Nothing that is hosted waits for another thread.");
    }
}
