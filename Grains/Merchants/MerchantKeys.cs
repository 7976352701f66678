using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Audit;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Audit;

namespace PaymentCluster.Grains.Merchants;

/// <summary>A merchant's API keys. Each is in two documents, the merchant's and its own, and a crash may come between
/// any two writes. The order keeps four promises: what opens something is listed, so that it can be revoked; a key
/// that was never handed out opens nothing for long; a key that is called revoked opens nothing; a key that is
/// replaced has one end in both documents, and none before its successor works. Creating: listed, then granted, then
/// marked as handed out, then returned; a key that was left unmarked is revoked by the next command. Replacing: as
/// creating, and the mark also says when the replaced key ends; that key's own document is told last, or by the next
/// command. Revoking: the grant first, then the mark; after a lost reply the caller repeats it.</summary>
/// <param name="merchant">The merchant's id.</param>
/// <param name="host">Where it lives.</param>
/// <param name="services">What all merchants share.</param>
/// <param name="audit">The merchant's changes in the audit trail.</param>
internal sealed partial class MerchantKeys(
    string merchant, IMerchantHost host, MerchantServices services, MerchantAudit audit)
{
    /// <summary>Creates an API key.</summary>
    public Task<Reply<NewApiKey>> CreateAsync(CreateApiKey command)
    {
        if (Recall(command.Request) is { } earlier)
        {
            return Task.FromResult(ToReply(earlier));
        }

        var limits = LimitsOf(command.ExpiresIn, command.Networks);
        return AddAsync(
            AuditAction.KeyCreated, DetailOf(command.Scope, limits), command.Scope, limits, command.Request);
    }

    /// <summary>Replaces an API key.</summary>
    public async Task<Reply<NewApiKey>> RotateAsync(RotateApiKey command)
    {
        // The replaced key need not work any more.
        if (Recall(command.Request) is { } earlier)
        {
            return ToReply(earlier);
        }

        if (Decide((document, context) => MerchantDecider.Decide(document, new ReplaceApiKey(command.KeyId), context))
            is { Refusal: { } refusal })
        {
            return Reply<NewApiKey>.Refused(refusal);
        }

        var replaced = KeyOf(command.KeyId);
        var limits = LimitsOf(command.ExpiresIn, replaced.Limits?.Networks ?? []);
        var reply = await AddAsync(
            AuditAction.KeyRotated,
            $"{DetailOf(replaced.Scope, limits)}, replaces {replaced.Id}, overlap {command.Overlap}",
            replaced.Scope,
            limits,
            command.Request,
            command);
        return reply.Value is { } created
            ? Reply<NewApiKey>.Of(created with { ReplacedExpiresAt = KeyOf(replaced.Id).Limits!.ExpiresAt })
            : reply;
    }

    /// <summary>Revokes an API key.</summary>
    public async Task<(Refusal? Refusal, bool Replayed)> RevokeAsync(string keyId, RequestKey? request)
    {
        if (Recall(request) is { } earlier)
        {
            return (earlier.Refusal, earlier.Replayed);
        }

        var decision = Decide((document, context) =>
            MerchantDecider.Decide(document, new RevokeApiKey(keyId), context));
        if (decision.Refusal is null && KeyOf(keyId) is { RevokedAt: null } key)
        {
            var change = await audit.BeginAsync(AuditAction.KeyRevoked, keyId, detail: null);
            await RevokeAsync(key, change, request);
            await audit.EndAsync(change);
        }
        else if (decision.Refusal is null && request is not null)
        {
            await StoreAsync((document, context) =>
                MerchantDecider.Decide(document, new ApiKeyRevoked(keyId, request), context));
        }

        return (decision.Refusal, false);
    }

    /// <summary>When the listed keys were last used, by their ids.</summary>
    public async Task<ImmutableDictionary<string, DateTimeOffset?>> LastUsedAsync()
    {
        var keys = host.Document?.Keys.Where(key => key.HandedOut) ?? [];
        var used = await Task.WhenAll(keys.Select(async key => (key.Id, At: await host.KeyOf(key.Hash).LastUsed())));
        return used.ToImmutableDictionary(key => key.Id, key => key.At, StringComparer.Ordinal);
    }

    /// <summary>Completes what a crash left to do. Nearly always nothing.</summary>
    public async Task CompleteAsync()
    {
        if (host.Document is not { } document)
        {
            return;
        }

        foreach (var key in MerchantDecider.AbandonedKeys(document))
        {
            await RevokeAsync(key, change: null);
        }

        foreach (var key in MerchantDecider.KeysToLimit(document))
        {
            await LimitAsync(key.Id);
        }
    }

    /// <summary>Completes a revocation that was begun: a key that was to be revoked must not go on working.</summary>
    /// <returns>Whether the change took effect.</returns>
    public async Task<bool> CompleteAsync(AuditChange change)
    {
        if (change.Action != AuditNames.Of(AuditAction.KeyRevoked)
            || host.Document?.Keys.FirstOrDefault(key => key.Id == change.Subject) is not { } key)
        {
            return false;
        }

        if (key.RevokedAt is null)
        {
            await RevokeAsync(key, change);
        }

        return true;
    }

    // Which key a repeated request made. What it opens is stored nowhere, and was in the first reply alone.
    private static Reply<NewApiKey> ToReply(MerchantDecision earlier) => earlier switch
    {
        { Refusal: { } refusal } => Reply<NewApiKey>.Refused(refusal),
        { Document: { } document, Subject: { } id } when MerchantMapping.Key(document, id) is { } key =>
            Reply<NewApiKey>.Of(key, replayed: true),
        _ => Reply<NewApiKey>.Refused(Refusal.Of(
            ErrorCode.ApiKeyNotFound,
            $"The API key {earlier.Subject} that this request made has been taken off the list since.")),
    };

    private static string DetailOf(ApiKeyScope scope, ApiKeyLimits? limits)
    {
        var until = limits?.ExpiresAt is { } at ? $", until {at.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}" : "";
        var networks = limits is { Networks: { IsEmpty: false } from } ? $", from {string.Join(' ', from)}" : "";
        return $"{scope.ToString().ToLowerInvariant()}{until}{networks}";
    }

    private async Task<Reply<NewApiKey>> AddAsync(
        AuditAction action, string detail, ApiKeyScope scope, ApiKeyLimits? limits, RequestKey? request,
        RotateApiKey? replacement = null)
    {
        var text = Enum.IsDefined(scope) ? ApiKeyFormat.NewKey(scope, services.Random) : "";
        var (id, hash) = (ApiKeyFormat.NewId(services.Random), ApiKeyFormat.Hash(text));
        var decision = Decide((document, context) =>
            MerchantDecider.Decide(document, new AddApiKey(id, hash, scope, limits), context));
        if (decision.Refusal is { } refusal)
        {
            return Reply<NewApiKey>.Refused(refusal);
        }

        var change = await audit.BeginAsync(action, id, detail);
        await host.WriteAsync(decision.Document!);
        // The decision has the limits as they are stored.
        limits = KeyOf(id).Limits;
        await host.KeyOf(hash).Grant(
            new ApiKeyGrant { Merchant = merchant, KeyId = id, Scope = scope, Limits = limits });
        await StoreAsync(
            (document, context) => MerchantDecider.Decide(
                document,
                new HandOutApiKey(id, replacement?.KeyId, replacement?.Overlap ?? default, request),
                context),
            change);
        if (replacement is not null)
        {
            await LimitAsync(replacement.KeyId);
        }

        await audit.EndAsync(change);
        LogKeyCreated(services.Logger, merchant, id, scope);
        return Reply<NewApiKey>.Of(new NewApiKey
        {
            Id = id, Key = new Secret(text), Scope = scope, ExpiresAt = limits?.ExpiresAt,
        });
    }

    private ApiKeyLimits? LimitsOf(TimeSpan? expiresIn, ImmutableArray<string> networks) =>
        expiresIn is null && networks.IsEmpty
            ? null
            : new ApiKeyLimits { ExpiresAt = services.Now + expiresIn, Networks = networks };

    private async Task LimitAsync(string keyId)
    {
        var key = KeyOf(keyId);
        await host.KeyOf(key.Hash).Limit(key.Limits!);
        await StoreAsync((document, context) => MerchantDecider.Decide(document, new ApiKeyLimited(keyId), context));
    }

    private async Task RevokeAsync(StoredApiKey key, AuditChange? change, RequestKey? request = null)
    {
        await host.KeyOf(key.Hash).Revoke();
        await StoreAsync(
            (document, context) => MerchantDecider.Decide(document, new ApiKeyRevoked(key.Id, request), context),
            change);
        LogKeyRevoked(services.Logger, merchant, key.Id, key.HandedOut);
    }

    private MerchantDecision? Recall(RequestKey? request) =>
        MerchantDecider.Recall(host.Document, request, services.ContextOf(merchant));

    private StoredApiKey KeyOf(string id) => host.Document!.Keys.First(key => key.Id == id);

    private MerchantDecision Decide(Func<MerchantDocument?, MerchantContext, MerchantDecision> decide) =>
        decide(host.Document, services.ContextOf(merchant));

    private Task StoreAsync(
        Func<MerchantDocument?, MerchantContext, MerchantDecision> decide, AuditChange? change = null) =>
        host.StoreAsync(Decide(decide), change);
}
