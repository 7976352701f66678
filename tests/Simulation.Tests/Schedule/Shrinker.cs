namespace PaymentCluster.Simulation.Tests.Schedule;

/// <summary>
/// Makes the choices of a failing run fewer and plainer while it still fails: takes pieces out, then replaces them by
/// zeros, then makes single ones smaller, until nothing helps any more. It knows nothing of payments: whatever the
/// choices mean, fewer and plainer ones mean a shorter history.
/// </summary>
internal sealed class Shrinker
{
    private readonly Func<int[], int[]?> _fails;
    private int[] _best;
    private int _runsLeft;

    private Shrinker(int[] failing, Func<int[], int[]?> fails, int runs) =>
        (_best, _fails, _runsLeft) = (WithoutTail(failing), fails, runs);

    /// <summary>The plainest failing choices that were found.</summary>
    /// <param name="failing">Choices with which the run fails.</param>
    /// <param name="fails">Runs with choices: those that the run made, if it fails in the same way, else null.</param>
    /// <param name="runs">How many runs this may cost.</param>
    public static int[] Shrink(int[] failing, Func<int[], int[]?> fails, int runs)
    {
        var shrinker = new Shrinker(failing, fails, runs);
        while (shrinker._runsLeft > 0 && shrinker.ImprovesOnce())
        {
        }

        return shrinker._best;
    }

    private bool ImprovesOnce()
    {
        var improved = false;
        for (var size = Math.Max(1, _best.Length / 2); size > 0; size /= 2)
        {
            improved |= ImprovesPieces(size, (choices, start) => [.. choices[..start], .. choices[(start + size)..]]);
            improved |= ImprovesPieces(size, (choices, start) =>
                choices.AsSpan(start, size).ContainsAnyExcept(0)
                    ? [.. choices[..start], .. new int[size], .. choices[(start + size)..]]
                    : choices);
        }

        return improved | ImprovesPieces(1, (choices, at) => With(choices, at, choices[at] / 2))
            | ImprovesPieces(1, (choices, at) => With(choices, at, choices[at] - 1));
    }

    private bool ImprovesPieces(int size, Func<int[], int, int[]> change)
    {
        var improved = false;
        var step = Math.Max(1, size / 2);
        for (var start = _best.Length - size; start >= 0 && _runsLeft > 0; start -= step)
        {
            start = Math.Min(start, _best.Length - size);
            if (start >= 0 && Fails(change(_best, start)) is { } made && IsPlainer(made, _best))
            {
                _best = made;
                improved = true;
            }
        }

        return improved;
    }

    private int[]? Fails(int[] choices)
    {
        if (!IsPlainer(choices, _best))
        {
            return null;
        }

        _runsLeft--;
        return _fails(choices) is { } made ? WithoutTail(made) : null;
    }

    private static int[] With(int[] choices, int at, int value) =>
        [.. choices[..at], Math.Max(0, value), .. choices[(at + 1)..]];

    // Zeros at the end are what an ended sequence goes on with anyway.
    private static int[] WithoutTail(int[] choices) =>
        choices[..(Array.FindLastIndex(choices, choice => choice != 0) + 1)];

    private static bool IsPlainer(int[] one, int[] other) =>
        one.Length != other.Length ? one.Length < other.Length : one.AsSpan().SequenceCompareTo(other) < 0;
}
