using System.Runtime.CompilerServices;
using System.Text;

namespace PaymentCluster.Simulation.Tests.Schedule;

/// <summary>What happened in a run, line by line. Kept only where it will be read: a run that is not kept does not even
/// put its sentences together.</summary>
internal sealed class History(bool isKept)
{
    // What is said over and over while nothing changes is said so often, and then only counted.
    private const int MaxRepeats = 2;

    private readonly List<string> _lines = [];
    private readonly Dictionary<string, int> _saidSinceTheLastCommit = new(StringComparer.Ordinal);
    private int _leftOut;

    /// <summary>Whether anybody is going to read it.</summary>
    public bool IsKept { get; } = isKept;

    /// <summary>The lines.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Adds a line.</summary>
    /// <param name="since">The time since the run began.</param>
    /// <param name="actor">Who does or sees it.</param>
    /// <param name="what">What.</param>
    public void Add(TimeSpan since, string actor, string what)
    {
        if (what.StartsWith("version ", StringComparison.Ordinal))
        {
            _saidSinceTheLastCommit.Clear();
        }

        var said = _saidSinceTheLastCommit.GetValueOrDefault(what) + 1;
        _saidSinceTheLastCommit[what] = said;
        if (said > MaxRepeats)
        {
            _leftOut++;
            return;
        }

        if (_leftOut > 0)
        {
            _lines.Add($"               …  {_leftOut} lines like those above");
            _leftOut = 0;
        }

        _lines.Add($"{since:d\\.hh\\:mm\\:ss\\.fff}  {actor,-9} {what}");
    }
}

/// <summary>A sentence of the history, put together only if that is kept.</summary>
[InterpolatedStringHandler]
internal readonly ref struct Sentence
{
    private readonly StringBuilder? _text;

    public Sentence(int literalLength, int formattedCount, World world, out bool isKept)
    {
        _ = formattedCount;
        isKept = world.History.IsKept;
        _text = isKept ? new StringBuilder(literalLength) : null;
    }

    public void AppendLiteral(string literal) => _text!.Append(literal);

    public void AppendFormatted<T>(T value) => _text!.Append(value);

    public override string? ToString() => _text?.ToString();
}
