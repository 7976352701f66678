using Npgsql;

namespace PaymentCluster.Grains.Journal;

/// <summary>
/// The rows of one batch of decisions, per table and column, in the order in which every writer takes its locks. The
/// buffers are kept from batch to batch.
/// </summary>
internal sealed class PaymentRows
{
    private readonly List<PaymentCommit> _members = [];
    private readonly List<PaymentCommit> _keyed = [];
    private readonly List<PaymentCommit> _new = [];
    private readonly NewPaymentColumns _inserts = new();
    private readonly ChangedPaymentColumns _updates = new();
    private readonly List<string> _heldMerchants = [];
    private readonly List<Guid> _heldPayments = [];
    private readonly List<int> _heldVersions = [];
    private readonly List<string> _keyMerchants = [];
    private readonly List<string> _keys = [];
    private readonly List<byte[]> _fingerprints = [];
    private readonly List<Guid> _keyPayments = [];
    private readonly List<Guid> _duePayments = [];
    private readonly List<DateTime> _dueTimes = [];
    private readonly List<string> _dueMerchants = [];
    private readonly List<short> _dueLanes = [];
    private readonly List<Guid> _idlePayments = [];
    private readonly EventColumns _events = new();
    private readonly AlarmColumns _alarms = new();
    private readonly ChangeColumns _changes = new();
    private readonly LedgerColumns _ledger = new();

    /// <summary>Loads a batch, replacing the previous one.</summary>
    public void Fill(IReadOnlyList<Pending<PaymentCommit, CommitResult>> members)
    {
        Clear();
        foreach (var pending in members)
        {
            _members.Add(pending.Member);
            (pending.Member.ExpectedVersion == 0 ? _new : null)?.Add(pending.Member);
            (pending.Member.Request is not null ? _keyed : null)?.Add(pending.Member);
        }

        _members.Sort(static (left, right) => left.Key.Payment.Value.CompareTo(right.Key.Payment.Value));
        _new.Sort(
            static (left, right) =>
                Compare(left.Key.Merchant, left.Row.OrderId, right.Key.Merchant, right.Row.OrderId));
        _keyed.Sort(
            static (left, right) =>
                Compare(left.Key.Merchant, left.Request!.Key, right.Key.Merchant, right.Request!.Key));

        _keyed.ForEach(AddKey);
        _new.ForEach(_inserts.Add);
        _members.ForEach(AddMember);
        _ledger.Close();
    }

    /// <summary>Adds the statements that have rows.</summary>
    public void AddTo(NpgsqlBatch batch)
    {
        if (_keys.Count > 0)
        {
            batch.Add(
                PaymentSql.InsertKeys, Parameters.Of(
                    _keyMerchants), Parameters.Of(_keys), Parameters.OfBytes(_fingerprints),
                Parameters.Of(_keyPayments));
        }

        _inserts.AddTo(batch);
        _updates.AddTo(batch);
        if (_heldPayments.Count > 0)
        {
            batch.Add(
                PaymentSql.LockPayments, Parameters.Of(
                    _heldMerchants), Parameters.Of(_heldPayments), Parameters.Of(_heldVersions),
                Parameters.Of((long)_heldPayments.Count));
        }

        if (_duePayments.Count > 0)
        {
            batch.Add(
                PaymentSql.UpsertSchedule,
                Parameters.Of(_duePayments),
                Parameters.Of(_dueTimes),
                Parameters.Of(_dueMerchants),
                Parameters.Of(_dueLanes));
        }

        if (_idlePayments.Count > 0)
        {
            batch.Add(PaymentSql.DeleteSchedule, Parameters.Of(_idlePayments));
        }

        _events.AddTo(batch);
        _alarms.AddTo(batch);
        _changes.AddTo(batch);
        _ledger.AddTo(batch);
    }

    private static int Compare(string leftMerchant, string left, string rightMerchant, string right)
    {
        var merchants = string.CompareOrdinal(leftMerchant, rightMerchant);
        return merchants != 0 ? merchants : string.CompareOrdinal(left, right);
    }

    private void AddKey(PaymentCommit member)
    {
        _keyMerchants.Add(member.Key.Merchant);
        _keys.Add(member.Request!.Key);
        _fingerprints.Add(Convert.FromHexString(member.Request.Fingerprint));
        _keyPayments.Add(member.Key.Payment.Value);
    }

    private void AddMember(PaymentCommit member)
    {
        var (merchant, payment) = (member.Key.Merchant, member.Key.Payment.Value);
        if (member.Events.IsEmpty)
        {
            _heldMerchants.Add(merchant);
            _heldPayments.Add(payment);
            _heldVersions.Add(member.ExpectedVersion);
        }
        else if (member.ExpectedVersion > 0)
        {
            _updates.Add(member);
        }

        if (member.NextActionAt is { } dueAt)
        {
            _duePayments.Add(payment);
            _dueTimes.Add(StoredTime.Of(dueAt));
            _dueMerchants.Add(merchant);
            _dueLanes.Add((short)member.Lane);
        }
        else if (member.ExpectedVersion > 0)
        {
            _idlePayments.Add(payment);
        }

        _events.Add(member);
        _alarms.Add(member);
        _changes.Add(member);
        foreach (var transfer in member.Transfers)
        {
            _ledger.Add(member, transfer);
        }
    }

    private void Clear()
    {
        _members.Clear();
        _keyed.Clear();
        _new.Clear();
        _inserts.Clear();
        _updates.Clear();
        _heldMerchants.Clear();
        _heldPayments.Clear();
        _heldVersions.Clear();
        _keyMerchants.Clear();
        _keys.Clear();
        _fingerprints.Clear();
        _keyPayments.Clear();
        _duePayments.Clear();
        _dueTimes.Clear();
        _dueMerchants.Clear();
        _dueLanes.Clear();
        _idlePayments.Clear();
        _events.Clear();
        _alarms.Clear();
        _changes.Clear();
        _ledger.Clear();
    }
}
