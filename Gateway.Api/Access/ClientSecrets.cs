using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Access;

/// <summary>What payers' client secrets open. Only the grains can tell: the gateway holds no key.</summary>
internal sealed class ClientSecrets(IGrainFactory grains)
{
    /// <summary>Whether a text can be a client secret at all.</summary>
    public static bool HasForm(ReadOnlySpan<char> key) =>
        key.StartsWith(IPaymentAccessGrain.SecretPrefix, StringComparison.Ordinal);

    private IPaymentAccessGrain Access => grains.Grain<IPaymentAccessGrain>("client-secrets");

    /// <summary>Whether a text can be a ticket at all.</summary>
    public static bool IsTicket(ReadOnlySpan<char> key) =>
        key.StartsWith(IPaymentAccessGrain.TicketPrefix, StringComparison.Ordinal);

    /// <summary>What the client secret opens; null if nothing.</summary>
    public Task<PaymentAccess?> OpenAsync(string secret) => Access.Open(secret);

    /// <summary>What the ticket opens; null if nothing.</summary>
    public Task<PaymentAccess?> OpenTicketAsync(string ticket) => Access.OpenTicket(ticket);

    /// <summary>A ticket for a payment.</summary>
    public Task<PaymentTicket> IssueTicketAsync(PaymentKey payment) => Access.IssueTicket(payment);
}
