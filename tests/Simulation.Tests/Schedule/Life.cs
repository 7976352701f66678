namespace PaymentCluster.Simulation.Tests.Schedule;

/// <summary>One life of a process, from its start to its death. Whatever waits in it goes on only while it lasts, and
/// not while it is frozen: what a killed process was about to do is never done, not even its cleaning up.</summary>
internal sealed class Life(string name)
{
    /// <summary>Whose life, in the history.</summary>
    public string Name { get; } = name;

    /// <summary>Whether the process was killed.</summary>
    public bool IsOver { get; set; }

    /// <summary>Until when it stands still.</summary>
    public DateTimeOffset FrozenUntil { get; set; }
}
