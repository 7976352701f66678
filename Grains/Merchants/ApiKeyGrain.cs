using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Merchants;

/// <inheritdoc cref="IApiKeyGrain"/>
/// <param name="key">What is stored of it.</param>
/// <param name="clock">The clock that revocations are dated by.</param>
public sealed class ApiKeyGrain(
    [PersistentState("api_key", MerchantsRegistration.Storage)] IPersistentState<ApiKeyDocument> key,
    IPaymentClock clock) : Grain, IApiKeyGrain
{
    /// <inheritdoc/>
    public Task<ApiKeyGrant?> Resolve()
    {
        var grant = key.RecordExists && key.State.RevokedAt is null ? key.State.Grant : null;
        if (grant is null)
        {
            // Guesses must not pile up in memory.
            DeactivateOnIdle();
        }

        return Task.FromResult(grant);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The key was revoked, or opens something else already.</exception>
    public async Task Grant(ApiKeyGrant grant)
    {
        if (key.RecordExists)
        {
            if (key.State.RevokedAt is null && key.State.Grant == grant)
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
        if (!key.RecordExists || key.State.RevokedAt is null)
        {
            var grant = key.RecordExists ? key.State.Grant : null;
            await StoreAsync(new ApiKeyDocument { Grant = grant, RevokedAt = clock.Now });
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
}
