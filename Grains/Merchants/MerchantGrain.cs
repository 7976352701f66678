using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Merchants;

/// <inheritdoc cref="IMerchantGrain"/>
/// <remarks>
/// An API key lives in two documents, and a crash may part them at any await. The order keeps three promises: what
/// opens something is listed here, so that it can be revoked; what nobody was given opens nothing for long; what is
/// called revoked opens nothing. Creating: listed here, then granted, then marked as handed out, then answered. A key
/// left unmarked was never answered to anybody, and the next command revokes it. Revoking: the grant first, then the
/// mark here; whoever got no answer says it again.
/// </remarks>
/// <param name="merchant">What is stored of it.</param>
/// <param name="connectors">The providers there are.</param>
/// <param name="cipher">Seals credentials.</param>
/// <param name="directory">What this silo remembers of merchants.</param>
/// <param name="random">Where keys come from.</param>
/// <param name="time">When it is.</param>
/// <param name="logger">The log.</param>
public sealed partial class MerchantGrain(
    [PersistentState("merchant", MerchantsRegistration.Storage)] IPersistentState<MerchantDocument> merchant,
    IEnumerable<IConnector> connectors,
    CredentialCipher cipher,
    MerchantDirectory directory,
    ISecretSource random,
    TimeProvider time,
    ILogger<MerchantGrain> logger) : Grain, IMerchantGrain
{
    private string Id => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public async Task<Reply<MerchantView>> Put(PutMerchant command)
    {
        if (MerchantDecider.Check(Id, command) is { } refusal)
        {
            return Refuse<MerchantView>(refusal);
        }

        await SettleAsync();
        var before = merchant.RecordExists ? merchant.State : new MerchantDocument { CreatedAt = time.GetUtcNow() };
        var next = before with { Name = command.Name, UpiCollectAllowed = command.UpiCollectAllowed };
        if (!merchant.RecordExists || next != before)
        {
            await StoreAsync(next);
            LogPut(logger, Id, next.UpiCollectAllowed);
        }

        return Reply<MerchantView>.Of(MerchantDecider.View(Id, merchant.State));
    }

    /// <inheritdoc/>
    public Task<MerchantView?> Get()
    {
        LeaveIfUnknown();
        return Task.FromResult(merchant.RecordExists ? MerchantDecider.View(Id, merchant.State) : null);
    }

    /// <inheritdoc/>
    public async Task<Reply<NewApiKey>> CreateKey(ApiKeyScope scope)
    {
        if (!merchant.RecordExists)
        {
            return Refuse<NewApiKey>(Unknown());
        }

        await SettleAsync();
        if (MerchantDecider.CheckNewKey(merchant.State, scope) is { } refusal)
        {
            return Refuse<NewApiKey>(refusal);
        }

        var text = ApiKeyFormat.NewKey(scope, random);
        var key = new StoredApiKey
        {
            Id = ApiKeyFormat.NewId(random), Hash = ApiKeyFormat.Hash(text), Scope = scope, CreatedAt = time.GetUtcNow(),
        };
        await StoreAsync(MerchantDecider.AddKey(merchant.State, key));
        await GrainOf(key).Grant(new ApiKeyGrant { Merchant = Id, KeyId = key.Id, Scope = scope });
        await StoreAsync(MerchantDecider.ChangeKey(merchant.State, key.Id, made => made with { HandedOut = true }));
        LogKeyCreated(logger, Id, key.Id, scope);
        return Reply<NewApiKey>.Of(new NewApiKey { Id = key.Id, Key = new Secret(text), Scope = scope });
    }

    /// <inheritdoc/>
    public async Task<Reply<MerchantView>> RevokeKey(string keyId)
    {
        if (!merchant.RecordExists)
        {
            return Refuse<MerchantView>(Unknown());
        }

        await SettleAsync();
        var key = merchant.State.Keys.FirstOrDefault(key => key.Id == keyId && key.HandedOut);
        if (key is null)
        {
            return Refuse<MerchantView>(
                Refusal.Of(ErrorCode.ApiKeyNotFound, "The merchant has no such API key.", "key"));
        }

        if (key.RevokedAt is null)
        {
            await RevokeAsync(key);
        }

        return Reply<MerchantView>.Of(MerchantDecider.View(Id, merchant.State));
    }

    /// <inheritdoc/>
    public async Task<Reply<MerchantView>> PutCredentials(string provider, ImmutableDictionary<string, Secret> values)
    {
        if (!merchant.RecordExists)
        {
            return Refuse<MerchantView>(Unknown());
        }

        var connector = connectors.FirstOrDefault(connector => connector.Provider == provider);
        if (MerchantDecider.CheckCredentials(provider, connector, values) is { } refusal)
        {
            return Refuse<MerchantView>(refusal);
        }

        await SettleAsync();
        await StoreAsync(MerchantDecider.SetCredentials(merchant.State, provider, cipher.Seal(Id, provider, values)));
        LogCredentialsPut(logger, Id, provider);
        return Reply<MerchantView>.Of(MerchantDecider.View(Id, merchant.State));
    }

    /// <inheritdoc/>
    public async Task<MerchantSettings?> Settings()
    {
        LeaveIfUnknown();
        if (!merchant.RecordExists)
        {
            return null;
        }

        await SettleAsync();
        return new MerchantSettings
        {
            Name = merchant.State.Name,
            UpiCollectAllowed = merchant.State.UpiCollectAllowed,
            Providers = merchant.State.Providers.ToImmutableDictionary(
                stored => stored.Provider, stored => stored.Credentials, StringComparer.Ordinal),
        };
    }

    // What a crash or a change of the master key left to do. Nearly always nothing.
    private async Task SettleAsync()
    {
        if (!merchant.RecordExists)
        {
            return;
        }

        foreach (var key in merchant.State.Keys.Where(key => !key.HandedOut && key.RevokedAt is null))
        {
            await RevokeAsync(key);
        }

        foreach (var stored in merchant.State.Providers.Where(stored => cipher.IsOutdated(stored.Credentials)))
        {
            try
            {
                var anew = cipher.Reseal(Id, stored.Provider, stored.Credentials);
                await StoreAsync(MerchantDecider.SetCredentials(merchant.State, stored.Provider, anew));
                LogResealed(logger, Id, stored.Provider, stored.Credentials.KeyId, anew.KeyId);
            }
            catch (CredentialsUnreadableException failure)
            {
                // The merchant's other providers still work; this one fails where it is used.
                LogUnreadable(logger, failure, Id, stored.Provider);
            }
        }
    }

    private async Task RevokeAsync(StoredApiKey key)
    {
        await GrainOf(key).Revoke();
        await StoreAsync(MerchantDecider.ChangeKey(
            merchant.State, key.Id, revoked => revoked with { RevokedAt = time.GetUtcNow() }));
        LogKeyRevoked(logger, Id, key.Id, key.HandedOut);
    }

    private async Task StoreAsync(MerchantDocument next)
    {
        var before = merchant.State;
        merchant.State = next;
        try
        {
            await merchant.WriteStateAsync();
        }
        catch
        {
            // Whether it was written is not known: read it again before anything is decided on it.
            merchant.State = before;
            DeactivateOnIdle();
            throw;
        }
        finally
        {
            directory.Forget(Id);
        }
    }

    private IApiKeyGrain GrainOf(StoredApiKey key) =>
        GrainFactory.GetGrain<IApiKeyGrain>(ApiKeyFormat.GrainKey(key.Hash));

    private static Refusal Unknown() =>
        Refusal.Of(ErrorCode.MerchantNotFound, "There is no such merchant.", "merchant");

    private Reply<T> Refuse<T>(Refusal refusal)
        where T : class
    {
        LeaveIfUnknown();
        return Reply<T>.Refused(refusal);
    }

    // Asking for merchants that do not exist must not fill the memory.
    private void LeaveIfUnknown()
    {
        if (!merchant.RecordExists)
        {
            DeactivateOnIdle();
        }
    }
}
