using FsCheck;
using FsCheck.Fluent;

namespace PaymentCluster.Payments.Tests;

/// <summary>Histories as lists of numbers, so that a failing one shrinks. The numbers are spread over a wide range:
/// those of FsCheck itself are so small in a list that few choices are made of them.</summary>
internal static class Histories
{
    public static Arbitrary<int[]> OfAnyLength { get; } = Arb.From(
        Gen.Choose(0, 1_000_000).ArrayOf(), history => ArbMap.Default.ArbFor<int[]>().Shrinker(history));
}
