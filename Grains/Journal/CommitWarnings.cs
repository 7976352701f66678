using Npgsql;

namespace PaymentCluster.Grains.Journal;

/// <summary>
/// PostgreSQL reports a commit whose wait for the standbys was cancelled as a success with a warning: it is durable
/// here alone. Nothing else that the journal sends can warn, so that any warning means: in doubt.
/// </summary>
internal sealed class CommitWarnings : IDisposable
{
    private readonly NpgsqlConnection _connection;
    private string? _warning;

    public CommitWarnings(NpgsqlConnection connection)
    {
        _connection = connection;
        connection.Notice += Notice;
    }

    /// <exception cref="CommitWarnedException">There was one.</exception>
    public void ThrowIfAny()
    {
        if (_warning is not null)
        {
            throw new CommitWarnedException(_warning);
        }
    }

    public void Dispose() => _connection.Notice -= Notice;

    private void Notice(object sender, NpgsqlNoticeEventArgs notice)
    {
        if (notice.Notice.InvariantSeverity == "WARNING")
        {
            _warning = notice.Notice.SqlState;
        }
    }
}

/// <summary>A commit returned a warning.</summary>
/// <param name="sqlState">The warning's code.</param>
internal sealed class CommitWarnedException(string sqlState) : Exception(
    $"The commit returned warning {sqlState}.");
