using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;

namespace PaymentCluster.Grains.Abstractions.Ledger;

/// <summary>A merchant's books, read from the store. Its key is the merchant's id.</summary>
[Alias("ledger")]
public interface ILedgerGrain : IGrainWithStringKey
{
    /// <summary>Every account with its sums, by name and currency.</summary>
    [Alias("accounts"), OpenToGateways, ResponseTimeout(CallTimeouts.Read)]
    Task<ImmutableArray<AccountBalance>> Accounts();

    /// <summary>Debits and credits over all accounts per currency, read in one snapshot; the two are always
    /// equal.</summary>
    [Alias("trial-balance"), OpenToGateways, ResponseTimeout(CallTimeouts.Read)]
    Task<ImmutableArray<TrialBalanceLine>> TrialBalance();
}

/// <summary>An account of the ledger and its sums.</summary>
[GenerateSerializer, Immutable, Alias("account-balance")]
public sealed record AccountBalance
{
    /// <summary>The account's name, such as <c>merchant_payable</c>.</summary>
    [Id(0)]
    public required string Account { get; init; }

    /// <summary>The currency; an account has one balance in each.</summary>
    [Id(1)]
    public required Currency Currency { get; init; }

    /// <summary>All debits, in minor units.</summary>
    [Id(2)]
    public required long DebitsMinor { get; init; }

    /// <summary>All credits, in minor units.</summary>
    [Id(3)]
    public required long CreditsMinor { get; init; }
}

/// <summary>One currency of the trial balance.</summary>
[GenerateSerializer, Immutable, Alias("trial-balance-line")]
public sealed record TrialBalanceLine
{
    /// <summary>The currency.</summary>
    [Id(0)]
    public required Currency Currency { get; init; }

    /// <summary>All debits, in minor units.</summary>
    [Id(1)]
    public required long DebitsMinor { get; init; }

    /// <summary>All credits, in minor units.</summary>
    [Id(2)]
    public required long CreditsMinor { get; init; }
}
