namespace PaymentCluster.Grains.Abstractions.Ids;

/// <summary>
/// UUIDs as 26 characters of Crockford's base32 in lower case: as short as a readable id gets, and in the same order as
/// the 128 bits. Reading is strict (no upper case, no look-alikes), so that one id has one spelling.
/// </summary>
internal static class Base32
{
    public const int Length = 26;
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const byte NoDigit = byte.MaxValue;

    private static readonly byte[] Digits = MakeDigits();

    public static void Write(Guid value, Span<char> text)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        var high = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes);
        var low = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        for (var i = Length - 1; i >= 0; i--)
        {
            text[i] = Alphabet[(int)(low & 31)];
            low = (low >> 5) | (high << 59);
            high >>= 5;
        }
    }

    public static bool TryRead(ReadOnlySpan<char> text, out Guid value)
    {
        value = default;
        // 26 characters hold 130 bits: the first one may use only its lowest three.
        if (text.Length != Length || DigitOf(text[0]) > 7)
        {
            return false;
        }

        var (high, low) = (0UL, 0UL);
        foreach (var character in text)
        {
            var digit = DigitOf(character);
            if (digit == NoDigit)
            {
                return false;
            }

            high = (high << 5) | (low >> 59);
            low = (low << 5) | digit;
        }

        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, high);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], low);
        value = new Guid(bytes, bigEndian: true);
        return true;
    }

    private static byte DigitOf(char character) => character < Digits.Length ? Digits[character] : NoDigit;

    private static byte[] MakeDigits()
    {
        var digits = new byte[128];
        Array.Fill(digits, NoDigit);
        for (var digit = 0; digit < Alphabet.Length; digit++)
        {
            digits[Alphabet[digit]] = (byte)digit;
        }

        return digits;
    }
}
