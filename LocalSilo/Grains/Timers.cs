using System.Diagnostics.CodeAnalysis;

namespace Orleans.Runtime
{
    /// <summary>A timer of a grain. It ends with the activation or by being disposed.</summary>
    public interface IGrainTimer : IDisposable
    {
        /// <summary>Fires next after the due time, and then the period after the end of each tick.</summary>
        void Change(TimeSpan dueTime, TimeSpan period);
    }

    /// <summary>When a timer fires and what it may do.</summary>
    public readonly struct GrainTimerCreationOptions()
    {
        /// <summary>A timer that fires at these times.</summary>
        [SetsRequiredMembers]
        public GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period) : this() =>
            (DueTime, Period) = (dueTime, period);

        /// <summary>How long until the first tick; <see cref="Timeout.InfiniteTimeSpan"/> for none.</summary>
        public required TimeSpan DueTime { get; init; }

        /// <summary>From the end of a tick to the next; <see cref="Timeout.InfiniteTimeSpan"/> for none.</summary>
        public required TimeSpan Period { get; init; }

        /// <summary>Whether a tick may start while a call runs.</summary>
        public bool Interleave { get; init; }

        /// <summary>Whether ticks keep the grain from being collected.</summary>
        public bool KeepAlive { get; init; }
    }
}

namespace Orleans
{
    using Orleans.Calls;
    using Orleans.Runtime;

    /// <summary>Starts timers whose ticks are turns of the grain. The token of a tick is cancelled when the timer is
    /// disposed or the grain goes; an exception is logged, and the timer goes on.</summary>
    public static class GrainBaseExtensions
    {
        /// <summary>Starts a timer whose ticks are handed a state.</summary>
        public static IGrainTimer RegisterGrainTimer<TState>(this Grain grain,
            Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options) =>
            grain.RegisterGrainTimer(token => callback(state, token), options);

        /// <summary>Starts a timer.</summary>
        public static IGrainTimer RegisterGrainTimer(this Grain grain, Func<CancellationToken, Task> callback,
            GrainTimerCreationOptions options) => new GrainTimer(grain.Activation, callback, options);

        /// <summary>Starts a timer that neither interleaves nor keeps the grain.</summary>
        public static IGrainTimer RegisterGrainTimer(this Grain grain, Func<Task> callback, TimeSpan dueTime,
            TimeSpan period) => grain.RegisterGrainTimer(_ => callback(), new(dueTime, period));
    }
}

namespace Orleans.Calls
{
    using System.Reflection;
    using Orleans.Local;
    using Orleans.Runtime;

    /// <summary>A timer, and at the same time the turn that each of its ticks is.</summary>
    internal sealed class GrainTimer : Turn, IGrainTimer
    {
        private readonly Activation _activation;
        private readonly Func<CancellationToken, Task> _callback;
        private readonly CancellationTokenSource _stop = new();
        private readonly ITimer _timer;
        private TimeSpan _next;
        private TimeSpan _period;
        private bool _firing;

        public GrainTimer(
            Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
        {
            activation.RequireTurn();
            _activation = activation;
            _callback = callback;
            AlwaysInterleave = options.Interleave;
            KeepAlive = options.KeepAlive;

            // Nothing of the call that starts the timer flows into its ticks.
            using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
            {
                _timer = activation.Silo.Clock.CreateTimer(
                    _ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }

            activation.Add(this);
            Change(options.DueTime, options.Period);
        }

        public override MethodInfo Method => _callback.Method;

        public override bool IsTooLate => _stop.IsCancellationRequested;

        public void Change(TimeSpan dueTime, TimeSpan period)
        {
            _next = dueTime;
            _period = period;

            // While a tick waits or runs, the change counts from its end.
            if (!_firing)
                _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            _stop.Cancel();
            _timer.Dispose();
            _activation.Remove(this);
        }

        public override Task InvokeAsync(object grain) => _callback(_stop.Token);

        protected override void OnSucceeded()
        {
            _firing = false;
            _timer.Change(_next, Timeout.InfiniteTimeSpan);
        }

        protected override void OnFailed(Activation activation, Exception exception)
        {
            LocalSiloLog.TimerFailed(activation.Silo.Logger, exception, activation.GrainId);
            OnSucceeded();
        }

        private void Fire()
        {
            _firing = true;
            _next = _period;
            _activation.TryEnqueue(this);
        }
    }
}
