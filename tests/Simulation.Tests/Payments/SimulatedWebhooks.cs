using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Simulation.Tests.Clients;
using PaymentCluster.Simulation.Tests.Providers;
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Payments;

/// <summary>How a silo takes an event of the provider's in: effect, inbox, answer, as
/// the product.</summary>
internal sealed class SimulatedWebhooks(World world, SimulatedSilo silo)
{
    /// <summary>Takes an event in. False: the provider is to send it again.</summary>
    public async Task<bool> ReceiveAsync(SimulatedWebhook webhook)
    {
        if (world.Mutation == Mutation.WebhookAcknowledgedFirst)
        {
            world.Begin(silo.Life, () => TakeInAsync(webhook));
            return true;
        }

        return await TakeInAsync(webhook);
    }

    private async Task<bool> TakeInAsync(SimulatedWebhook webhook)
    {
        try
        {
            var isKnown = await silo.Journal.IsInInboxAsync(webhook.EventId);
            if (isKnown && world.Mutation != Mutation.WebhookNotDeduplicated)
            {
                return true;
            }

            await silo.Reach("takes a webhook in");
            world.Checker.TakesIn(webhook, isKnown);
            world.Tell(silo.Name, $"webhook {webhook.EventId}: {webhook.Outcome.GetType().Name}");
            var answer = await world.Cluster.CallAsync(silo.Life, KeyOf(webhook), grain => RecordAsync(grain, webhook));
            if (answer is not { Came: true, Value: true })
            {
                return false;
            }

            await silo.Reach("remembers the webhook");
            await silo.Journal.AddToInboxAsync(webhook.EventId);
            await silo.Reach("answers the provider");
            return true;
        }
        catch (JournalUnavailableException)
        {
            return false;
        }
    }

    private static PaymentKey KeyOf(SimulatedWebhook webhook) =>
        PaymentKey.Of(SimulatedClients.Merchant, webhook.Attempt?.Payment ?? webhook.Refund!.Value.Payment);

    private static Task<bool> RecordAsync(SimulatedGrain grain, SimulatedWebhook webhook) => webhook.Attempt is { } attempt
        ? grain.RecordAsync(new RecordCharge
        {
            Attempt = attempt.Number, Outcome = webhook.Outcome, Source = ReportSource.Webhook, Provider = webhook.Provider,
        })
        : grain.RecordAsync(new RecordRefund
        {
            Number = webhook.Refund!.Value.Number, Outcome = webhook.Outcome, Source = ReportSource.Webhook, Provider = webhook.Provider,
        });
}
