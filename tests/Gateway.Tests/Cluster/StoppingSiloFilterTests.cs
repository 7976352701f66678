using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using PaymentCluster.Gateway.Api.Cluster;

namespace PaymentCluster.Gateway.Tests.Cluster;

/// <summary>A call is made again where it was certainly not executed, and nowhere else.</summary>
public sealed class StoppingSiloFilterTests
{
    private static readonly StoppingSiloFilter Filter = new(
        new NoPauses(), NullLogger<StoppingSiloFilter>.Instance);

    [Fact]
    public async Task A_call_that_a_stopping_silo_rejected_is_made_again()
    {
        var (context, call) = Call.Failing(times: 3, Rejection("Silo stopping "));
        await Filter.Invoke(context);
        Assert.Equal(4, call.Made);
    }

    [Fact]
    public async Task A_call_that_is_always_rejected_fails_in_the_end()
    {
        var (context, call) = Call.Failing(times: int.MaxValue, Rejection("Silo stopping "));
        await Assert.ThrowsAsync<OrleansMessageRejectionException>(() => Filter.Invoke(context));
        Assert.Equal(StoppingSiloFilter.MaxTries, call.Made);
    }

    public static TheoryData<Exception> Others =>
    [
        Rejection("Exception while sending message"),
        new SiloUnavailableException("Silo stopping "),
        new TimeoutException("Silo stopping "),
    ];

    [Theory]
    [MemberData(nameof(Others))]
    public async Task A_call_that_may_have_been_executed_is_not_made_again(Exception failure)
    {
        var (context, call) = Call.Failing(times: 1, failure);
        Assert.Same(failure, await Assert.ThrowsAnyAsync<Exception>(() => Filter.Invoke(context)));
        Assert.Equal(1, call.Made);
    }

    // Only the runtime makes them.
    private static OrleansMessageRejectionException Rejection(string message) =>
        (OrleansMessageRejectionException)Activator.CreateInstance(
            typeof(OrleansMessageRejectionException),
            BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic,
            binder: null,
            [message],
            culture: null)!;

    /// <summary>A grain call that fails so many times and succeeds then.</summary>
    public class Call : DispatchProxy
    {
        private Exception? _failure;
        private int _times;

        public int Made { get; private set; }

        public static (IOutgoingGrainCallContext Context, Call Call) Failing(int times, Exception failure)
        {
            var context = Create<IOutgoingGrainCallContext, Call>();
            var call = (Call)(object)context;
            (call._times, call._failure) = (times, failure);
            return (context, call);
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name != nameof(IGrainCallContext.Invoke))
            {
                return null;
            }

            return ++Made > _times ? Task.CompletedTask : Task.FromException(_failure!);
        }
    }

    private sealed class NoPauses : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
