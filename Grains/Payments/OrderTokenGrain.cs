using Orleans.Concurrency;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Grains.Payments;

/// <inheritdoc cref="IOrderTokenGrain"/>
/// <param name="tokens">Signs and opens.</param>
/// <param name="merchants">The merchants' settings, as this silo caches them.</param>
/// <param name="clock">The clock that lifetimes are set by.</param>
[StatelessWorker, Reentrant]
public sealed class OrderTokenGrain(OrderTokens tokens, IMerchantProfiles merchants, IPaymentClock clock)
    : Grain, IOrderTokenGrain
{
    private string Merchant => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public async Task<Reply<OrderToken>> Sign(SignOrder command)
    {
        if (await merchants.GetAsync(Merchant) is not { } merchant)
        {
            DeactivateOnIdle();
            return Reply<OrderToken>.Refused(Refusal.Of(ErrorCode.MerchantNotFound, "There is no such merchant."));
        }

        if (merchant.CannotReturnTo(command.Order.ReturnUrl, isByPage: true) is { } refusal)
        {
            return Reply<OrderToken>.Refused(refusal);
        }

        var expiresAt = clock.Now + command.Lifetime;
        var token = tokens.Sign(
            Merchant, merchant.OrderTokens, new SignedOrder { ExpiresAt = expiresAt, Order = command.Order });
        return token.Reveal().Length > IOrderTokenGrain.MaxLength
            ? Reply<OrderToken>.Refused(Refusal.Of(
                ErrorCode.InvalidField, "The order is too large for a token: shorten its items or metadata.", "basket"))
            : Reply<OrderToken>.Of(new OrderToken { Token = token, ExpiresAt = expiresAt });
    }

    /// <inheritdoc/>
    public async Task<Reply<OrderTerms>> Open(string token)
    {
        if (await merchants.GetAsync(Merchant) is not { } merchant)
        {
            DeactivateOnIdle();
            return Reply<OrderTerms>.Refused(Refusal.Of(ErrorCode.MerchantNotFound, "There is no such merchant."));
        }

        var now = clock.Now;
        if (!tokens.TryOpen(Merchant, merchant.OrderTokens, token, now, out var signed))
        {
            return Reply<OrderTerms>.Refused(Refusal.Of(
                ErrorCode.OrderTokenInvalid, "The order token is not one that this merchant signed.", "order_token"));
        }

        return signed.ExpiresAt <= now
            ? Reply<OrderTerms>.Refused(Refusal.Of(
                ErrorCode.OrderTokenExpired, "The order token has expired; the shop's server makes a new one.",
                "order_token"))
            : Reply<OrderTerms>.Of(signed.Order);
    }
}
