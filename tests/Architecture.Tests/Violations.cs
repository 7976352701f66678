namespace PaymentCluster.Architecture.Tests;

/// <summary>An assertion that lists everything that is wrong, not the first of it.</summary>
internal static class Violations
{
    public static void None(IEnumerable<string> found)
    {
        var list = found.Order(StringComparer.Ordinal).ToList();
        if (list.Count > 0)
        {
            Assert.Fail(string.Join('\n', list));
        }
    }
}
