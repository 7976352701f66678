using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Audit;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Routing;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Audit;

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

    /// <summary>Writes what was decided, if it is another document.</summary>
    /// <param name="decision">The decision.</param>
    /// <param name="change">The change that this completes, which the document then names.</param>
    async Task StoreAsync(MerchantDecision decision, AuditChange? change = null)
    {
        if (decision.Document is { } next && next != Document)
        {
            await WriteAsync(change is null ? next : next with { LastChange = change.Id.ToString() });
        }
    }
}

/// <summary>Runs a merchant's commands: decides, writes the document and the keys, replies.</summary>
/// <param name="merchant">The merchant's id.</param>
/// <param name="host">Where it lives.</param>
/// <param name="services">What all merchants share.</param>
internal sealed partial class MerchantProcess(string merchant, IMerchantHost host, MerchantServices services)
{
    private readonly MerchantCredentials _credentials = new(merchant, services.Cipher);
    private readonly MerchantAudit _audit = new(merchant, services.Trail, services.Logger);
    private MerchantKeys? _keys;

    private MerchantKeys Keys => _keys ??= new MerchantKeys(merchant, host, services, _audit);

    /// <summary>Creates or changes the merchant.</summary>
    public async Task<Reply<MerchantView>> PutAsync(PutMerchant command)
    {
        var (refusal, changed, replayed) = await ChangeAsync(
            AuditAction.MerchantSaved,
            subject: null,
            detail: null,
            command.Request,
            (document, context) => MerchantDecider.Decide(document, command, context));
        if (changed)
        {
            LogPut(services.Logger, merchant, command.UpiCollectAllowed);
        }

        return await ToReplyAsync(refusal, replayed);
    }

    /// <summary>The merchant as its operator sees it; null if there is none.</summary>
    public async Task<MerchantView?> ViewAsync() => host.Document is null
        ? null
        : MerchantMapping.View(merchant, host.Document, await Keys.LastUsedAsync());

    /// <summary>Creates an API key.</summary>
    public async Task<Reply<NewApiKey>> CreateKeyAsync(CreateApiKey command)
    {
        await CompletePendingAsync();
        return await Keys.CreateAsync(command);
    }

    /// <summary>Replaces an API key.</summary>
    public async Task<Reply<NewApiKey>> RotateKeyAsync(RotateApiKey command)
    {
        await CompletePendingAsync();
        return await Keys.RotateAsync(command);
    }

    /// <summary>Revokes an API key.</summary>
    public async Task<Reply<MerchantView>> RevokeKeyAsync(string keyId, RequestKey? request)
    {
        await CompletePendingAsync();
        var (refusal, replayed) = await Keys.RevokeAsync(keyId, request);
        return await ToReplyAsync(refusal, replayed);
    }

    /// <summary>Replaces the key that signs order tokens.</summary>
    public async Task<Reply<OrderTokenKeys>> RotateOrderTokenKeyAsync(TimeSpan overlap, RequestKey? request)
    {
        var (refusal, changed, replayed) = await ChangeAsync(
            AuditAction.OrderTokenKeyRotated,
            subject: null,
            $"overlap {overlap}",
            request,
            (document, context) => MerchantDecider.Decide(document, new RotateOrderTokenKey(overlap), context));
        if (refusal is not null)
        {
            return Reply<OrderTokenKeys>.Refused(refusal);
        }

        var keys = host.Document!.OrderTokens!;
        if (changed)
        {
            LogOrderTokenKeyRotated(services.Logger, merchant, keys.Generation);
        }

        return Reply<OrderTokenKeys>.Of(keys, replayed);
    }

    /// <summary>Sets the credentials at a provider.</summary>
    public async Task<Reply<MerchantView>> PutCredentialsAsync(
        string provider, ImmutableDictionary<string, Secret> values, bool? isSameAccount)
    {
        var connector = services.ConnectorOf(provider);
        if (MerchantDecider.CheckCredentials(provider, connector, values) is { } invalid)
        {
            return Reply<MerchantView>.Refused(host.Document is null ? MerchantDecider.UnknownMerchant : invalid);
        }

        var (refusal, changed, _) = await ChangeAsync(
            AuditAction.CredentialsSaved,
            provider,
            string.Join(", ", values.Keys.Order(StringComparer.Ordinal)),
            request: null,
            (document, context) => MerchantDecider.Decide(
                document, _credentials.Compare(document, connector!, values, isSameAccount), context));
        if (changed)
        {
            LogCredentialsPut(services.Logger, merchant, provider);
        }

        return ToReplyOfProviders(refusal);
    }

    /// <summary>Deletes the credentials at a provider.</summary>
    public async Task<Reply<MerchantView>> DeleteCredentialsAsync(string provider)
    {
        var (refusal, changed, _) = await ChangeAsync(
            AuditAction.CredentialsDeleted,
            provider,
            detail: null,
            request: null,
            (document, context) => MerchantDecider.Decide(document, new DeleteCredentials(provider), context));
        if (changed)
        {
            LogCredentialsDeleted(services.Logger, merchant, provider);
        }

        return ToReplyOfProviders(refusal);
    }

    /// <summary>Sets the routing.</summary>
    public async Task<Reply<RoutingView>> PutRoutingAsync(PutRouting command)
    {
        var (refusal, changed, replayed) = await ChangeAsync(
            AuditAction.RoutingSaved,
            subject: null,
            $"{command.Plan.Rules.Length} rules",
            command.Request,
            (document, context) => MerchantDecider.Decide(document, command, context));
        if (refusal is not null)
        {
            return Reply<RoutingView>.Refused(refusal);
        }

        var routing = host.Document!.Routing!;
        if (changed)
        {
            LogRoutingPut(services.Logger, merchant, routing.Version, routing.Plan.Rules.Length);
        }

        return Reply<RoutingView>.Of(MerchantMapping.View(routing), replayed);
    }

    /// <summary>Notes that some customer prefers a provider.</summary>
    public Task NotePreferencesAsync() =>
        StoreAsync((document, context) => MerchantDecider.Decide(document, new NotePreferences(), context));

    /// <summary>What payments need to know; null if there is no such merchant.</summary>
    public async Task<MerchantSettings?> SettingsAsync()
    {
        try
        {
            await CloseChangesAsync();
        }
        catch (JournalUnavailableException)
        {
            // Payments do not wait for the trail: the next call closes it.
        }

        await CompleteDocumentAsync();
        return host.Document is { } document ? MerchantMapping.Settings(document) : null;
    }

    /// <summary>Says in the audit trail how changes ended whose process died.</summary>
    public async Task CloseChangesAsync(bool suspect = false)
    {
        if (suspect)
        {
            _audit.Suspect();
        }

        await _audit.CloseAsync(host, Keys.CompleteAsync);
    }

    // A change that one write makes. A request that changes nothing is remembered where it has a name, and is no change
    // in the trail.
    private async Task<(Refusal? Refusal, bool Changed, bool Replayed)> ChangeAsync(
        AuditAction action,
        string? subject,
        string? detail,
        RequestKey? request,
        Func<MerchantDocument?, MerchantContext, MerchantDecision> decide)
    {
        await CompletePendingAsync();
        var context = services.ContextOf(merchant);
        var decision = MerchantDecider.Once(host.Document, request, context, () => decide(host.Document, context));
        if (decision.Document is not { } next || !MerchantDecider.IsChange(host.Document, next))
        {
            await host.StoreAsync(decision);
            return (decision.Refusal, false, decision.Replayed);
        }

        var change = await _audit.BeginAsync(action, subject, detail);
        await host.WriteAsync(next with { LastChange = change.Id.ToString() });
        await _audit.EndAsync(change);
        return (decision.Refusal, true, false);
    }

    private async Task CompletePendingAsync()
    {
        await CloseChangesAsync();
        await CompleteDocumentAsync();
    }

    // What a crash, a change of the master key or the passing of time left to do. Nearly always nothing.
    private async Task CompleteDocumentAsync()
    {
        if (host.Document is not { } document)
        {
            return;
        }

        await Keys.CompleteAsync();
        foreach (var stored in document.Providers.Where(one =>
            _credentials.IsOutdated(one, services.ConnectorOf(one.Provider), services.Now)))
        {
            await RenewAsync(stored);
        }
    }

    private async Task RenewAsync(StoredProvider stored)
    {
        try
        {
            var renewed = _credentials.Renew(stored, services.ConnectorOf(stored.Provider), services.Now);
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

    private async Task<Reply<MerchantView>> ToReplyAsync(Refusal? refusal, bool replayed) => refusal is not null
        ? Reply<MerchantView>.Refused(refusal)
        : Reply<MerchantView>.Of((await ViewAsync())!, replayed);

    // Who changes credentials sees providers alone.
    private Reply<MerchantView> ToReplyOfProviders(Refusal? refusal) => refusal is not null
        ? Reply<MerchantView>.Refused(refusal)
        : Reply<MerchantView>.Of(MerchantMapping.View(merchant, host.Document!));

    private Task StoreAsync(Func<MerchantDocument?, MerchantContext, MerchantDecision> decide) =>
        host.StoreAsync(decide(host.Document, services.ContextOf(merchant)));
}
