using Orleans.Concurrency;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Webhooks;

namespace PaymentCluster.Grains.Webhooks;

/// <inheritdoc cref="IProviderWebhookGrain"/>
/// <remarks>It keeps nothing: webhooks of one merchant wait for no other.</remarks>
/// <param name="intake">Takes them in.</param>
[StatelessWorker, Reentrant]
public sealed class ProviderWebhookGrain(WebhookIntake intake) : Grain, IProviderWebhookGrain
{
    /// <inheritdoc/>
    public async Task<Reply<WebhookReceipt>> Receive(ProviderWebhook webhook)
    {
        var (merchant, provider) = this.GetPrimaryKeyString().Split('/', 2) is [var first, var second]
            ? (first, second)
            : ("", "");
        var reply = await intake.ReceiveAsync(merchant, provider, webhook);
        if (reply.Refusal is { Code: ErrorCode.WebhookSignatureInvalid }
            && !await intake.KnowsAsync(merchant, provider))
        {
            // Guesses must not pile up in memory.
            DeactivateOnIdle();
        }

        return reply;
    }
}
