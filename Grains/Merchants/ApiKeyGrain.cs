using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Merchants;

/// <inheritdoc cref="IApiKeyGrain"/>
/// <param name="key">What is stored of it.</param>
/// <param name="clock">The clock that revocations and uses are dated by.</param>
/// <param name="logger">Says which use could not be noted.</param>
public sealed partial class ApiKeyGrain(
    [PersistentState("api_key", MerchantsRegistration.Storage)] IPersistentState<ApiKeyDocument> key,
    IPaymentClock clock,
    ILogger<ApiKeyGrain> logger) : Grain, IApiKeyGrain
{
    private static readonly TimeSpan NotePeriod = TimeSpan.FromHours(1);

    private DateTimeOffset _notedAt;
    private bool _isStateUncertain;

    private ApiKeyGrant? Working => key.RecordExists && key.State.RevokedAt is null ? key.State.Grant : null;

    private DateTimeOffset? LastUsedAt => key.RecordExists ? key.State.LastUsedAt : null;

    /// <inheritdoc/>
    public Task<ApiKeyLookup?> LookUp()
    {
        if (Working is { } grant)
        {
            return Task.FromResult<ApiKeyLookup?>(new ApiKeyLookup { Grant = grant, LastUsedAt = LastUsedAt });
        }

        // Guesses must not pile up in memory.
        DeactivateOnIdle();
        return Task.FromResult<ApiKeyLookup?>(null);
    }

    /// <inheritdoc/>
    public async Task<ApiKeyGrant?> Resolve() =>
        await LookUp() is { Grant: var grant }
        && !(grant.Limits is { } limits && (limits.ExpiresAt <= clock.Now || !limits.Networks.IsEmpty))
            ? grant
            : null;

    /// <inheritdoc/>
    public async Task NoteUse()
    {
        var now = clock.Now;
        var hour = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % NotePeriod.Ticks), TimeSpan.Zero);
        if (Working is null || hour <= _notedAt || hour <= key.State.LastUsedAt)
        {
            return;
        }

        // One try an hour: a key works whether or not its use is noted.
        _notedAt = hour;
        var before = key.State;
        try
        {
            await ReadIfUncertainAsync();
            before = key.State;
            key.State = before with { LastUsedAt = hour };
            await key.WriteStateAsync();
        }
        catch (Exception exception)
        {
            key.State = before;
            _isStateUncertain = true;
            LogUseNotNoted(exception, before.Grant?.KeyId);
        }
    }

    /// <inheritdoc/>
    public Task<DateTimeOffset?> LastUsed() => Task.FromResult(LastUsedAt);

    /// <inheritdoc/>
    public async Task Limit(ApiKeyLimits limits)
    {
        await ReadIfUncertainAsync();
        if (Working is { } grant && grant.Limits != limits)
        {
            await StoreAsync(key.State with { Grant = grant with { Limits = limits } });
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The key was revoked, or opens something else already.</exception>
    public async Task Grant(ApiKeyGrant grant)
    {
        if (key.RecordExists)
        {
            if (Working == grant)
            {
                return;
            }

            throw new InvalidOperationException($"The API key {grant.KeyId} was revoked or granted before.");
        }

        await StoreAsync(new ApiKeyDocument { Grant = grant });
    }

    /// <inheritdoc/>
    public async Task Revoke()
    {
        await ReadIfUncertainAsync();
        if (!key.RecordExists)
        {
            await StoreAsync(new ApiKeyDocument { RevokedAt = clock.Now });
        }
        else if (key.State.RevokedAt is null)
        {
            await StoreAsync(key.State with { RevokedAt = clock.Now });
        }
    }

    // A note that failed may have been written nevertheless.
    private async Task ReadIfUncertainAsync()
    {
        if (_isStateUncertain)
        {
            await key.ReadStateAsync();
            _isStateUncertain = false;
        }
    }

    private async Task StoreAsync(ApiKeyDocument next)
    {
        var before = key.State;
        key.State = next;
        try
        {
            await key.WriteStateAsync();
        }
        catch
        {
            // Whether it was written is unknown: read it again before it is used.
            key.State = before;
            DeactivateOnIdle();
            throw;
        }
    }

    [LoggerMessage(
        LogEvents.MerchantKeyUseNotNoted, LogLevel.Warning, "That API key {KeyId} is used could not be noted")]
    private partial void LogUseNotNoted(Exception exception, string? keyId);
}
