namespace PaymentCluster.Simulation.Tests.Schedule;

/// <summary>How often what goes wrong, in one run, per thousand occasions; and for how long. Each kind of fault is
/// absent, rare or frequent independently, so that some runs are about one kind alone and others about all at
/// once.</summary>
internal sealed record Weather
{
    /// <summary>Nothing goes wrong.</summary>
    public static readonly Weather Calm = new();

    /// <summary>How long things go wrong.</summary>
    public TimeSpan Lasts { get; private init; }

    /// <summary>A silo is killed between two steps.</summary>
    public int Crash { get; private init; }

    /// <summary>A silo stands still between two steps.</summary>
    public int Freeze { get; private init; }

    /// <summary>A step takes long.</summary>
    public int Slow { get; private init; }

    /// <summary>The store does not respond, is full, or loses the response to a commit.</summary>
    public int Store { get; private init; }

    /// <summary>A request to the provider, or its response, is lost or late.</summary>
    public int Wire { get; private init; }

    /// <summary>The provider responds with an error.</summary>
    public int Errors { get; private init; }

    /// <summary>A webhook is lost for good.</summary>
    public int LostWebhooks { get; private init; }

    /// <summary>A webhook comes late, or more than once.</summary>
    public int OddWebhooks { get; private init; }

    /// <summary>A call to a payment reaches another silo than the one before.</summary>
    public int SplitDirectory { get; private init; }

    /// <summary>A call to a payment, or its reply, is lost.</summary>
    public int LostCalls { get; private init; }

    /// <summary>How far the clock of each silo's machine is off the store's.</summary>
    public TimeSpan ClocksAreOff { get; private init; }

    /// <summary>A silo's clock is set.</summary>
    public int ClockSteps { get; private init; }

    /// <summary>The customer or the vault does not respond.</summary>
    public int Instruments { get; private init; }

    /// <summary>A customer deletes what an order is paid with.</summary>
    public int LostInstruments { get; private init; }

    /// <summary>When the merchant takes its payments to another account at each provider; null: never.</summary>
    public TimeSpan? AccountChangesAfter { get; private init; }

    /// <summary>The weather of a run.</summary>
    public static Weather Choose(Choices choices) => new()
    {
        Lasts = choices.Pick(
            TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(20), TimeSpan.FromHours(2),
            TimeSpan.FromHours(30)),
        Crash = choices.Pick(0, 10, 60),
        Freeze = choices.Pick(0, 10, 60),
        Slow = choices.Pick(0, 50, 300),
        Store = choices.Pick(0, 20, 120),
        Wire = choices.Pick(0, 50, 400),
        Errors = choices.Pick(0, 50, 300),
        LostWebhooks = choices.Pick(0, 300, 1000),
        OddWebhooks = choices.Pick(0, 200, 700),
        SplitDirectory = choices.Pick(0, 20, 200),
        LostCalls = choices.Pick(0, 20, 100),
        ClocksAreOff = choices.Pick(TimeSpan.Zero, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(10)),
        ClockSteps = choices.Pick(0, 0, 20),
        Instruments = choices.Pick(0, 20, 200),
        LostInstruments = choices.Pick(0, 0, 500),
        AccountChangesAfter = choices.Pick(0, 0, 0, 1) == 0 ? null : choices.UpTo(TimeSpan.FromMinutes(5)),
    };
}
