using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Payments.Tests;

/// <summary>How many due payments are resumed at once.</summary>
public sealed class ResumeLimitTests
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(5);

    [Fact]
    public void It_grows_to_its_end_while_all_goes_well()
    {
        var limit = new ResumeLimit(64);
        var first = limit.Current;
        Resume(limit, 10_000, Quick);

        Assert.InRange(first, 1, 63);
        Assert.Equal(64, limit.Current);
    }

    [Fact]
    public void It_falls_by_half_once_for_all_that_met_one_obstacle()
    {
        var limit = new ResumeLimit(64);
        Resume(limit, 10_000, Quick);
        for (var failed = 0; failed < 32; failed++)
        {
            limit.PushedBack();
        }

        Assert.Equal(32, limit.Current);
    }

    [Fact]
    public void It_falls_when_payments_take_long_and_never_to_nothing()
    {
        var limit = new ResumeLimit(64);
        Resume(limit, 10_000, Quick);
        Resume(limit, 10_000, ResumeLimit.Slow);

        Assert.InRange(limit.Current, 1, 8);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void It_is_never_above_what_is_configured(int most)
    {
        var limit = new ResumeLimit(most);
        Assert.Equal(most, limit.Current);
        Resume(limit, 1_000, Quick);
        Assert.Equal(most, limit.Current);
        Resume(limit, 1_000, ResumeLimit.Slow);
        Assert.InRange(limit.Current, 1, most);
    }

    private static void Resume(ResumeLimit limit, int count, TimeSpan took)
    {
        for (var resumed = 0; resumed < count; resumed++)
        {
            limit.Resumed(took);
        }
    }
}
