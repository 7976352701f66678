using System.Net;
using PaymentCluster.Grains.Abstractions.Merchants;

namespace PaymentCluster.Gateway.Api.Access;

/// <summary>An API key that is not revoked, as this process knows it for some seconds. Its limits are checked at each
/// request.</summary>
internal sealed class ApiKey(ApiKeyLookup lookup)
{
    private static readonly TimeSpan NotePeriod = TimeSpan.FromHours(1);

    private readonly IPNetwork[]? _networks = NetworksOf(lookup.Grant.Limits);
    private int _isNoted;

    /// <summary>What it opens.</summary>
    public ApiKeyGrant Grant => lookup.Grant;

    /// <summary>Whether it has expired.</summary>
    public bool HasExpired(DateTimeOffset now) => Grant.Limits?.ExpiresAt <= now;

    /// <summary>Whether it works from an address.</summary>
    public bool WorksFrom(IPAddress address) =>
        _networks is null || Array.Exists(_networks, network => network.Contains(address));

    /// <summary>Whether its use is still to be noted. Only the first caller is told so.</summary>
    public bool TakeNote(DateTimeOffset now) =>
        !(now - lookup.LastUsedAt < NotePeriod)
        && Volatile.Read(ref _isNoted) == 0
        && Interlocked.Exchange(ref _isNoted, 1) == 0;

    // A network that this build cannot read admits no address; alone, it admits none at all.
    private static IPNetwork[]? NetworksOf(ApiKeyLimits? limits) => limits is { Networks: { IsEmpty: false } networks }
        ? [.. from text in networks where IPNetwork.TryParse(text, out _) select IPNetwork.Parse(text)]
        : null;
}
