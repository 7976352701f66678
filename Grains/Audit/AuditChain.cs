using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PaymentCluster.Grains.Audit;

/// <summary>The links of a trail: SHA-256 over the link before and the content, each part with its length before it, so
/// that no two contents are the same bytes. The format is stored and never changes.</summary>
internal static class AuditChain
{
    private const int NoValue = -1;

    /// <summary>What comes before the first entry of a day and the first day.</summary>
    public static byte[] Start { get; } = new byte[SHA256.HashSizeInBytes];

    /// <summary>The hash of an entry.</summary>
    public static byte[] HashOf(byte[] previous, AuditEntry entry) => Hash(
        previous,
        entry.Merchant,
        Text(entry.Position),
        Text(entry.Day),
        Text(entry.At.UtcTicks / TimeSpan.TicksPerMicrosecond),
        Text((int)entry.Content.Kind),
        entry.Content.Outcome is { } outcome ? Text((int)outcome) : null,
        entry.Content.Change.Value.ToString("N"),
        entry.Content.Action,
        entry.Content.By.Id,
        entry.Content.By.Address,
        entry.Content.Subject,
        entry.Content.Detail);

    /// <summary>The seal of a day.</summary>
    public static byte[] SealOf(byte[] previous, string merchant, AuditDay day) => Hash(
        previous,
        merchant,
        Text(day.Day),
        Text(day.First),
        Text(day.Last),
        Convert.ToHexStringLower(day.LastHash));

    private static byte[] Hash(byte[] previous, params ReadOnlySpan<string?> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(previous);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var part in parts)
        {
            var bytes = part is null ? [] : Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, part is null ? NoValue : bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        return hash.GetHashAndReset();
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
