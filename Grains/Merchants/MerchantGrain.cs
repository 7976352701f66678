using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Routing;
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
/// <param name="options">How long replaced credentials are kept.</param>
/// <param name="time">When it is.</param>
/// <param name="logger">The log.</param>
public sealed partial class MerchantGrain(
    [PersistentState("merchant", MerchantsRegistration.Storage)] IPersistentState<MerchantDocument> merchant,
    IEnumerable<IConnector> connectors,
    CredentialCipher cipher,
    MerchantDirectory directory,
    ISecretSource random,
    IOptions<MerchantsOptions> options,
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
        var next = before with
        {
            Name = command.Name,
            UpiCollectAllowed = command.UpiCollectAllowed,
            CheckoutOrigins = MerchantDecider.Origins(before, command),
            CardVault = command.CardVault,
        };
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
        var before = merchant.State.Providers.FirstOrDefault(stored => stored.Provider == provider);
        if (before is null || !IsSame(before, values))
        {
            await StoreAsync(MerchantDecider.SetProvider(merchant.State, new StoredProvider
            {
                Provider = provider, Credentials = cipher.Seal(Id, provider, values), Previous = Previous(before),
            }));
            LogCredentialsPut(logger, Id, provider);
        }

        return Reply<MerchantView>.Of(MerchantDecider.View(Id, merchant.State));
    }

    /// <inheritdoc/>
    public async Task<Reply<MerchantView>> DeleteCredentials(string provider)
    {
        if (!merchant.RecordExists)
        {
            return Refuse<MerchantView>(Unknown());
        }

        await SettleAsync();
        if (merchant.State.Providers.Any(stored => stored.Provider == provider))
        {
            await StoreAsync(MerchantDecider.RemoveProvider(merchant.State, provider));
            LogCredentialsDeleted(logger, Id, provider);
        }

        return Reply<MerchantView>.Of(MerchantDecider.View(Id, merchant.State));
    }

    /// <inheritdoc/>
    public Task<RoutingView?> Routing()
    {
        LeaveIfUnknown();
        return Task.FromResult(merchant.RecordExists ? MerchantDecider.View(merchant.State.Routing) : null);
    }

    /// <inheritdoc/>
    public async Task<Reply<RoutingView>> PutRouting(PutRouting command)
    {
        if (!merchant.RecordExists)
        {
            return Refuse<RoutingView>(Unknown());
        }

        string[] providers = [.. connectors.Select(connector => connector.Provider)];
        if (MerchantDecider.CheckRouting(merchant.State, command, providers) is { } refusal)
        {
            return Refuse<RoutingView>(refusal);
        }

        await SettleAsync();
        var version = (merchant.State.Routing?.Version ?? 0) + 1;
        await StoreAsync(merchant.State with
        {
            Routing = new StoredRouting { Version = version, UpdatedAt = time.GetUtcNow(), Plan = command.Plan },
        });
        LogRoutingPut(logger, Id, version, command.Plan.Rules.Length);
        return Reply<RoutingView>.Of(MerchantDecider.View(merchant.State.Routing));
    }

    /// <inheritdoc/>
    public async Task NotePreferences()
    {
        LeaveIfUnknown();
        if (merchant is { RecordExists: true, State.CustomersPrefer: false })
        {
            await StoreAsync(merchant.State with { CustomersPrefer = true });
        }
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
            CheckoutOrigins = merchant.State.CheckoutOrigins,
            CardVault = merchant.State.CardVault,
            CustomersPrefer = merchant.State.CustomersPrefer,
            Providers = merchant.State.Providers.ToImmutableDictionary(
                stored => stored.Provider, stored => stored.Credentials, StringComparer.Ordinal),
            Routing = merchant.State.Routing?.Plan,
            Previous = merchant.State.Providers.Where(stored => stored.Previous is not null).ToImmutableDictionary(
                stored => stored.Provider, stored => stored.Previous!, StringComparer.Ordinal),
        };
    }

    // Sent again, or put again by an installation's script: nothing is replaced, and the older ones keep their time.
    private bool IsSame(StoredProvider stored, ImmutableDictionary<string, Secret> values)
    {
        try
        {
            var known = cipher.Open(Id, stored.Provider, stored.Credentials);
            return known.Count == values.Count
                && values.All(pair => known.TryGetValue(pair.Key, out var value) && value.Equals(pair.Value));
        }
        catch (CredentialsUnreadableException)
        {
            return false;
        }
    }

    private PreviousCredentials? Previous(StoredProvider? before) => before is null ? null : new PreviousCredentials
    {
        Credentials = before.Credentials, Until = time.GetUtcNow() + options.Value.CredentialOverlap,
    };

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

        foreach (var stored in merchant.State.Providers.Where(IsToSettle))
        {
            try
            {
                var anew = stored with
                {
                    Credentials = Current(stored.Provider, stored.Credentials),
                    Previous = stored.Previous is { } previous && time.GetUtcNow() < previous.Until
                        ? previous with { Credentials = Current(stored.Provider, previous.Credentials) }
                        : null,
                };
                await StoreAsync(MerchantDecider.SetProvider(merchant.State, anew));
                if (anew.Credentials.KeyId != stored.Credentials.KeyId)
                {
                    LogResealed(logger, Id, stored.Provider, stored.Credentials.KeyId, anew.Credentials.KeyId);
                }
            }
            catch (CredentialsUnreadableException failure)
            {
                // The merchant's other providers still work; this one fails where it is used.
                LogUnreadable(logger, failure, Id, stored.Provider);
            }
        }
    }

    private bool IsToSettle(StoredProvider stored) =>
        cipher.IsOutdated(stored.Credentials)
        || (stored.Previous is { } previous
            && (time.GetUtcNow() >= previous.Until || cipher.IsOutdated(previous.Credentials)));

    private SealedCredentials Current(string provider, SealedCredentials credentials) =>
        cipher.IsOutdated(credentials) ? cipher.Reseal(Id, provider, credentials) : credentials;

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
