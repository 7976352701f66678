using System.Diagnostics.CodeAnalysis;
using Orleans.Local;

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
        public GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period) : this()
        {
            DueTime = dueTime;
            Period = period;
        }

        /// <summary>How long until the first tick; <see cref="Timeout.InfiniteTimeSpan"/> for none.</summary>
        public required TimeSpan DueTime { get; init; }

        /// <summary>How long from the end of a tick to the next; <see cref="Timeout.InfiniteTimeSpan"/> for none.</summary>
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

    /// <summary>What a grain asks of the runtime.</summary>
    public static class GrainBaseExtensions
    {
        /// <summary>Deactivates the grain once its current calls are done; later calls go to a fresh activation.</summary>
        public static void DeactivateOnIdle(this IGrainBase grain) => grain.GrainContext.Deactivate(
            new(DeactivationReasonCode.ApplicationRequested, $"{nameof(DeactivateOnIdle)} was called."));

        /// <summary>Starts a timer whose ticks are turns of the grain.</summary>
        /// <param name="grain">The grain.</param>
        /// <param name="callback">What a tick does. Its token is cancelled when the timer is disposed or the grain goes. An
        /// exception is logged, and the timer goes on.</param>
        /// <param name="state">Handed to the callback.</param>
        /// <param name="options">When it fires and what it may do.</param>
        public static IGrainTimer RegisterGrainTimer<TState>(this IGrainBase grain,
            Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options)
        {
            ArgumentNullException.ThrowIfNull(callback);
            var timer = new GrainTimer((Activation)grain.GrainContext, token => callback(state, token), options);
            timer.Change(options.DueTime, options.Period);
            return timer;
        }

        /// <summary>Starts a timer whose ticks are turns of the grain.</summary>
        public static IGrainTimer RegisterGrainTimer(this IGrainBase grain, Func<CancellationToken, Task> callback,
            GrainTimerCreationOptions options) =>
            grain.RegisterGrainTimer(static (callback, token) => callback(token), callback, options);

        /// <summary>Starts a timer whose ticks are turns of the grain.</summary>
        public static IGrainTimer RegisterGrainTimer(this IGrainBase grain, Func<Task> callback,
            GrainTimerCreationOptions options) =>
            grain.RegisterGrainTimer(static (callback, _) => callback(), callback, options);

        /// <summary>Starts a timer whose ticks are turns of the grain.</summary>
        public static IGrainTimer RegisterGrainTimer<TState>(this IGrainBase grain, Func<TState, Task> callback,
            TState state, GrainTimerCreationOptions options) =>
            grain.RegisterGrainTimer((held, _) => callback(held), state, options);

        /// <summary>Starts a timer whose ticks are turns of the grain.</summary>
        public static IGrainTimer RegisterGrainTimer(this IGrainBase grain, Func<Task> callback, TimeSpan dueTime,
            TimeSpan period) => grain.RegisterGrainTimer(callback, new(dueTime, period));

        /// <summary>Starts a timer whose ticks are turns of the grain.</summary>
        public static IGrainTimer RegisterGrainTimer(this IGrainBase grain, Func<CancellationToken, Task> callback,
            TimeSpan dueTime, TimeSpan period) => grain.RegisterGrainTimer(callback, new(dueTime, period));

        /// <summary>Starts a timer whose ticks are turns of the grain.</summary>
        public static IGrainTimer RegisterGrainTimer<TState>(this IGrainBase grain, Func<TState, Task> callback,
            TState state, TimeSpan dueTime, TimeSpan period) =>
            grain.RegisterGrainTimer(callback, state, new(dueTime, period));

        /// <summary>Starts a timer whose ticks are turns of the grain.</summary>
        public static IGrainTimer RegisterGrainTimer<TState>(this IGrainBase grain,
            Func<TState, CancellationToken, Task> callback, TState state, TimeSpan dueTime, TimeSpan period) =>
            grain.RegisterGrainTimer(callback, state, new(dueTime, period));
    }
}

namespace Orleans.Calls
{
    using System.Reflection;
    using Orleans.Runtime;

    /// <summary>A timer, and at the same time the turn that each of its ticks is.</summary>
    internal sealed class GrainTimer : Turn, IGrainTimer, IInvocation
    {
        private readonly Activation _activation;
        private readonly Func<CancellationToken, Task> _callback;
        private readonly CancellationTokenSource _stop = new();
        private readonly ITimer _timer;
        private TimeSpan _dueTime;
        private TimeSpan _period;
        private bool _firing;
        private bool _changed;

        public GrainTimer(Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
        {
            activation.RequireTurn();
            _activation = activation;
            _callback = callback;
            AlwaysInterleave = options.Interleave;
            KeepAlive = options.KeepAlive;

            // Nothing of the call that starts the timer flows into its ticks.
            using var _ = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
            _timer = activation.Silo.Clock.CreateTimer(static timer => ((GrainTimer)timer!).Fire(), this,
                Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            activation.Add(this);
        }

        MethodInfo IInvocation.Method => ((Func<CancellationToken, Task>)Tick).Method;

        object? IInvocation.Result { get; set; }

        public void Change(TimeSpan dueTime, TimeSpan period)
        {
            _dueTime = dueTime;
            _period = period;
            _changed = true;

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

        public override async Task RunAsync(Activation activation)
        {
            _changed = false;
            try
            {
                if (activation.Class.Filters is { } filters)
                    await new FilteredCall(activation, filters, this).Invoke();
                else if (!_stop.IsCancellationRequested)
                    await _callback(_stop.Token);
            }
            catch (Exception exception)
            {
                LocalSiloLog.TimerFailed(activation.Silo.Logger, exception, activation.GrainId);
                if (exception is Storage.InconsistentStateException { IsSourceActivation: true })
                {
                    activation.Deactivate(
                        new(DeactivationReasonCode.ApplicationError, exception, exception.Message), CancellationToken.None);
                }
            }
            finally
            {
                _firing = false;
                if (!_stop.IsCancellationRequested)
                    _timer.Change(_changed ? _dueTime : _period, Timeout.InfiniteTimeSpan);
                activation.OnCompleted(this);
            }
        }

        public async Task<object?> InvokeAsync(object grain)
        {
            await Tick(_stop.Token);
            return null;
        }

        public override void Leave(Activation activation, Exception? failure)
        {
            // A timer ends with its activation.
        }

        private Task Tick(CancellationToken token) => token.IsCancellationRequested ? Task.CompletedTask : _callback(token);

        private void Fire()
        {
            _firing = true;
            _activation.TryEnqueue(this);
        }
    }
}
