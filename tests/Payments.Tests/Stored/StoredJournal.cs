using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Payments.Tests.Stored;

/// <summary>A payment that an earlier version stored, and what it made of it: see <c>Data/README.md</c>.</summary>
internal sealed record StoredJournal
{
    public required PaymentId Payment { get; init; }

    public required StoredPayment Stored { get; init; }

    /// <summary>The figures, by <see cref="Figures"/>.</summary>
    public required ImmutableSortedDictionary<string, string> Figures { get; init; }

    /// <summary>Number, type and status of each entry of the timeline.</summary>
    public required IReadOnlyList<string> Timeline { get; init; }

    /// <summary>All of a file.</summary>
    public static ImmutableArray<StoredJournal> Read(string file)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Data", file);
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. document.RootElement.EnumerateArray().Select(Read)];
    }

    private static StoredJournal Read(JsonElement journal)
    {
        var events = journal.GetProperty("events").EnumerateArray().Select(Event).ToImmutableArray();
        return new StoredJournal
        {
            Payment = PaymentId.TryParse(journal.GetProperty("payment").GetString(), out var id)
                ? id
                : throw new FormatException("A journal has no payment."),
            Stored = new StoredPayment
            {
                Version = events.Length, Row = Row(journal.GetProperty("row")), Events = events,
            },
            Figures = journal.GetProperty("figures").EnumerateObject().ToImmutableSortedDictionary(
                figure => figure.Name, figure => figure.Value.GetString()!, StringComparer.Ordinal),
            Timeline = [.. journal.GetProperty("timeline").EnumerateArray().Select(entry => entry.GetString()!)],
        };
    }

    // The data as it is in the file, as PostgreSQL returns the text of a json column.
    private static JournaledEvent Event(JsonElement happened) => new()
    {
        Version = happened.GetProperty("version").GetInt32(),
        Type = happened.GetProperty("type").GetString()!,
        At = Time(happened.GetProperty("at")),
        PublicType = happened.GetProperty("public_type").GetString(),
        Data = Encoding.UTF8.GetBytes(happened.GetProperty("data").GetRawText()),
    };

    private static PaymentRow Row(JsonElement row) => new()
    {
        OrderId = row.GetProperty("order_id").GetString()!,
        CustomerId = row.GetProperty("customer_id").GetString(),
        Status = (PaymentStatus)row.GetProperty("status").GetInt32(),
        Amount = Money.Of(
            row.GetProperty("amount_minor").GetInt64(), Currency.Parse(row.GetProperty("currency").GetString()!)),
        Method = row.GetProperty("method") is { ValueKind: JsonValueKind.Number } method
            ? (PaymentMethodKind)method.GetInt32()
            : null,
        AuthorizedMinor = row.GetProperty("authorized_minor").GetInt64(),
        CapturedMinor = row.GetProperty("captured_minor").GetInt64(),
        RefundedMinor = row.GetProperty("refunded_minor").GetInt64(),
        CreatedAt = Time(row.GetProperty("created_at")),
        UpdatedAt = Time(row.GetProperty("updated_at")),
    };

    private static DateTimeOffset Time(JsonElement time) =>
        DateTimeOffset.Parse(time.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
}
