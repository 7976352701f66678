using System.Diagnostics;

namespace PaymentCluster.System.Tests;

/// <summary>Waits for a condition.</summary>
internal static class Eventually
{
    /// <summary>Looks until there is an answer.</summary>
    /// <param name="look">Answers null as long as it is not so.</param>
    /// <param name="whatDidNotHappen">The failure's message, made when it is needed.</param>
    /// <param name="patience">30 s unless told otherwise.</param>
    public static async Task<T> GetAsync<T>(Func<Task<T?>> look, Func<string> whatDidNotHappen, TimeSpan? patience = null)
        where T : class
    {
        var since = Stopwatch.StartNew();
        while (since.Elapsed < (patience ?? TimeSpan.FromSeconds(30)))
        {
            if (await look() is { } answer)
                return answer;
            await Task.Delay(50);
        }

        Assert.Fail(whatDidNotHappen());
        throw new UnreachableException();
    }

    public static Task TrueAsync(Func<Task<bool>> look, Func<string> whatDidNotHappen, TimeSpan? patience = null) =>
        GetAsync(async () => await look() ? "" : null, whatDidNotHappen, patience);
}
