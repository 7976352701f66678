namespace PaymentCluster.Simulators.Tests.Hosting;

/// <summary>Waits for a condition, and says which one did not come.</summary>
internal static class Eventually
{
    public static async Task BecomesTrueAsync(Func<Task<bool>> condition, string what)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await condition())
        {
            if (patience.IsCancellationRequested)
                Assert.Fail("It did not come to pass that " + what);
            await Task.Delay(5);
        }
    }
}
