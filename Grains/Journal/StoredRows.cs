using System.Collections.Immutable;
using Npgsql;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Journal;

/// <summary>The rows of one payment as <see cref="PaymentSql.Load"/> returns them, one for each event.</summary>
/// <param name="first">At the payment's first row.</param>
internal sealed class StoredRows(NpgsqlDataReader first)
{
    private const int EventVersion = 13;

    private readonly int _version = first.GetInt32(1);
    private readonly PaymentRow _row = ReadRow(first);
    private readonly ImmutableArray<JournaledEvent>.Builder _events = ImmutableArray.CreateBuilder<JournaledEvent>();

    /// <summary>The index of the row's payment among the keys of the statement.</summary>
    public static int IndexOf(NpgsqlDataReader reader) => reader.GetInt32(0) - 1;

    /// <summary>Whether the payment has no events here.</summary>
    public bool IsWithoutEvents => _events.Count == 0;

    /// <summary>Whether its events are in an archive.</summary>
    public bool IsArchived { get; set; }

    /// <summary>Adds the row's event, if it has one.</summary>
    public void Add(NpgsqlDataReader reader)
    {
        if (reader.IsDBNull(EventVersion))
        {
            return;
        }

        _events.Add(new JournaledEvent
        {
            Version = reader.GetInt32(EventVersion),
            Type = reader.GetString(14),
            At = Time(reader, 15),
            Data = reader.GetFieldValue<byte[]>(16),
            PublicType = reader.IsDBNull(17) ? null : reader.GetString(17),
        });
    }

    /// <summary>The payment. Checked after each read: what is decided on a torn history would be written on top of
    /// it.</summary>
    /// <exception cref="InvalidDataException">Events are missing.</exception>
    public StoredPayment ToPayment(PaymentKey key)
    {
        for (var index = 0; index < _events.Count; index++)
        {
            if (_events[index].Version != index + 1)
            {
                throw new InvalidDataException($"Payment {key} lacks event {index + 1}.");
            }
        }

        return _events.Count == _version || IsArchived
            ? new StoredPayment
            {
                Version = _version, Row = _row, Events = _events.ToImmutable(), IsArchived = IsArchived,
            }
            : throw new InvalidDataException($"Payment {key} has version {_version} and {_events.Count} events.");
    }

    private static PaymentRow ReadRow(NpgsqlDataReader reader) => new()
    {
        OrderId = reader.GetString(2),
        CustomerId = reader.IsDBNull(3) ? null : reader.GetString(3),
        Status = (PaymentStatus)reader.GetInt16(4),
        Amount = Money.Of(reader.GetInt64(5), Currency.Parse(reader.GetString(6))),
        Method = reader.IsDBNull(7) ? null : (PaymentMethodKind)reader.GetInt16(7),
        AuthorizedMinor = reader.GetInt64(8),
        CapturedMinor = reader.GetInt64(9),
        RefundedMinor = reader.GetInt64(10),
        CreatedAt = Time(reader, 11),
        UpdatedAt = Time(reader, 12),
    };

    private static DateTimeOffset Time(NpgsqlDataReader reader, int column) =>
        new(reader.GetDateTime(column), TimeSpan.Zero);
}
