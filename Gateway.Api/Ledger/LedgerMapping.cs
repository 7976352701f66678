using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Ledger;

namespace PaymentCluster.Gateway.Api.Ledger;

/// <summary>The accounts of a merchant's ledger.</summary>
public sealed record AccountListResponse
{
    /// <summary>The accounts, by name and currency.</summary>
    public required AccountResponse[] Data { get; init; }
}

/// <summary>An account and its sums, in the minor unit of the currency.</summary>
public sealed record AccountResponse
{
    /// <summary>The account's name.</summary>
    public required string Account { get; init; }

    /// <summary>ISO 4217 code.</summary>
    public required string Currency { get; init; }

    /// <summary>All debits.</summary>
    public required long Debits { get; init; }

    /// <summary>All credits.</summary>
    public required long Credits { get; init; }

    /// <summary>Debits minus credits.</summary>
    public required long Balance { get; init; }
}

/// <summary>Debits and credits over all accounts.</summary>
public sealed record TrialBalanceResponse
{
    /// <summary>One line per currency.</summary>
    public required TrialBalanceLineResponse[] Data { get; init; }

    /// <summary>Whether debits equal credits in each currency.</summary>
    public required bool Balanced { get; init; }
}

/// <summary>One currency of the trial balance, in its minor unit.</summary>
public sealed record TrialBalanceLineResponse
{
    /// <summary>ISO 4217 code.</summary>
    public required string Currency { get; init; }

    /// <summary>All debits.</summary>
    public required long Debits { get; init; }

    /// <summary>All credits.</summary>
    public required long Credits { get; init; }

    /// <summary>Debits minus credits: always zero.</summary>
    public required long Difference { get; init; }
}

/// <summary>From the grains' views to the API's responses.</summary>
internal static class LedgerMapping
{
    public static AccountListResponse ToResponse(ImmutableArray<AccountBalance> accounts) => new()
    {
        Data = [.. accounts.Select(account => new AccountResponse
        {
            Account = account.Account,
            Currency = account.Currency.Code,
            Debits = account.DebitsMinor,
            Credits = account.CreditsMinor,
            Balance = checked(account.DebitsMinor - account.CreditsMinor),
        })],
    };

    public static TrialBalanceResponse ToResponse(ImmutableArray<TrialBalanceLine> lines) => new()
    {
        Data = [.. lines.Select(line => new TrialBalanceLineResponse
        {
            Currency = line.Currency.Code,
            Debits = line.DebitsMinor,
            Credits = line.CreditsMinor,
            Difference = checked(line.DebitsMinor - line.CreditsMinor),
        })],
        Balanced = lines.All(line => line.DebitsMinor == line.CreditsMinor),
    };
}
