using Xunit.Abstractions;

namespace PaymentCluster.Chaos.Tests;

/// <summary>The whole system under load, while everything that can go wrong does.</summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Every_promise_holds_whatever_dies_freezes_or_lies()
    {
        var run = new ChaosRun(ChaosOptions.Read());
        try
        {
            var found = await run.RunAsync();
            Assert.True(found.Count == 0, run.Text);
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
        {
            throw new InvalidOperationException($"The run broke off. {run.Text}", exception);
        }
        finally
        {
            output.WriteLine(run.Text);
        }
    }
}
