using System.Collections.Concurrent;
using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Health;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Ledger;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Webhooks;

namespace PaymentCluster.Gateway.Tests.Host;

/// <summary>An empty list that remembers what it was asked.</summary>
public sealed class FakePaymentList : IPaymentListGrain
{
    public ConcurrentQueue<PaymentListQuery> Queries { get; } = new();

    public PaymentPage Page { get; set; } = new() { Payments = [], HasMore = false };

    public Task<PaymentPage> List(PaymentListQuery query)
    {
        Queries.Enqueue(query);
        return Task.FromResult(Page);
    }
}

/// <summary>Books with one account.</summary>
public sealed class FakeLedger : ILedgerGrain
{
    public Task<ImmutableArray<AccountBalance>> Accounts() => Task.FromResult<ImmutableArray<AccountBalance>>(
        [new AccountBalance
        {
            Account = "merchant_payable", Currency = Currency.Inr, DebitsMinor = 1, CreditsMinor = 3,
        }]);

    public Task<ImmutableArray<TrialBalanceLine>> TrialBalance() => Task.FromResult<ImmutableArray<TrialBalanceLine>>(
        [new TrialBalanceLine { Currency = Currency.Inr, DebitsMinor = 3, CreditsMinor = 3 }]);
}

/// <summary>Webhooks that are all applied, or all refused.</summary>
public sealed class FakeWebhooks : IProviderWebhookGrain
{
    public ConcurrentQueue<ProviderWebhook> Received { get; } = new();

    public Refusal? Refusal { get; set; }

    public Task<Reply<WebhookReceipt>> Receive(ProviderWebhook webhook)
    {
        Received.Enqueue(webhook);
        return Task.FromResult(Refusal is { } refusal
            ? Reply<WebhookReceipt>.Refused(refusal)
            : Reply<WebhookReceipt>.Of(new WebhookReceipt { Fate = WebhookFate.Applied }));
    }
}

/// <summary>Every UPI id is ASHA's; until it was asked too often.</summary>
public sealed class FakeUpiCheck : IUpiCheckGrain
{
    public Task<Reply<UpiIdView>> Check(string vpa) => Task.FromResult(vpa == "often@bank"
        ? Reply<UpiIdView>.Refused(Refusal.Of(ErrorCode.RateLimited, "So many in a minute."))
        : Reply<UpiIdView>.Of(new UpiIdView { Vpa = vpa, Valid = true, Name = "ASHA" }));
}

/// <summary>A silo that is well, or says why not.</summary>
public sealed class FakeHealth : IHealthGrain
{
    public string? Reason { get; set; }

    public Task<string?> Check() => Task.FromResult(Reason);
}

/// <summary>Opens client secrets that are made of a payment's key; <c>cs_late</c> is too old.</summary>
public sealed class FakePaymentAccess : IPaymentAccessGrain
{
    public Task<PaymentAccess?> Open(string clientSecret) => Task.FromResult(
        clientSecret.Contains('/', StringComparison.Ordinal)
            ? new PaymentAccess { Payment = PaymentKey.Parse(clientSecret[3..]), ExpiresAt = DateTimeOffset.MaxValue }
            : null);
}
