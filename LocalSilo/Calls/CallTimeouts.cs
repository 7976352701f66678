namespace Orleans.Calls;

/// <summary>The calls that wait for an answer. Lists that calls link themselves into cost a call no allocation, and a
/// finished call is forgotten at once.</summary>
internal sealed class CallTimeouts
{
    private readonly List[] _lists = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new List())];

    public void Add(Call call) => ListOf(call).Add(call);

    public void Remove(Call call) => ListOf(call).Remove(call);

    /// <summary>Fails the calls whose deadline is not later. The callee goes on.</summary>
    public void Fail(long deadline, Func<Call, Exception> failure)
    {
        foreach (var call in _lists.SelectMany(list => list.DueBy(deadline)))
            call.Fail(failure(call));
    }

    private List ListOf(Call call) => _lists[(int)((uint)call.GetHashCode() % (uint)_lists.Length)];

    private sealed class List
    {
        private readonly Lock _gate = new();
        private Call? _first;
        private Call? _last;

        public void Add(Call call)
        {
            lock (_gate)
            {
                call.Previous = _last;
                if (_last is null)
                    _first = call;
                else
                    _last.Next = call;
                _last = call;
            }
        }

        public void Remove(Call call)
        {
            lock (_gate)
            {
                if (call.Previous is null && !ReferenceEquals(_first, call))
                    return;
                if (call.Previous is null)
                    _first = call.Next;
                else
                    call.Previous.Next = call.Next;
                if (call.Next is null)
                    _last = call.Previous;
                else
                    call.Next.Previous = call.Previous;
                call.Previous = call.Next = null;
            }
        }

        public List<Call> DueBy(long deadline)
        {
            var due = new List<Call>();
            lock (_gate)
            {
                // The timeout is the same for all, so that the first is always the next to expire.
                for (var call = _first; call is not null && call.Deadline <= deadline; call = call.Next)
                    due.Add(call);
            }

            return due;
        }
    }
}
