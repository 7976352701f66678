using Npgsql;

namespace PaymentCluster.Grains.Journal;

/// <summary>Rows for <see cref="PaymentSql.InsertAlarms"/> and <see cref="PaymentSql.DeleteAlarms"/>. Most batches have
/// none.</summary>
internal sealed class AlarmColumns
{
    private readonly Columns _raised = new();
    private readonly Columns _cleared = new();
    private readonly List<DateTime> _times = [];
    private readonly List<string> _reasons = [];

    public void Add(PaymentCommit member)
    {
        foreach (var raised in member.Raised)
        {
            _raised.Add(member, raised.Alarm);
            _times.Add(StoredTime.Of(raised.At));
            _reasons.Add(raised.Reason);
        }

        foreach (var cleared in member.Cleared)
        {
            _cleared.Add(member, cleared);
        }
    }

    public void AddTo(NpgsqlBatch batch)
    {
        if (_times.Count > 0)
        {
            batch.Add(
                PaymentSql.InsertAlarms, [.. _raised.Parameters, Parameters.Of(_times), Parameters.Of(_reasons)]);
        }

        if (_cleared.Any)
        {
            batch.Add(PaymentSql.DeleteAlarms, _cleared.Parameters);
        }
    }

    public void Clear()
    {
        _raised.Clear();
        _cleared.Clear();
        _times.Clear();
        _reasons.Clear();
    }

    private sealed class Columns
    {
        private readonly List<string> _merchants = [];
        private readonly List<Guid> _payments = [];
        private readonly List<short> _kinds = [];
        private readonly List<int> _numbers = [];

        public bool Any => _merchants.Count > 0;

        public NpgsqlParameter[] Parameters =>
        [
            Journal.Parameters.Of(_merchants), Journal.Parameters.Of(_payments), Journal.Parameters.Of(_kinds),
            Journal.Parameters.Of(_numbers),
        ];

        public void Add(PaymentCommit member, PaymentAlarm alarm)
        {
            _merchants.Add(member.Key.Merchant);
            _payments.Add(member.Key.Payment.Value);
            _kinds.Add((short)alarm.Kind);
            _numbers.Add(alarm.Number);
        }

        public void Clear()
        {
            _merchants.Clear();
            _payments.Clear();
            _kinds.Clear();
            _numbers.Clear();
        }
    }
}
