using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Grains.Journal;

/// <summary>A payment that is due and was claimed.</summary>
/// <param name="Key">The payment.</param>
/// <param name="Lane">How urgent it is.</param>
/// <param name="Overdue">For how long it has been due.</param>
public readonly record struct DuePayment(PaymentKey Key, DueLane Lane, TimeSpan Overdue);

/// <summary>A merchant with a payment that is due.</summary>
/// <param name="Merchant">The merchant.</param>
/// <param name="Overdue">For how long its oldest due payment has been due.</param>
public readonly record struct DueMerchant(string Merchant, TimeSpan Overdue);

/// <summary>A part of the merchants with due payments.</summary>
/// <param name="Merchants">They, in the order of their ids.</param>
/// <param name="Next">After which merchant the next part begins; null: this was the last one.</param>
public readonly record struct DueMerchantsPage(ImmutableArray<DueMerchant> Merchants, string? Next);
