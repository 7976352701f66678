using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Grains.Archives;

/// <summary>Everything of one payment, as lines of the tables' files.</summary>
/// <param name="Id">The payment's id, as text.</param>
/// <param name="Lines">Its lines, by table of <see cref="ArchiveTable.All"/>.</param>
internal sealed record ArchivedPayment(string Id, ImmutableArray<ImmutableArray<string>> Lines)
{
    /// <summary>The state that the events make, compared with the payment's row.</summary>
    /// <exception cref="InvalidDataException">The payment is not whole.</exception>
    public PaymentState Fold()
    {
        try
        {
            return PaymentRecord.Fold(Stored());
        }
        catch (Exception exception) when (exception is InvalidOperationException or TimeoutException or FormatException)
        {
            throw new InvalidDataException($"Payment {Id} is not whole: {exception.Message}", exception);
        }
    }

    // The constructor's order of columns is ArchiveTable's.
    private StoredPayment Stored()
    {
        if (Lines[ArchiveTable.Payments] is not [var line])
        {
            throw new FormatException("it has no row, or more than one.");
        }

        var row = CopyText.Fields(line);
        var events = Lines[ArchiveTable.Events].Select(CopyText.Fields).Select(fields => new JournaledEvent
        {
            Version = Int(fields[1]),
            At = Time(fields[2]),
            Type = fields[3]!,
            Data = Encoding.UTF8.GetBytes(fields[4]!),
        }).ToImmutableArray();
        for (var index = 0; index < events.Length; index++)
        {
            if (events[index].Version != index + 1)
            {
                throw new FormatException($"it lacks event {index + 1}.");
            }
        }

        return new StoredPayment
        {
            Version = Int(row[2]),
            Events = events,
            Row = new PaymentRow
            {
                Status = (PaymentStatus)Int(row[3]),
                Method = row[4] is { } method ? (PaymentMethodKind)Int(method) : null,
                Amount = Money.Of(Long(row[6]), Currency.Parse(row[5]!)),
                AuthorizedMinor = Long(row[7]),
                CapturedMinor = Long(row[8]),
                RefundedMinor = Long(row[9]),
                CreatedAt = Time(row[10]),
                UpdatedAt = Time(row[11]),
                OrderId = row[12]!,
                CustomerId = row[13],
            },
        };
    }

    private static int Int(string? text) => int.Parse(text!, CultureInfo.InvariantCulture);

    private static long Long(string? text) => long.Parse(text!, CultureInfo.InvariantCulture);

    // The sessions that write archives are in UTC: 2026-12-01 03:32:19.123456+00.
    private static DateTimeOffset Time(string? text) =>
        DateTimeOffset.Parse($"{text}:00", CultureInfo.InvariantCulture, DateTimeStyles.None);
}

/// <summary>Merges the tables' rows, each in the order of the payments' ids, into payments.</summary>
/// <param name="tables">The tables' lines, in the order of <see cref="ArchiveTable.All"/>.</param>
/// <param name="skipsOthers">Whether rows of payments without events are passed over; otherwise there may be
/// none.</param>
internal sealed class ArchivedPaymentReader(ImmutableArray<TextReader> tables, bool skipsOthers)
{
    private readonly string?[] _next = new string?[tables.Length];
    private bool _hasBegun;

    /// <summary>The next payment; null after the last one.</summary>
    /// <exception cref="InvalidDataException">A row belongs to no payment.</exception>
    public async Task<ArchivedPayment?> ReadAsync(CancellationToken cancellation)
    {
        for (var table = 0; !_hasBegun && table < tables.Length; table++)
        {
            _next[table] = await tables[table].ReadLineAsync(cancellation);
        }

        _hasBegun = true;
        var id = _next[ArchiveTable.Events] is { } line ? CopyText.IdOf(line).ToString() : null;
        var lines = ImmutableArray.CreateBuilder<ImmutableArray<string>>(tables.Length);
        for (var table = 0; table < tables.Length; table++)
        {
            lines.Add(await TakeAsync(table, id, cancellation));
        }

        return id is null ? null : new ArchivedPayment(id, lines.MoveToImmutable());
    }

    private async Task<ImmutableArray<string>> TakeAsync(int table, string? id, CancellationToken cancellation)
    {
        var lines = ImmutableArray.CreateBuilder<string>();
        while (_next[table] is { } line && Compare(line, id) <= 0)
        {
            if (Compare(line, id) == 0)
            {
                lines.Add(line);
            }
            else if (!skipsOthers)
            {
                throw new InvalidDataException(
                    $"{ArchiveTable.All[table].Name} has a row of {CopyText.IdOf(line)}, which has no events.");
            }

            _next[table] = await tables[table].ReadLineAsync(cancellation);
        }

        return lines.ToImmutable();
    }

    // After the last payment everything is of others.
    private static int Compare(string line, string? id) =>
        id is null ? -1 : CopyText.IdOf(line).CompareTo(id, StringComparison.Ordinal);
}
