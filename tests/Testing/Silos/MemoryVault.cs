using System.Collections.Concurrent;
using Npgsql;
using PaymentCluster.Grains.Vault;

namespace PaymentCluster.Testing.Silos;

/// <summary>A vault in memory.</summary>
internal sealed class MemoryVault : ICardVault
{
    public ConcurrentDictionary<string, (string Customer, VaultCard Card)> Cards { get; } = new();

    public bool IsOpen => true;

    /// <summary>Whether it is unavailable.</summary>
    public bool IsAway { get; set; }

    public async Task<string> SaveAsync(string merchant, string customer, string token, VaultCard card)
    {
        await Task.Yield();
        Reach();
        var there = Cards.FirstOrDefault(pair => pair.Key.StartsWith($"{merchant}/", StringComparison.Ordinal)
            && pair.Value.Customer == customer && pair.Value.Card.Number.Reveal() == card.Number.Reveal());
        var key = there.Key ?? $"{merchant}/{token}";
        Cards[key] = (customer, card);
        return key[(merchant.Length + 1)..];
    }

    public Task<VaultCard?> OpenAsync(string merchant, string token) =>
        Task.FromResult(Cards.TryGetValue($"{merchant}/{token}", out var kept) ? kept.Card : null);

    public Task DeleteAsync(string merchant, string token)
    {
        Reach();
        Cards.TryRemove($"{merchant}/{token}", out _);
        return Task.CompletedTask;
    }

    public Task DeleteCustomerAsync(string merchant, string customer)
    {
        Reach();
        foreach (var (key, kept) in Cards)
        {
            if (key.StartsWith($"{merchant}/", StringComparison.Ordinal) && kept.Customer == customer)
            {
                Cards.TryRemove(key, out _);
            }
        }

        return Task.CompletedTask;
    }

    private void Reach()
    {
        if (IsAway)
        {
            throw new NpgsqlException("away");
        }
    }
}
