using System.Collections.Concurrent;
using System.Collections.Immutable;
using Npgsql;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Vault;
using PaymentCluster.Testing;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Merchants.Tests.Customers;

/// <summary>Responds when a test says so.</summary>
internal abstract class ScriptedKeeper
{
    private TaskCompletionSource? _hold;

    /// <summary>What was called, in order.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>Whether it is unavailable.</summary>
    public bool IsAway { get; set; }

    /// <summary>Each call waits before it has its effect, until <see cref="Release"/>.</summary>
    public void Hold() => _hold ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release()
    {
        var hold = _hold;
        _hold = null;
        hold?.SetResult();
    }

    /// <summary>Waits until a call has begun.</summary>
    public Task CalledAsync(string call) =>
        Eventually.HoldsAsync(
            () => Task.FromResult(Calls.Contains(call)),
            () => $"{call} is called. What was: {string.Join(", ", Calls)}");

    protected async Task EnterAsync(string call)
    {
        var hold = _hold;
        Calls.Enqueue(call);
        await Task.Yield();
        if (hold is not null)
        {
            await hold.Task;
        }
    }
}

/// <summary>A provider that keeps customers, cards and wallets.</summary>
internal sealed class ScriptedProvider
    : ScriptedKeeper, ICustomerAccounts, ISavedCards, IWalletsByPassword, IUpiVerification
{
    public ConcurrentDictionary<string, ProviderCard> Cards { get; } = new();

    /// <summary>The links, by their references.</summary>
    public ConcurrentDictionary<string, bool> Links { get; } = new();

    public Task<ProviderResult<string>> OpenCustomerAsync(Customer customer, ProviderCredentials credentials) =>
        RespondAsync("register", () => $"cst_{customer.Id}");

    public Task<ProviderResult<ImmutableArray<ProviderCard>>> ListCardsAsync(
        string providerCustomer, ProviderCredentials credentials) =>
        RespondAsync("list", () => Cards.Values.ToImmutableArray());

    public Task<ProviderResult<bool>> DeleteCardAsync(
        string providerCustomer, string reference, ProviderCredentials credentials) =>
        RespondAsync($"delete {reference}", () => Cards.TryRemove(reference, out _) || true);

    public Task<ProviderResult<string>> RequestWalletLinkAsync(
        WalletRequest request, ProviderCredentials credentials) =>
        RespondAsync($"request {request.Wallet}", () => $"link_{request.Wallet}");

    public Task<ProviderResult<ProviderWallet>> ConfirmWalletLinkAsync(
        WalletRequest request, string reference, Secret password, ProviderCredentials credentials) =>
        RespondAsync($"confirm {reference}", () =>
        {
            Links[reference] = true;
            return new ProviderWallet { Reference = reference, Linked = true, Token = new Secret("wallet-token") };
        });

    public Task<ProviderResult<ProviderWallet>> ReadWalletAsync(
        WalletRequest request, string reference, ProviderCredentials credentials) =>
        RespondAsync($"read {reference}", () =>
            new ProviderWallet { Reference = reference, Linked = Links.ContainsKey(reference) });

    public Task<ProviderResult<bool>> UnlinkWalletAsync(
        WalletRequest request, string reference, ProviderCredentials credentials) =>
        RespondAsync($"unlink {reference} {request.Token?.Reveal()}", () => Links.TryRemove(reference, out _) || true);

    public Task<ProviderResult<UpiHolder>> VerifyUpiAsync(string vpa, ProviderCredentials credentials) =>
        RespondAsync($"verify {vpa}", () => new UpiHolder(true, "ASHA"));

    private async Task<ProviderResult<T>> RespondAsync<T>(string call, Func<T> response)
    {
        await EnterAsync(call);
        return IsAway ? new ProviderResult<T>.Unavailable("away") : new ProviderResult<T>.Given(response());
    }
}

/// <summary>A vault in memory.</summary>
internal sealed class ScriptedVault : ScriptedKeeper, ICardVault
{
    private readonly MemoryVault _cards = new();

    public bool IsOpen => true;

    /// <summary>The tokens of the cards that it keeps.</summary>
    public IEnumerable<string> Tokens => _cards.Cards.Keys.Select(key => key["shop/".Length..]);

    public async Task<string> SaveAsync(string merchant, string customer, string token, VaultCard card)
    {
        await ReachAsync("save");
        return await _cards.SaveAsync(merchant, customer, token, card);
    }

    public Task<VaultCard?> OpenAsync(string merchant, string token) => _cards.OpenAsync(merchant, token);

    public async Task DeleteAsync(string merchant, string token)
    {
        await ReachAsync("delete");
        await _cards.DeleteAsync(merchant, token);
    }

    public async Task DeleteCustomerAsync(string merchant, string customer)
    {
        await ReachAsync("delete all");
        await _cards.DeleteCustomerAsync(merchant, customer);
    }

    private async Task ReachAsync(string call)
    {
        await EnterAsync(call);
        if (IsAway)
        {
            throw new NpgsqlException("away");
        }
    }
}
