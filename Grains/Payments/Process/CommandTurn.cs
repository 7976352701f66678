namespace PaymentCluster.Grains.Payments.Process;

/// <summary>Lets one command at a time be carried out, in the order of arrival. Of one activation, whose steps are not
/// run at the same time: it needs no lock of its own.</summary>
internal sealed class CommandTurn
{
    private Queue<TaskCompletionSource>? _waiting;
    private bool _isTaken;

    /// <summary>Waits for the turn, which has to be given back.</summary>
    public ValueTask EnterAsync()
    {
        if (!_isTaken)
        {
            _isTaken = true;
            return ValueTask.CompletedTask;
        }

        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (_waiting ??= new Queue<TaskCompletionSource>()).Enqueue(turn);
        return new ValueTask(turn.Task);
    }

    /// <summary>Takes the turn, which has to be given back; false if it is taken.</summary>
    public bool TryEnter() => !_isTaken && (_isTaken = true);

    /// <summary>Gives the turn to the next.</summary>
    public void Leave()
    {
        if (_waiting is not null && _waiting.TryDequeue(out var next))
        {
            next.SetResult();
        }
        else
        {
            _isTaken = false;
        }
    }
}
