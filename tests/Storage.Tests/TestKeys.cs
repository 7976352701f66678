namespace PaymentCluster.Storage.Tests;

/// <summary>Keys that no other test uses.</summary>
internal static class TestKeys
{
    private static int _numbers;

    public static int NextNumber() => Interlocked.Increment(ref _numbers);

    public static string New() => $"key/{NextNumber()}";
}
