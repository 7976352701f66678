using System.Collections.Immutable;
using System.Globalization;

namespace PaymentCluster.Bench;

/// <summary>What to measure, from the command line.</summary>
internal sealed record BenchOptions
{
    /// <summary>The scenarios, in the order in which they run: what others are compared with comes first.</summary>
    public static readonly ImmutableArray<string> All =
    [
        "limit", "own-commit", "accept", "provider", "read", "batch", "paper", "step", "outcomes", "recovery", "growth",
        "memory",
    ];

    /// <summary>Which of <see cref="All"/>.</summary>
    public required ImmutableArray<string> Scenarios { get; init; }

    /// <summary>How long each load counts, in seconds.</summary>
    public double Seconds { get; init; } = 10;

    /// <summary>Connections of the loader.</summary>
    public int Connections { get; init; } = 256;

    /// <summary>Payments per second of <c>outcomes</c>.</summary>
    public double Rate { get; init; } = 15;

    /// <summary>The simulated providers of <c>outcomes</c>.</summary>
    public ImmutableArray<string> Providers { get; init; } = ["paytm", "payu", "juspay", "razorpay"];

    /// <summary>Whether the providers of <c>outcomes</c> send webhooks.</summary>
    public bool Webhooks { get; init; } = true;

    /// <summary>The numbers of stored payments for <c>growth</c>.</summary>
    public ImmutableArray<int> Stored { get; init; } = [10_000, 1_000_000, 5_000_000, 10_000_000];

    /// <summary>Whether to only see that everything works: short loads, few rows, figures that mean nothing.</summary>
    public bool Quick { get; init; }

    /// <summary>The result file; null for a new one in <c>bench/results</c>.</summary>
    public string? Output { get; init; }

    /// <summary>Seconds of load before anything counts, so that code is compiled and connections are warm.</summary>
    public double WarmUp => Quick ? 0.5 : 8;

    /// <summary>Payments that a server has taken before its peak is looked for.</summary>
    public long WarmPayments => Quick ? 0 : 60_000;

    /// <summary>Payments of a scenario whose size is a number and not a time.</summary>
    public int Many => Quick ? 200 : 20_000;

    /// <summary>Reads the command line.</summary>
    /// <exception cref="FormatException">It is not as it must be.</exception>
    public static BenchOptions Parse(IReadOnlyList<string> args)
    {
        var options = new BenchOptions { Scenarios = [] };
        for (var index = 0; index < args.Count; index++)
        {
            options = args[index] switch
            {
                "--seconds" => options with { Seconds = Number(args, ++index) },
                "--connections" => options with { Connections = (int)Number(args, ++index) },
                "--stored" =>
                    options with { Stored = [.. Text(args, ++index).Split(',').Select(text => (int)Number(text))] },
                "--rate" => options with { Rate = Number(args, ++index) },
                "--providers" => options with { Providers = [.. Text(args, ++index).Split(',')] },
                "--no-webhooks" => options with { Webhooks = false },
                "--out" => options with { Output = Path.GetFullPath(Text(args, ++index)) },
                "--quick" => options with { Quick = true, Seconds = 1, Connections = 32, Stored = [1_000, 2_000] },
                var name when All.Contains(name) => options with { Scenarios = options.Scenarios.Add(name) },
                var other =>
                    throw new FormatException($"unknown argument {other}; the scenarios are {string.Join(' ', All)}"),
            };
        }

        return options with
        {
            Scenarios = options.Scenarios.IsEmpty ? All : [.. All.Where(options.Scenarios.Contains)],
        };
    }

    private static string Text(IReadOnlyList<string> args, int index) =>
        index < args.Count ? args[index] : throw new FormatException($"{args[^1]} needs a value");

    private static double Number(IReadOnlyList<string> args, int index) => Number(Text(args, index));

    private static double Number(string text) =>
        double.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new FormatException($"{text} is no positive number");
}
