using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Routing;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Gateway.Tests.Host;

/// <summary>API keys in memory.</summary>
public sealed class FakeApiKeys
{
    private readonly ConcurrentDictionary<string, ApiKeyGrant> _grants = new();

    /// <summary>How often any key was asked about.</summary>
    public int Asked => _asked;

    private int _asked;

    public void Add(string key, string merchant, ApiKeyScope scope) =>
        _grants[GrainKey(key)] = new ApiKeyGrant
        {
            Merchant = merchant, KeyId = $"key_{merchant}_{scope}", Scope = scope,
        };

    public void Revoke(string key) => _grants.TryRemove(GrainKey(key), out _);

    public IApiKeyGrain Make(string key) => new Grain(this, key);

    private static string GrainKey(string key) =>
        "key/" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private sealed class Grain(FakeApiKeys all, string key) : IApiKeyGrain
    {
        public Task<ApiKeyGrant?> Resolve()
        {
            Interlocked.Increment(ref all._asked);
            return Task.FromResult(all._grants.GetValueOrDefault(key));
        }

        public Task Grant(ApiKeyGrant grant) => throw new NotSupportedException();

        public Task Revoke() => throw new NotSupportedException();
    }
}

/// <summary>A merchant in memory.</summary>
public sealed class FakeMerchant(string id) : IMerchantGrain
{
    private MerchantView? _view;
    private RoutingView _routing = new() { Version = 0, Plan = new() };

    public ImmutableDictionary<string, Secret>? Credentials { get; private set; }

    public Task<Reply<MerchantView>> Put(PutMerchant command)
    {
        _view = new MerchantView
        {
            Id = id, Name = command.Name, UpiCollectAllowed = command.UpiCollectAllowed, Keys = [], Providers = [],
        };
        return Task.FromResult(Reply<MerchantView>.Of(_view));
    }

    public Task<MerchantView?> Get() => Task.FromResult(_view);

    public Task<Reply<NewApiKey>> CreateKey(ApiKeyScope scope) => Task.FromResult(_view is null
        ? Reply<NewApiKey>.Refused(Refusal.Of(ErrorCode.MerchantNotFound, "There is no such merchant."))
        : Reply<NewApiKey>.Of(
            new NewApiKey { Id = "key_1", Key = new Secret("sk_test_0123456789abcdef"), Scope = scope }));

    public Task<Reply<MerchantView>> RevokeKey(string keyId) =>
        Task.FromResult(
            Reply<MerchantView>.Refused(Refusal.Of(ErrorCode.ApiKeyNotFound, "The merchant has no such API key.")));

    public Task<Reply<MerchantView>> PutCredentials(string provider, ImmutableDictionary<string, Secret> values)
    {
        Credentials = values;
        var view = new ProviderView
        {
            Provider = provider, Credentials = [.. values.Keys.Order()], UpdatedAt = DateTimeOffset.UnixEpoch,
        };
        return Task.FromResult(Reply<MerchantView>.Of(
            new MerchantView { Id = id, Name = "Shop", UpiCollectAllowed = false, Keys = [], Providers = [view] }));
    }

    public PutRouting? LastRouting { get; private set; }

    public Refusal? RoutingRefusal { get; set; }

    public Task<Reply<MerchantView>> DeleteCredentials(string provider) => throw new NotSupportedException();

    public Task<RoutingView?> Routing() => Task.FromResult<RoutingView?>(_routing);

    public Task<Reply<RoutingView>> PutRouting(PutRouting command)
    {
        LastRouting = command;
        if (RoutingRefusal is { } refusal)
        {
            return Task.FromResult(Reply<RoutingView>.Refused(refusal));
        }

        _routing = new RoutingView
        {
            Version = _routing.Version + 1, Plan = command.Plan, UpdatedAt = DateTimeOffset.UnixEpoch,
        };
        return Task.FromResult(Reply<RoutingView>.Of(_routing));
    }

    public Task NotePreferences() => throw new NotSupportedException();

    public Task<MerchantSettings?> Settings() => throw new NotSupportedException();
}
