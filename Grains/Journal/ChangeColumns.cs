using Npgsql;
using PaymentCluster.Grains.Abstractions.Audit;

namespace PaymentCluster.Grains.Journal;

/// <summary>Rows for <see cref="PaymentSql.InsertChanges"/>. Most batches have none.</summary>
internal sealed class ChangeColumns
{
    private readonly List<Guid> _payments = [];
    private readonly List<int> _versions = [];
    private readonly List<string> _merchants = [];
    private readonly List<DateTime> _times = [];
    private readonly List<string> _actions = [];
    private readonly List<string> _actors = [];
    private readonly List<string?> _addresses = [];
    private readonly List<string?> _details = [];

    public void Add(PaymentCommit member)
    {
        if (member.Change is { } change)
        {
            _payments.Add(member.Key.Payment.Value);
            _versions.Add(member.ExpectedVersion + 1);
            _merchants.Add(member.Key.Merchant);
            _times.Add(StoredTime.Of(change.At));
            _actions.Add(AuditNames.Of(change.Action));
            _actors.Add(change.By.Id);
            _addresses.Add(change.By.Address);
            _details.Add(change.Detail);
        }
    }

    public void AddTo(NpgsqlBatch batch)
    {
        if (_payments.Count > 0)
        {
            batch.Add(
                PaymentSql.InsertChanges,
                Parameters.Of(_payments), Parameters.Of(_versions), Parameters.Of(_merchants), Parameters.Of(_times),
                Parameters.Of(_actions), Parameters.Of(_actors), Parameters.OfNullable(_addresses),
                Parameters.OfNullable(_details));
        }
    }

    public void Clear()
    {
        _payments.Clear();
        _versions.Clear();
        _merchants.Clear();
        _times.Clear();
        _actions.Clear();
        _actors.Clear();
        _addresses.Clear();
        _details.Clear();
    }
}
