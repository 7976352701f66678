using System.Reflection;
using Orleans.Runtime;

namespace Orleans
{
    /// <summary>A call on its way into a grain.</summary>
    public interface IGrainCallContext
    {
        /// <summary>The grain that is called.</summary>
        object Grain { get; }

        /// <summary>The called grain's id.</summary>
        GrainId TargetId { get; }

        /// <summary>The full name of the interface.</summary>
        string InterfaceName { get; }

        /// <summary>The method's name.</summary>
        string MethodName { get; }

        /// <summary>The interface's method.</summary>
        MethodInfo InterfaceMethod { get; }

        /// <summary>The result, once the call has run; may be replaced.</summary>
        object? Result { get; set; }

        /// <summary>Runs the next filter, or the method itself.</summary>
        Task Invoke();
    }

    /// <inheritdoc/>
    public interface IIncomingGrainCallContext : IGrainCallContext
    {
        /// <summary>The activation that is called.</summary>
        IGrainContext TargetContext { get; }

        /// <summary>The method of the grain's class.</summary>
        MethodInfo ImplementationMethod { get; }
    }

    /// <summary>Stands around every call into a grain of the silo, ticks of timers included.</summary>
    public interface IIncomingGrainCallFilter
    {
        /// <summary>Runs around the call; calls <see cref="IGrainCallContext.Invoke"/> or sets a result.</summary>
        Task Invoke(IIncomingGrainCallContext context);
    }

    /// <summary>A filter as a function.</summary>
    public delegate Task IncomingGrainCallFilterDelegate(IIncomingGrainCallContext context);
}

namespace Orleans.Calls
{
    internal sealed class DelegateCallFilter(IncomingGrainCallFilterDelegate filter) : IIncomingGrainCallFilter
    {
        public Task Invoke(IIncomingGrainCallContext context) => filter(context);
    }

    internal sealed class FilteredCall(Local.Activation activation, IReadOnlyList<IIncomingGrainCallFilter> filters,
        IInvocation invocation) : IIncomingGrainCallContext
    {
        private int _stage;
        private bool _answered;

        public object Grain => activation.GrainInstance!;

        public IGrainContext TargetContext => activation;

        public GrainId TargetId => activation.GrainId;

        public string InterfaceName => InterfaceMethod.DeclaringType!.FullName!.Replace('+', '.');

        public string MethodName => InterfaceMethod.Name;

        public MethodInfo InterfaceMethod => invocation.Method;

        public MethodInfo ImplementationMethod
        {
            get
            {
                if (!invocation.Method.DeclaringType!.IsInstanceOfType(Grain))
                    return invocation.Method;
                var map = Grain.GetType().GetInterfaceMap(invocation.Method.DeclaringType);
                return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, invocation.Method)];
            }
        }

        public object? Result
        {
            get => invocation.Result;
            set
            {
                invocation.Result = value;
                _answered = true;
            }
        }

        public async Task Invoke()
        {
            var stage = _stage++;
            try
            {
                var filter = stage < filters.Count ? filters[stage]
                    : stage == filters.Count ? Grain as IIncomingGrainCallFilter : null;
                if (filter is null && stage == filters.Count)
                {
                    await Invoke();
                    return;
                }

                if (filter is null)
                {
                    Result = await invocation.InvokeAsync(activation.GrainInstance!);
                    return;
                }

                await filter.Invoke(this);
                if (!_answered)
                    throw new InvalidOperationException($"The call filter {filter.GetType()} neither invoked nor answered.");
            }
            finally
            {
                _stage--;
            }
        }
    }
}
