using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Connectors.Contract;

/// <summary>A connector whose provider lists an account's payments by the time at which it made them: one call tells
/// what became of many charges. Where webhooks are lost, the engine reads the list instead of querying each
/// charge.</summary>
/// <remarks>A list proves nothing of what is not in it: it may be behind, it shifts while it is read, and the
/// provider's clock is another one. Whether a charge is there at all is for <see cref="IConnector.QueryChargeAsync"/>
/// to say.</remarks>
public interface IListsPayments
{
    /// <summary>How many payments one page has at most.</summary>
    int PageSize { get; }

    /// <summary>Reads a page of the list.</summary>
    Task<ListedPage> ListAsync(PaymentListQuery query, ProviderCredentials credentials);
}

/// <summary>Which payments to list, the newest first.</summary>
public sealed record PaymentListQuery
{
    /// <summary>Made at this time or later, by the provider's clock and to its precision.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Made at this time or earlier, likewise.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>How many of them to pass over, because earlier pages had them.</summary>
    public required int Skip { get; init; }
}

/// <summary>A page of a list, or why there is none.</summary>
public abstract record ListedPage
{
    private ListedPage()
    {
    }

    /// <summary>The page.</summary>
    /// <param name="Payments">Those that are on an order, ours or not.</param>
    /// <param name="Count">How many the page has. A page that is not full is the last.</param>
    /// <param name="Oldest">When the oldest of them was made; null if that cannot be read.</param>
    public sealed record Read(ImmutableArray<ListedPayment> Payments, int Count, DateTimeOffset? Oldest) : ListedPage;

    /// <summary>The list could not be read. That says nothing of any payment.</summary>
    /// <param name="Reason">Why, for the log.</param>
    public sealed record Failed(string Reason) : ListedPage;
}

/// <summary>A payment as a list has it.</summary>
/// <param name="ProviderOrder">The provider's id of the order that it is on. There may be several payments on one
/// order, of which the customer failed with some.</param>
/// <param name="Outcome">What became of it, as a status query would have it; unknown if that cannot be read.</param>
public sealed record ListedPayment(string ProviderOrder, ProviderOutcome Outcome);
