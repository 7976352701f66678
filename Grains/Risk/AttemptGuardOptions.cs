using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace PaymentCluster.Grains.Risk;

/// <summary>When attempts to pay by card are slowed and blocked. Section <c>AttemptGuard</c> of the configuration;
/// checked when the host starts.</summary>
public sealed class AttemptGuardOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "AttemptGuard";

    /// <summary>Whether attempts are counted at all. Default yes.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Within which time unsuccessful attempts slow the next ones. Default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan SlowedWithin { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Within which time they block the next ones. Default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan BlockedWithin { get; set; } = TimeSpan.FromHours(1);

    /// <summary>For how long they block them. Default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan BlockedFor { get; set; } = TimeSpan.FromHours(1);

    /// <summary>For how long an attempt without an outcome counts as one under way. Default 1 min: customers leave
    /// their bank's page open.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan UnderWayFor { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Of one browser's address. Default: slowed after 10, blocked after 30, 100 under way. Behind one address
    /// may be a whole network of customers.</summary>
    [ValidateObjectMembers]
    public AttemptLimits Address { get; set; } = new() { SlowedAfter = 10, BlockedAfter = 30, UnderWay = 100 };

    /// <summary>Of one card. Default: slowed after 10, blocked after 20, 10 under way.</summary>
    [ValidateObjectMembers]
    public AttemptLimits Card { get; set; } = new() { SlowedAfter = 10, BlockedAfter = 20, UnderWay = 10 };

    /// <summary>Of one customer. Default: slowed after 10, blocked after 20, 10 under way.</summary>
    [ValidateObjectMembers]
    public AttemptLimits Customer { get; set; } = new() { SlowedAfter = 10, BlockedAfter = 20, UnderWay = 10 };

    /// <summary>Of one publishable key, and of a merchant's client secrets and checkout pages together, on each silo.
    /// Default: slowed to one a second after 100, blocked after 500, 10,000 under way. All of a page's customers share
    /// it.</summary>
    [ValidateObjectMembers]
    public AttemptLimits Key { get; set; } = new()
    {
        SlowedAfter = 100, BlockedAfter = 500, UnderWay = 10_000, MaxPause = TimeSpan.FromSeconds(1),
    };

    /// <summary>Of one card and of one customer in requests of the merchant's server, on each silo. Default: slowed
    /// after 50, blocked after 100. How many are under way is not limited: that costs a count of each.</summary>
    [ValidateObjectMembers]
    public AttemptLimits Server { get; set; } = new() { SlowedAfter = 50, BlockedAfter = 100, UnderWay = 1_000_000 };

    internal AttemptLimits OfPayer(AttemptSubjectKind kind) => kind switch
    {
        AttemptSubjectKind.Address => Address,
        AttemptSubjectKind.Card => Card,
        AttemptSubjectKind.Customer => Customer,
        AttemptSubjectKind.Key => Key,
    };

    internal AttemptLimits OfSilo(AttemptSubjectKind kind) => kind == AttemptSubjectKind.Key ? Key : Server;
}

/// <summary>How many attempts of one subject may be unsuccessful or under way. Each successful one takes one
/// unsuccessful one off.</summary>
public sealed class AttemptLimits : IValidatableObject
{
    /// <summary>So many unsuccessful ones within <see cref="AttemptGuardOptions.SlowedWithin"/> slow the
    /// next.</summary>
    [Range(1, 100_000)]
    public int SlowedAfter { get; set; }

    /// <summary>So many unsuccessful ones within <see cref="AttemptGuardOptions.BlockedWithin"/> block the
    /// next.</summary>
    [Range(1, 100_000)]
    public int BlockedAfter { get; set; }

    /// <summary>So many may be under way at a time.</summary>
    [Range(1, 1_000_000)]
    public int UnderWay { get; set; }

    /// <summary>The longest pause between two attempts that are slowed. It begins with one second and doubles with
    /// each unsuccessful attempt. Default 2 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan MaxPause { get; set; } = TimeSpan.FromMinutes(2);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        SlowedAfter < BlockedAfter
            ? []
            : [new ValidationResult("SlowedAfter must be less than BlockedAfter.", [nameof(SlowedAfter)])];

    internal TimeSpan PauseAfter(int unsuccessful)
    {
        const int MostDoublings = 20;
        var pause = TimeSpan.FromSeconds(1L << Math.Clamp(unsuccessful - SlowedAfter, 0, MostDoublings));
        return pause < MaxPause ? pause : MaxPause;
    }
}
