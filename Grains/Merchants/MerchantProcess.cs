using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Routing;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Merchants;

/// <summary>Where a merchant's process lives: what it needs of the grain.</summary>
internal interface IMerchantHost
{
    /// <summary>The document; null if there is no such merchant.</summary>
    MerchantDocument? Document { get; }

    /// <summary>Writes the document.</summary>
    Task WriteAsync(MerchantDocument next);

    /// <summary>The document of an API key.</summary>
    IApiKeyGrain KeyOf(string hash);
}

/// <summary>Runs a merchant's commands: decides, writes the document and the keys, replies. An API key is in two
/// documents, and a crash may come between any two writes. The order keeps three promises: what opens something is
/// listed, so that it can be revoked; a key that was never handed out opens nothing for long; a key that is called
/// revoked opens nothing. Creating: listed, then granted, then marked as handed out, then returned; a key that was left
/// unmarked is revoked by the next command. Revoking: the grant first, then the mark; after a lost reply the caller
/// repeats it.</summary>
/// <param name="merchant">The merchant's id.</param>
/// <param name="host">Where it lives.</param>
/// <param name="services">What all merchants share.</param>
internal sealed partial class MerchantProcess(string merchant, IMerchantHost host, MerchantServices services)
{
    private readonly MerchantCredentials _credentials = new(merchant, services.Cipher);

    /// <summary>Creates or changes the merchant.</summary>
    public async Task<Reply<MerchantView>> PutAsync(PutMerchant command)
    {
        var before = host.Document;
        var refusal = await HandleAsync((document, context) => MerchantDecider.Decide(document, command, context));
        if (refusal is null && host.Document != before)
        {
            LogPut(services.Logger, merchant, command.UpiCollectAllowed);
        }

        return ToReply(refusal);
    }

    /// <summary>Creates an API key.</summary>
    public async Task<Reply<NewApiKey>> CreateKeyAsync(ApiKeyScope scope)
    {
        var text = Enum.IsDefined(scope) ? ApiKeyFormat.NewKey(scope, services.Random) : "";
        var (id, hash) = (ApiKeyFormat.NewId(services.Random), ApiKeyFormat.Hash(text));
        var refusal = await HandleAsync((document, context) =>
            MerchantDecider.Decide(document, new AddApiKey(id, hash, scope), context));
        if (refusal is not null)
        {
            return Reply<NewApiKey>.Refused(refusal);
        }

        await host.KeyOf(hash).Grant(new ApiKeyGrant { Merchant = merchant, KeyId = id, Scope = scope });
        await StoreAsync((document, context) => MerchantDecider.Decide(document, new HandOutApiKey(id), context));
        LogKeyCreated(services.Logger, merchant, id, scope);
        return Reply<NewApiKey>.Of(new NewApiKey { Id = id, Key = new Secret(text), Scope = scope });
    }

    /// <summary>Revokes an API key.</summary>
    public async Task<Reply<MerchantView>> RevokeKeyAsync(string keyId)
    {
        var refusal = await HandleAsync((document, context) =>
            MerchantDecider.Decide(document, new RevokeApiKey(keyId), context));
        if (refusal is null && host.Document!.Keys.First(key => key.Id == keyId) is { RevokedAt: null } key)
        {
            await RevokeAsync(key);
        }

        return ToReply(refusal);
    }

    /// <summary>Sets the credentials at a provider.</summary>
    public async Task<Reply<MerchantView>> PutCredentialsAsync(
        string provider, ImmutableDictionary<string, Secret> values)
    {
        if (host.Document is not null
            && MerchantDecider.CheckCredentials(provider, services.ConnectorOf(provider), values) is { } invalid)
        {
            return Reply<MerchantView>.Refused(invalid);
        }

        var before = host.Document;
        var refusal = await HandleAsync((document, context) => MerchantDecider.Decide(
            document, new SetCredentials(provider, _credentials.Seal(document, provider, values)), context));
        if (refusal is null && host.Document != before)
        {
            LogCredentialsPut(services.Logger, merchant, provider);
        }

        return ToReply(refusal);
    }

    /// <summary>Deletes the credentials at a provider.</summary>
    public async Task<Reply<MerchantView>> DeleteCredentialsAsync(string provider)
    {
        var before = host.Document;
        var refusal = await HandleAsync((document, context) =>
            MerchantDecider.Decide(document, new DeleteCredentials(provider), context));
        if (refusal is null && host.Document != before)
        {
            LogCredentialsDeleted(services.Logger, merchant, provider);
        }

        return ToReply(refusal);
    }

    /// <summary>Sets the routing.</summary>
    public async Task<Reply<RoutingView>> PutRoutingAsync(PutRouting command)
    {
        var refusal = await HandleAsync((document, context) => MerchantDecider.Decide(document, command, context));
        if (refusal is not null)
        {
            return Reply<RoutingView>.Refused(refusal);
        }

        var routing = host.Document!.Routing!;
        LogRoutingPut(services.Logger, merchant, routing.Version, routing.Plan.Rules.Length);
        return Reply<RoutingView>.Of(MerchantMapping.View(routing));
    }

    /// <summary>Notes that some customer prefers a provider.</summary>
    public Task NotePreferencesAsync() =>
        StoreAsync((document, context) => MerchantDecider.Decide(document, new NotePreferences(), context));

    /// <summary>What payments need to know; null if there is no such merchant.</summary>
    public async Task<MerchantSettings?> SettingsAsync()
    {
        await CompletePendingAsync();
        return host.Document is { } document ? MerchantMapping.Settings(document) : null;
    }

    private async Task<Refusal?> HandleAsync(Func<MerchantDocument?, MerchantContext, MerchantDecision> decide)
    {
        await CompletePendingAsync();
        return await StoreAsync(decide);
    }

    private async Task<Refusal?> StoreAsync(Func<MerchantDocument?, MerchantContext, MerchantDecision> decide)
    {
        var decision = decide(host.Document, services.ContextOf(merchant));
        if (decision.Document is { } next && next != host.Document)
        {
            await host.WriteAsync(next);
        }

        return decision.Refusal;
    }

    // What a crash, a change of the master key or the passing of time left to do. Nearly always nothing.
    private async Task CompletePendingAsync()
    {
        if (host.Document is not { } document)
        {
            return;
        }

        foreach (var key in MerchantDecider.AbandonedKeys(document))
        {
            await RevokeAsync(key);
        }

        foreach (var stored in document.Providers.Where(one => _credentials.IsOutdated(one, services.Now)))
        {
            await RenewAsync(stored);
        }
    }

    private async Task RenewAsync(StoredProvider stored)
    {
        try
        {
            var renewed = _credentials.Renew(stored, services.Now);
            await StoreAsync((document, context) =>
                MerchantDecider.Decide(document, new RenewCredentials(renewed), context));
            if (renewed.Credentials.KeyId != stored.Credentials.KeyId)
            {
                LogResealed(
                    services.Logger, merchant, stored.Provider, stored.Credentials.KeyId, renewed.Credentials.KeyId);
            }
        }
        catch (CredentialsUnreadableException failure)
        {
            // The merchant's other providers still work; this one fails where it is used.
            LogUnreadable(services.Logger, failure, merchant, stored.Provider);
        }
    }

    private async Task RevokeAsync(StoredApiKey key)
    {
        await host.KeyOf(key.Hash).Revoke();
        await StoreAsync((document, context) =>
            MerchantDecider.Decide(document, new ApiKeyRevoked(key.Id), context));
        LogKeyRevoked(services.Logger, merchant, key.Id, key.HandedOut);
    }

    private Reply<MerchantView> ToReply(Refusal? refusal) => refusal is not null
        ? Reply<MerchantView>.Refused(refusal)
        : Reply<MerchantView>.Of(MerchantMapping.View(merchant, host.Document!));
}
