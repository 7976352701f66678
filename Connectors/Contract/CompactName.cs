using System.Security.Cryptography;
using System.Text;

namespace PaymentCluster.Connectors.Contract;

/// <summary>A shorter name for one of our ids, for providers whose references are too short to hold it: letters and
/// digits, the same for the same id for ever, and not to be read backwards.</summary>
public static class CompactName
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <summary>The name. From 16 characters (80 bits) on, two ids that share one do not occur.</summary>
    /// <param name="id">The id.</param>
    /// <param name="length">How many characters, 16 to 32.</param>
    public static string Of(string id, int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 16);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, SHA256.HashSizeInBytes);
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(id));
        return string.Create(length, digest, static (text, bytes) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = Alphabet[bytes[i] & 31];
            }
        });
    }
}
