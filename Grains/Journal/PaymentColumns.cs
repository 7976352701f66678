using Npgsql;

namespace PaymentCluster.Grains.Journal;

/// <summary>Rows for <see cref="PaymentSql.InsertPayments"/>.</summary>
internal sealed class NewPaymentColumns
{
    private readonly List<string> _merchants = [];
    private readonly List<Guid> _payments = [];
    private readonly List<int> _versions = [];
    private readonly List<short> _statuses = [];
    private readonly List<short?> _methods = [];
    private readonly List<string> _currencies = [];
    private readonly List<long> _amounts = [];
    private readonly List<long> _authorized = [];
    private readonly List<long> _captured = [];
    private readonly List<long> _refunded = [];
    private readonly List<DateTime> _created = [];
    private readonly List<DateTime> _updated = [];
    private readonly List<string> _orders = [];
    private readonly List<string?> _customers = [];

    public void Add(PaymentCommit member)
    {
        var row = member.Row;
        _merchants.Add(member.Key.Merchant);
        _payments.Add(member.Key.Payment.Value);
        _versions.Add(member.Events.Length);
        _statuses.Add((short)row.Status);
        _methods.Add((short?)row.Method);
        _currencies.Add(row.Amount.Currency.Code);
        _amounts.Add(row.Amount.AmountMinor);
        _authorized.Add(row.AuthorizedMinor);
        _captured.Add(row.CapturedMinor);
        _refunded.Add(row.RefundedMinor);
        _created.Add(StoredTime.Of(row.CreatedAt));
        _updated.Add(StoredTime.Of(row.UpdatedAt));
        _orders.Add(row.OrderId);
        _customers.Add(row.CustomerId);
    }

    public void AddTo(NpgsqlBatch batch)
    {
        if (_payments.Count > 0)
        {
            batch.Add(
                PaymentSql.InsertPayments, Parameters.Of(
                    _merchants), Parameters.Of(_payments), Parameters.Of(_versions), Parameters.Of(_statuses),
                Parameters.OfNullable(_methods), Parameters.Of(
                    _currencies), Parameters.Of(_amounts), Parameters.Of(_authorized),
                Parameters.Of(_captured), Parameters.Of(
                    _refunded), Parameters.Of(_created), Parameters.Of(_updated), Parameters.Of(_orders),
                Parameters.OfNullable(_customers));
        }
    }

    public void Clear()
    {
        _merchants.Clear();
        _payments.Clear();
        _versions.Clear();
        _statuses.Clear();
        _methods.Clear();
        _currencies.Clear();
        _amounts.Clear();
        _authorized.Clear();
        _captured.Clear();
        _refunded.Clear();
        _created.Clear();
        _updated.Clear();
        _orders.Clear();
        _customers.Clear();
    }
}

/// <summary>Rows for <see cref="PaymentSql.UpdatePayments"/>.</summary>
internal sealed class ChangedPaymentColumns
{
    private readonly List<string> _merchants = [];
    private readonly List<Guid> _payments = [];
    private readonly List<int> _expected = [];
    private readonly List<int> _versions = [];
    private readonly List<short> _statuses = [];
    private readonly List<short?> _methods = [];
    private readonly List<long> _authorized = [];
    private readonly List<long> _captured = [];
    private readonly List<long> _refunded = [];
    private readonly List<DateTime> _updated = [];

    public void Add(PaymentCommit member)
    {
        var row = member.Row;
        _merchants.Add(member.Key.Merchant);
        _payments.Add(member.Key.Payment.Value);
        _expected.Add(member.ExpectedVersion);
        _versions.Add(member.ExpectedVersion + member.Events.Length);
        _statuses.Add((short)row.Status);
        _methods.Add((short?)row.Method);
        _authorized.Add(row.AuthorizedMinor);
        _captured.Add(row.CapturedMinor);
        _refunded.Add(row.RefundedMinor);
        _updated.Add(StoredTime.Of(row.UpdatedAt));
    }

    public void AddTo(NpgsqlBatch batch)
    {
        if (_payments.Count > 0)
        {
            batch.Add(
                PaymentSql.UpdatePayments, Parameters.Of(
                    _merchants), Parameters.Of(_payments), Parameters.Of(_expected), Parameters.Of(_versions),
                Parameters.Of(_statuses), Parameters.OfNullable(_methods), Parameters.Of(
                    _authorized), Parameters.Of(_captured),
                Parameters.Of(_refunded), Parameters.Of(_updated), Parameters.Of((long)_payments.Count));
        }
    }

    public void Clear()
    {
        _merchants.Clear();
        _payments.Clear();
        _expected.Clear();
        _versions.Clear();
        _statuses.Clear();
        _methods.Clear();
        _authorized.Clear();
        _captured.Clear();
        _refunded.Clear();
        _updated.Clear();
    }
}

/// <summary>Rows for <see cref="PaymentSql.InsertEvents"/> and <see cref="PaymentSql.InsertOutbox"/>.</summary>
internal sealed class EventColumns
{
    private readonly List<Guid> _payments = [];
    private readonly List<DateTime> _times = [];
    private readonly List<int> _versions = [];
    private readonly List<string> _types = [];
    private readonly List<byte[]> _data = [];
    private readonly List<Guid> _outboxPayments = [];
    private readonly List<DateTime> _outboxTimes = [];
    private readonly List<int> _outboxVersions = [];
    private readonly List<string> _outboxMerchants = [];
    private readonly List<string> _outboxTypes = [];

    public void Add(PaymentCommit member)
    {
        foreach (var journaled in member.Events)
        {
            _payments.Add(member.Key.Payment.Value);
            _times.Add(StoredTime.Of(journaled.At));
            _versions.Add(journaled.Version);
            _types.Add(journaled.Type);
            _data.Add(journaled.Data);
            if (journaled.PublicType is { } publicType)
            {
                _outboxPayments.Add(member.Key.Payment.Value);
                _outboxTimes.Add(StoredTime.Of(journaled.At));
                _outboxVersions.Add(journaled.Version);
                _outboxMerchants.Add(member.Key.Merchant);
                _outboxTypes.Add(publicType);
            }
        }
    }

    public void AddTo(NpgsqlBatch batch)
    {
        if (_payments.Count > 0)
        {
            batch.Add(
                PaymentSql.InsertEvents, Parameters.Of(
                    _payments), Parameters.Of(_times), Parameters.Of(_versions), Parameters.Of(_types),
                Parameters.OfJson(_data));
        }

        if (_outboxPayments.Count > 0)
        {
            batch.Add(
                PaymentSql.InsertOutbox, Parameters.Of(
                    _outboxPayments), Parameters.Of(_outboxTimes), Parameters.Of(_outboxVersions),
                Parameters.Of(_outboxMerchants), Parameters.Of(_outboxTypes));
        }
    }

    public void Clear()
    {
        _payments.Clear();
        _times.Clear();
        _versions.Clear();
        _types.Clear();
        _data.Clear();
        _outboxPayments.Clear();
        _outboxTimes.Clear();
        _outboxVersions.Clear();
        _outboxMerchants.Clear();
        _outboxTypes.Clear();
    }
}

/// <summary>Rows for <see cref="PaymentSql.InsertTransfers"/>, and what they add up to per account for
/// <see cref="PaymentSql.AddToBalances"/>.</summary>
internal sealed class LedgerColumns
{
    private readonly List<Guid> _payments = [];
    private readonly List<DateTime> _times = [];
    private readonly List<long> _amounts = [];
    private readonly List<int> _versions = [];
    private readonly List<short> _kinds = [];
    private readonly List<string> _currencies = [];
    private readonly List<string> _merchants = [];
    private readonly List<string> _causes = [];
    private readonly List<string> _debits = [];
    private readonly List<string> _credits = [];
    private readonly SortedDictionary<(
        string Merchant, string Account, string Currency), (long Debits, long Credits)> _sums =
        new(ByAccount);
    private readonly List<string> _sumMerchants = [];
    private readonly List<string> _sumAccounts = [];
    private readonly List<string> _sumCurrencies = [];
    private readonly List<long> _sumDebits = [];
    private readonly List<long> _sumCredits = [];

    private static Comparer<(string Merchant, string Account, string Currency)> ByAccount { get; } =
        Comparer<(string Merchant, string Account, string Currency)>.Create(static (left, right) =>
        {
            var order = string.CompareOrdinal(left.Merchant, right.Merchant);
            order = order != 0 ? order : string.CompareOrdinal(left.Account, right.Account);
            return order != 0 ? order : string.CompareOrdinal(left.Currency, right.Currency);
        });

    public void Add(PaymentCommit member, LedgerTransfer transfer)
    {
        var (merchant, currency, amount) = (
            member.Key.Merchant, transfer.Amount.Currency.Code, transfer.Amount.AmountMinor);
        _payments.Add(member.Key.Payment.Value);
        _times.Add(StoredTime.Of(member.Row.UpdatedAt));
        _amounts.Add(amount);
        _versions.Add(member.ExpectedVersion + member.Events.Length);
        _kinds.Add((short)transfer.Kind);
        _currencies.Add(currency);
        _merchants.Add(merchant);
        _causes.Add(transfer.Cause);
        _debits.Add(transfer.Debit);
        _credits.Add(transfer.Credit);
        Sum((merchant, transfer.Debit, currency), amount, 0);
        Sum((merchant, transfer.Credit, currency), 0, amount);
    }

    /// <summary>Ends the additions of a batch.</summary>
    public void Close()
    {
        foreach (var (account, (debits, credits)) in _sums)
        {
            _sumMerchants.Add(account.Merchant);
            _sumAccounts.Add(account.Account);
            _sumCurrencies.Add(account.Currency);
            _sumDebits.Add(debits);
            _sumCredits.Add(credits);
        }
    }

    public void AddTo(NpgsqlBatch batch)
    {
        if (_payments.Count > 0)
        {
            batch.Add(
                PaymentSql.InsertTransfers, Parameters.Of(
                    _payments), Parameters.Of(_times), Parameters.Of(_amounts), Parameters.Of(_versions),
                Parameters.Of(_kinds), Parameters.Of(
                    _currencies), Parameters.Of(_merchants), Parameters.Of(_causes), Parameters.Of(_debits),
                Parameters.Of(_credits));
            batch.Add(
                PaymentSql.AddToBalances, Parameters.Of(_sumMerchants), Parameters.Of(_sumAccounts), Parameters.Of(
                    _sumCurrencies),
                Parameters.Of(_sumDebits), Parameters.Of(_sumCredits));
        }
    }

    public void Clear()
    {
        _payments.Clear();
        _times.Clear();
        _amounts.Clear();
        _versions.Clear();
        _kinds.Clear();
        _currencies.Clear();
        _merchants.Clear();
        _causes.Clear();
        _debits.Clear();
        _credits.Clear();
        _sums.Clear();
        _sumMerchants.Clear();
        _sumAccounts.Clear();
        _sumCurrencies.Clear();
        _sumDebits.Clear();
        _sumCredits.Clear();
    }

    private void Sum((string Merchant, string Account, string Currency) account, long debits, long credits)
    {
        var sum = _sums.GetValueOrDefault(account);
        _sums[account] = checked((sum.Debits + debits, sum.Credits + credits));
    }
}
