using Microsoft.Extensions.Options;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Caching;
using PaymentCluster.Grains.Abstractions.Merchants;

namespace PaymentCluster.Grains.Merchants;

/// <summary>
/// The merchants' settings, cached per silo: a payment needs them several times, and a merchant's grain must not be the
/// queue of all its payments. A change is seen at once on the silo that made it, and within
/// <see cref="MerchantDirectoryOptions.Lifetime"/> on the others.
/// </summary>
public sealed class MerchantDirectory : IMerchantProfiles
{
    private readonly SingleFlightCache<string, MerchantProfile?> _profiles;

    /// <summary>Reads from the merchants' grains.</summary>
    /// <param name="grains">Leads to the merchants' grains.</param>
    /// <param name="cipher">Opens their credentials.</param>
    /// <param name="options">Lifetime and capacity.</param>
    /// <param name="time">The clock that cached profiles expire by.</param>
    public MerchantDirectory(
        IGrainFactory grains, CredentialCipher cipher, IOptions<MerchantDirectoryOptions> options, TimeProvider time)
        : this(merchant => grains.Grain<IMerchantGrain>(merchant).Settings(), cipher, options.Value, time)
    {
    }

    internal MerchantDirectory(
        Func<string, Task<MerchantSettings?>> read,
        CredentialCipher cipher,
        MerchantDirectoryOptions options,
        TimeProvider time) =>
        _profiles = new(
            async merchant => await read(merchant) is { } settings
                ? new MerchantProfile(merchant, settings, cipher)
                : null,
            new SingleFlightCacheOptions<MerchantProfile?>
            {
                Lifetime = options.Lifetime,
                StaleLifetime = options.StaleLifetime,
                Capacity = options.Capacity,
                // Guessed ids would displace merchants that exist.
                IsKept = profile => profile is not null,
            },
            time);

    /// <summary>How many merchants are cached.</summary>
    internal int Count => _profiles.Count;

    /// <summary>A merchant; null if there is none. That there is none is not cached.</summary>
    public ValueTask<MerchantProfile?> GetAsync(string merchant) =>
        MerchantId.IsValid(merchant) ? _profiles.GetAsync(merchant) : ValueTask.FromResult<MerchantProfile?>(null);

    /// <summary>Drops a merchant from this silo's cache.</summary>
    public void Invalidate(string merchant) => _profiles.Invalidate(merchant);
}
