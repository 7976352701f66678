using System.Security.Cryptography;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Silo.Calls;

/// <summary>
/// What a call between silos carries, and a gateway's cannot: a value made from the master key, which no gateway has.
/// The sender that a message names proves nothing, because the process that sends it writes the name.
/// </summary>
/// <param name="keys">The master keys. While they are being changed, a proof by any of them counts.</param>
internal sealed class SiloProof(MasterKeys keys)
{
    private const string Key = "silo";
    private const string Purpose = "call between silos";

    private readonly byte[] _current = Of(keys, keys.Current);
    private readonly byte[][] _all = [.. keys.Names.Select(name => Of(keys, name))];

    /// <summary>Whether the call that is worked on carries the proof.</summary>
    public bool IsCarried =>
        RequestContext.Get(Key) is byte[] proof
        && _all.Any(known => CryptographicOperations.FixedTimeEquals(known, proof));

    /// <summary>Lets the calls that are made from here on carry the proof.</summary>
    public void Carry()
    {
        if (!IsCarried)
        {
            RequestContext.Set(Key, _current);
        }
    }

    /// <summary>Lets the calls that are made from here on not carry it.</summary>
    public static void Drop() => RequestContext.Remove(Key);

    private static byte[] Of(MasterKeys keys, string name)
    {
        var proof = new byte[MasterKeys.KeyLength];
        keys.TryDerive(name, Purpose, proof);
        return proof;
    }
}
