using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Grains.Risk;

/// <summary>Names addresses, cards and customers by a keyed hash, HMAC-SHA256 under a key that is made from the master
/// key for this use alone: the numbers that a card can have are few enough to be tried against a hash without a
/// key.</summary>
internal sealed class AttemptSubjectHash
{
    private const string Purpose = "attempt-guard/v1";

    // 72 bits: two that are the same by chance would only share a count.
    private const int Bytes = 9;

    private readonly byte[] _key = new byte[MasterKeys.KeyLength];

    public AttemptSubjectHash(MasterKeys keys) => keys.TryDerive(keys.Current, Purpose, _key);

    /// <summary>The subject's name, which differs from merchant to merchant.</summary>
    public string Of(string merchant, AttemptSubjectKind kind, string text) => Base64Url.EncodeToString(
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{merchant}|{(int)kind}|{text}")).AsSpan(0, Bytes));
}
