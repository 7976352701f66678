using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;

namespace PaymentCluster.System.Tests;

/// <summary>Numbers of cards that exist nowhere else, and every way to spell them that a leak may have.</summary>
internal static partial class Canaries
{
    /// <summary>The number that is typed in for a payment.</summary>
    public const string Typed = "4929421234567897";

    /// <summary>The number that is kept in the vault.</summary>
    public const string Kept = "4716108999716531";

    /// <summary>The security code, of which payments use the first three digits.</summary>
    public const string Code = "9173";

    private static readonly SearchValues<string> Spelt = SearchValues.Create(
        [.. ((string[])[Typed, Kept]).SelectMany(SpellingsOf).Distinct(StringComparer.Ordinal)],
        StringComparison.Ordinal);

    /// <summary>What a text holds that it must not; null if it holds nothing.</summary>
    /// <param name="text">The text; bytes as Latin-1.</param>
    public static string? Find(string text) =>
        text.AsSpan().ContainsAny(Spelt) ? "a card's number"
        : NamedCode().IsMatch(text) ? "a security code"
        : null;

    /// <summary>Fails if there is a number or a code.</summary>
    public static void NothingIn(string where, string text)
    {
        if (Find(text) is { } found)
        {
            Assert.Fail($"{where} holds {found}.");
        }
    }

    /// <summary>The spellings of a number; those of bytes as Latin-1.</summary>
    public static IEnumerable<string> SpellingsOf(string number)
    {
        string[] groups = [.. number.Chunk(4).Select(group => new string(group))];
        string[] texts =
        [
            number, string.Join(' ', groups), string.Join('-', groups), string.Join('+', groups),
            string.Join("%20", groups), new string([.. number.Reverse()]),
        ];
        foreach (var text in texts)
        {
            yield return text;
            var bytes = Encoding.ASCII.GetBytes(text);
            yield return Convert.ToHexString(bytes);
            yield return Convert.ToHexStringLower(bytes);
            for (var before = 0; before < 3; before++)
            {
                yield return Base64(bytes, before);
            }
        }

        yield return string.Concat(number.Select(digit => $"%{(int)digit:X2}"));
        var value = ulong.Parse(number, null);
        yield return Encoding.Latin1.GetString(Varint(value));
        var fixedSize = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(fixedSize, value);
        yield return Encoding.Latin1.GetString(fixedSize);
        BinaryPrimitives.WriteDoubleLittleEndian(fixedSize, value);
        yield return Encoding.Latin1.GetString(fixedSize);
    }

    // The part of the base64 text that does not depend on its surroundings, after so many other bytes.
    private static string Base64(byte[] bytes, int before)
    {
        const int BitsPerLetter = 6;
        var text = Convert.ToBase64String([.. new byte[before], .. bytes]);
        var first = ((before * 8) + BitsPerLetter - 1) / BitsPerLetter;
        var end = (before + bytes.Length) * 8 / BitsPerLetter;
        return text[first..end];
    }

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value > 0x7F; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        return [.. bytes, (byte)value];
    }

    // Three digits alone are found everywhere; beside their name they are a code.
    [GeneratedRegex(
        "(cvv|cvc|security_code|securityCode|SecurityCode)[^0-9]{1,20}917",
        RegexOptions.None,
        matchTimeoutMilliseconds: 60_000)]
    private static partial Regex NamedCode();
}
