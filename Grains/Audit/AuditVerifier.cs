using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Audit;

namespace PaymentCluster.Grains.Audit;

/// <summary>Computes the links of a trail again, from the first one on, and finds the first that is broken.</summary>
/// <param name="merchant">Whose trail.</param>
/// <param name="days">Its days, oldest first.</param>
internal sealed class AuditVerifier(string merchant, ImmutableArray<AuditDay> days)
{
    private byte[] _previous = AuditChain.Start;
    private byte[] _seal = AuditChain.Start;
    private int _day;
    private AuditBreak? _broken;

    /// <summary>The last position that is linked as it was written.</summary>
    public long Position { get; private set; }

    /// <summary>Whether more entries are needed.</summary>
    public bool Continues => _broken is null && _day < days.Length;

    /// <summary>What was found.</summary>
    public AuditVerification Result => new()
    {
        Entries = Position,
        Broken = _broken,
        Head = Position == 0 ? null : Convert.ToHexStringLower(_previous),
        Unlinked = 0,
    };

    /// <summary>Checks the entries after <see cref="Position"/>; none if there are none.</summary>
    public void Add(ImmutableArray<(AuditEntry Entry, byte[] Hash)> entries)
    {
        if (entries.IsEmpty && Continues)
        {
            Break(days[_day].Day, Position + 1, "The entry is missing.");
        }

        foreach (var (entry, hash) in entries)
        {
            if (Continues)
            {
                Check(entry, hash);
            }
        }
    }

    private void Check(AuditEntry entry, byte[] hash)
    {
        var day = days[_day];
        var start = Position + 1 == day.First ? AuditChain.Start : _previous;
        if (entry.Position != Position + 1)
        {
            Break(day.Day, Position + 1, "The entry is missing.");
        }
        else if (entry.Day != day.Day || !hash.AsSpan().SequenceEqual(AuditChain.HashOf(start, entry)))
        {
            Break(day.Day, entry.Position, "The entry's content or the hash before it was changed.");
        }
        else
        {
            (Position, _previous) = (entry.Position, hash);
            CheckEnd(day);
        }
    }

    private void CheckEnd(AuditDay day)
    {
        if (Position < day.Last)
        {
            return;
        }

        var isLast = _day == days.Length - 1;
        var seal = AuditChain.SealOf(_seal, merchant, day);
        if (!day.LastHash.AsSpan().SequenceEqual(_previous))
        {
            Break(day.Day, Position, "The day's last entry is another one.");
        }
        else if (isLast ? day.Seal is not null : day.Seal is null || !day.Seal.AsSpan().SequenceEqual(seal))
        {
            Break(day.Day, null, "The day's seal, or one before it, was changed.");
        }
        else
        {
            _seal = seal;
            _day++;
        }
    }

    private void Break(DateOnly day, long? position, string reason) =>
        _broken = new AuditBreak { Day = day, Position = position, Reason = reason };
}
