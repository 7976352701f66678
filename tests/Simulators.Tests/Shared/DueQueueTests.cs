using PaymentCluster.Simulators.Tests.Hosting;
using PaymentCluster.Simulators.Timing;

namespace PaymentCluster.Simulators.Tests.Shared;

public sealed class DueQueueTests
{
    private readonly ManualClock _clock = new();
    private readonly List<string> _done = [];

    [Fact]
    public void Items_come_up_in_the_order_of_their_time()
    {
        using var queue = new DueQueue<string>(_clock, _done.Add);
        queue.Add("third", _clock.GetUtcNow().AddSeconds(3));
        queue.Add("first", _clock.GetUtcNow().AddSeconds(1));
        queue.Add("second", _clock.GetUtcNow().AddSeconds(2));

        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(["first", "second"], _done);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["first", "second", "third"], _done);
    }

    [Fact]
    public void An_item_added_by_an_item_comes_up_in_its_turn()
    {
        DueQueue<string>? queue = null;
        queue = new DueQueue<string>(_clock, item =>
        {
            _done.Add(item);
            if (item == "first")
            {
                queue!.Add("at once", _clock.GetUtcNow());
                queue!.Add("later", _clock.GetUtcNow().AddSeconds(5));
            }
        });
        queue.Add("first", _clock.GetUtcNow().AddSeconds(1));

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["first", "at once"], _done);
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(["first", "at once", "later"], _done);
        queue.Dispose();
    }

    [Fact]
    public void An_item_far_ahead_is_waited_for_in_stages()
    {
        using var queue = new DueQueue<string>(_clock, _done.Add);
        queue.Add("next season", _clock.GetUtcNow().AddDays(90));

        _clock.Advance(TimeSpan.FromDays(89));
        Assert.Empty(_done);
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(["next season"], _done);
    }
}
