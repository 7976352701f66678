#if FAULT_POINTS
using PaymentCluster.Grains.Faults;

namespace PaymentCluster.Journal.Tests;

public sealed class FaultPointTests
{
    [Fact]
    public void What_happens_where_is_read()
    {
        Assert.Equal(
            [
                new FaultPointSetting("after_send", null, 0.002),
                new FaultPointSetting("before_send", TimeSpan.FromSeconds(15), 0.001),
                new FaultPointSetting("before_reply", null, 1, Fails: true),
            ],
            FaultPointSettings.Parse("after_send=crash:0.002; before_send=pause:15s:0.001;before_reply=fail:1")
                .AsEnumerable());
        Assert.Empty(FaultPointSettings.Parse(""));
    }

    [Theory]
    [InlineData("after_sent=crash:0.1")]
    [InlineData("after_send=crash:1.1")]
    [InlineData("after_send=pause:0.1")]
    [InlineData("after_send")]
    public void What_cannot_be_read_is_refused(string points) =>
        Assert.Throws<FormatException>(() => FaultPointSettings.Parse(points));

    [Fact]
    public void Draws_depend_on_seed_and_point_alone()
    {
        var setting = new FaultPointSetting("after_send", null, 0.5);

        Assert.Equal(Draws(setting, 7), Draws(setting, 7));
        Assert.NotEqual(Draws(setting, 7), Draws(setting, 8));
        Assert.NotEqual(Draws(setting, 7), Draws(setting with { Point = "before_send" }, 7));
    }

    private static List<bool> Draws(FaultPointSetting setting, int seed)
    {
        var point = new ArmedPoint(setting, seed);
        return [.. Enumerable.Range(0, 64).Select(_ => point.Fires())];
    }
}
#endif
