using System.Collections.Immutable;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Customers;

/// <summary>What a merchant's providers accept.</summary>
/// <param name="Providers">The providers, by name.</param>
/// <param name="UpiCollectAllowed">Whether the merchant may collect.</param>
internal sealed record InstrumentOffer(
    ImmutableDictionary<string, ConnectorCapabilities> Providers, bool UpiCollectAllowed)
{
    private static readonly PaymentMethod AnyWallet = new() { Kind = PaymentMethodKind.Wallet };

    /// <summary>Why no provider accepts a method for an amount, or why the given one does not; null if one does. A
    /// wallet without a code means any wallet.</summary>
    public string? Refuses(PaymentMethod method, Money amount, string? only)
    {
        if (method.Flow == UpiFlow.Collect && !UpiCollectAllowed)
        {
            return "UPI collect is not allowed for this merchant.";
        }

        if (only is not null)
        {
            return Providers.TryGetValue(only, out var one)
                ? one.Refuses(method, amount)
                : "The merchant no longer has credentials at the provider that keeps the instrument.";
        }

        return Providers.IsEmpty ? "The merchant has no provider configured."
            : Providers.Values.Any(provider => Takes(provider, method, amount)) ? null
            : "None of the merchant's providers accepts this method for the amount.";
    }

    /// <summary>The UPI flows that some provider accepts for an amount.</summary>
    public ImmutableArray<UpiFlow> UpiFlows(Money amount) =>
    [
        .. Enum.GetValues<UpiFlow>().Where(
            flow => Refuses(new PaymentMethod { Kind = PaymentMethodKind.Upi, Flow = flow }, amount, null) is null),
    ];

    /// <summary>The methods that some provider accepts for an amount.</summary>
    public ImmutableArray<PaymentMethodKind> Methods(Money amount) =>
    [
        .. Enum.GetValues<PaymentMethodKind>().Where(kind => kind == PaymentMethodKind.Upi
            ? !UpiFlows(amount).IsEmpty
            : Refuses(new PaymentMethod { Kind = kind }, amount, null) is null),
    ];

    /// <summary>The wallets that some provider accepts for an amount; null: any that a provider knows by its
    /// code.</summary>
    public ImmutableArray<string>? Wallets(Money amount)
    {
        var takers = Providers.Values.Where(provider => Takes(provider, AnyWallet, amount)).ToList();
        return takers.Exists(provider => provider.Wallets is null)
            ? null
            :
            [
                .. takers.SelectMany(provider => provider.Wallets!)
                    .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
            ];
    }

    private static bool Takes(ConnectorCapabilities provider, PaymentMethod method, Money amount) =>
        method == AnyWallet && provider.Wallets is { } wallets
            ? wallets.Any(wallet => provider.Refuses(method with { Wallet = wallet }, amount) is null)
            : provider.Refuses(method, amount) is null;
}
