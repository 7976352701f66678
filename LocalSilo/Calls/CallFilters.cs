using System.Reflection;
using Orleans.Runtime;

namespace Orleans
{
    /// <summary>A call on its way into a grain.</summary>
    public interface IIncomingGrainCallContext
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

        /// <summary>The method of the grain's class.</summary>
        MethodInfo ImplementationMethod { get; }

        /// <summary>The result, once the call has run; may be replaced.</summary>
        object? Result { get; set; }

        /// <summary>Runs the next filter, or the method itself.</summary>
        Task Invoke();
    }

    /// <summary>Stands around every call into a grain of the silo, ticks of timers included.</summary>
    public interface IIncomingGrainCallFilter
    {
        /// <summary>Runs around the call; invokes it or sets a result.</summary>
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

    internal sealed class FilteredCall(Local.Activation activation, Turn turn) : IIncomingGrainCallContext
    {
        private int _passed;

        public object Grain => activation.Grain;

        public GrainId TargetId => activation.GrainId;

        public string InterfaceName => InterfaceMethod.DeclaringType!.FullName!;

        public string MethodName => InterfaceMethod.Name;

        public MethodInfo InterfaceMethod => turn.Method;

        public MethodInfo ImplementationMethod
        {
            get
            {
                if (!InterfaceMethod.DeclaringType!.IsInterface)
                    return InterfaceMethod;
                var map = Grain.GetType().GetInterfaceMap(InterfaceMethod.DeclaringType);
                return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, InterfaceMethod)];
            }
        }

        public object? Result
        {
            get => turn.Result;
            set => turn.Result = value;
        }

        public Task Invoke() => _passed < activation.Silo.Filters.Length
            ? activation.Silo.Filters[_passed++].Invoke(this)
            : turn.InvokeAsync(Grain);
    }
}
