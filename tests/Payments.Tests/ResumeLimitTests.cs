using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Payments.Tests;

/// <summary>How many due payments are resumed at once.</summary>
public sealed class ResumeLimitTests
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(5);

    [Fact]
    public void It_grows_to_its_end_while_all_goes_well()
    {
        var limit = new ResumeLimit(128);
        var first = limit.Current;
        Resume(limit, 10_000, Quick);

        Assert.InRange(first, 1, 127);
        Assert.Equal(128, limit.Current);
    }

    [Fact]
    public void It_falls_by_half_once_for_all_that_met_one_obstacle()
    {
        var limit = new ResumeLimit(128);
        Resume(limit, 10_000, Quick);
        for (var failed = 0; failed < 64; failed++)
        {
            limit.PushedBack();
        }

        Assert.Equal(64, limit.Current);
    }

    [Fact]
    public void It_falls_while_payments_take_long_and_not_to_nothing()
    {
        var limit = new ResumeLimit(128);
        Resume(limit, 10_000, Quick);
        Resume(limit, 10_000, 2 * ResumeLimit.Slow);

        Assert.Equal(48, limit.Current);
    }

    [Fact]
    public void After_failures_it_grows_again_also_while_payments_take_long()
    {
        var limit = new ResumeLimit(128);
        for (var failed = 0; failed < 1_000; failed++)
        {
            limit.PushedBack();
        }

        Assert.Equal(4, limit.Current);
        Resume(limit, 5_000, 2 * ResumeLimit.Slow);
        Assert.Equal(48, limit.Current);
    }

    [Fact]
    public void One_that_is_slow_among_many_changes_nothing()
    {
        var limit = new ResumeLimit(128);
        for (var round = 0; round < 1_000; round++)
        {
            Resume(limit, 20, Quick);
            Resume(limit, 1, 4 * ResumeLimit.Slow);
        }

        Assert.Equal(128, limit.Current);
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
        Resume(limit, 1_000, 2 * ResumeLimit.Slow);
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
