using System.Collections.Immutable;
using System.Text;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Webhooks;
using PaymentCluster.Simulation.Tests.Checks;
using PaymentCluster.Simulation.Tests.Cluster;

namespace PaymentCluster.Simulation.Tests.Providers;

// Refunds, and the webhooks that tell of everything.
internal sealed partial class SimulatedProvider
{
    private const int MaxDeliveries = 8;

    private static readonly TimeSpan SlowRefund = TimeSpan.FromDays(4);
    private static readonly TimeSpan LateWebhook = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan UsualWebhook = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan Redelivery = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, SimulatedRefund> _refunds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SimulatedWebhook> _events = new(StringComparer.Ordinal);

    /// <summary>The event with this id; null if there is none.</summary>
    public SimulatedWebhook? FindEvent(string eventId) => _events.GetValueOrDefault(eventId);

    /// <summary>The refund under our name for it; null if there is none.</summary>
    public SimulatedRefund? FindRefund(string name) => _refunds.GetValueOrDefault(name);

    /// <summary>A request for a refund arrives.</summary>
    public ProviderOutcome Refund(string name, string account, string chargeName, long amountMinor)
    {
        _world.Checker.RefundArrives(name);
        if (_refunds.TryGetValue(name, out var known))
        {
            return OutcomeOf(known);
        }

        var choices = _world.Choices;
        if (choices.Happens(_world.Weather.Errors / 2))
        {
            return Error("before it did anything");
        }

        var charge = ChargeIn(account, chargeName);
        var left = charge.CapturedMinor
            - charge.Refunds.Where(refund => refund.Step != Step.Failed).Sum(refund => refund.AmountMinor);
        if (amountMinor > left)
        {
            _world.Tell(Life.Name, $"refuses {name}: {left} of {charge.Reference} is left");
            return Declined("refund_refused");
        }

        var made = new SimulatedRefund
        {
            Name = name, Account = account, Reference = $"re_{_refunds.Count + 1}", AmountMinor = amountMinor,
        };
        _refunds.Add(name, made);
        charge.Refunds.Add(made);
        switch (choices.Below(10))
        {
            case < 5:
                Decide(charge, made, Step.Done);
                break;
            case < 7:
                _world.After(choices.UpTo(SlowRefund), Life, () => Decide(charge, made, Step.Done));
                break;
            case < 9:
                _world.After(choices.UpTo(SlowRefund), Life, () => Decide(charge, made, Step.Failed));
                break;
            default:
                Decide(charge, made, Step.Failed);
                break;
        }

        return choices.Happens(_world.Weather.Errors / 2) ? Error("after it did it") : OutcomeOf(made);
    }

    /// <summary>A status query of a refund arrives.</summary>
    public ProviderOutcome QueryRefund(string name, string account)
    {
        if (_world.Choices.Happens(_world.Weather.Errors / 2))
        {
            return Error("instead of a response");
        }

        return _refunds.TryGetValue(name, out var refund) && refund.Account == account
            ? OutcomeOf(refund)
            : new ProviderOutcome.NotFound();
    }

    private void Decide(SimulatedCharge charge, SimulatedRefund refund, Step step)
    {
        refund.Step = step;
        Checker.Refunds(charge);
        _world.Tell(
            Life.Name,
            $"refund {refund.Reference} ({refund.Name}), {refund.AmountMinor} of {charge.Reference}: {step}");
        if (RefundId.TryParse(refund.Name, out var id))
        {
            Post(
                new SimulatedWebhook(Life.Name, NextEvent(), charge.Account, null, id, OutcomeOf(refund)),
                isReliable: false);
        }
    }

    private static ProviderOutcome OutcomeOf(SimulatedRefund refund) => refund.Step switch
    {
        Step.Done => new ProviderOutcome.Succeeded
        {
            Stage = ChargeStage.Captured, Amount = Inr(refund.AmountMinor), ProviderReference = refund.Reference,
        },
        Step.Failed => Declined("refund_failed", refund.Reference),
        _ => new ProviderOutcome.Pending { ProviderReference = refund.Reference },
    };

    private void Post(SimulatedWebhook webhook, bool isReliable)
    {
        _events.Add(webhook.EventId, webhook);
        var choices = _world.Choices;
        var weather = _world.Weather;
        if (!isReliable && choices.Happens(weather.LostWebhooks))
        {
            _world.Tell(Life.Name, $"webhook {webhook.EventId} is lost");
            return;
        }

        var copies = choices.Happens(weather.OddWebhooks / 2) ? 2 : 1;
        for (var copy = 0; copy < copies; copy++)
        {
            var late = choices.Happens(weather.OddWebhooks) ? choices.UpTo(LateWebhook) : UsualWebhook;
            _world.After(late, Life, () => Deliver(webhook, isReliable ? int.MaxValue : MaxDeliveries));
        }
    }

    // Sent again until it is acknowledged, or often enough.
    private void Deliver(SimulatedWebhook webhook, int deliveriesLeft)
    {
        var wasTakenIn = false;
        if (_world.Cluster.AnySilo() is { } silo)
        {
            _world.Begin(silo.Life, async () =>
            {
                var takenIn = await IsTakenInAsync(silo, webhook);
                _world.After(TimeSpan.Zero, Life, () =>
                {
                    wasTakenIn = takenIn;
                    if (takenIn)
                    {
                        _world.Checker.Acknowledged(webhook);
                    }
                });
            });
        }

        _world.After(Redelivery, Life, () =>
        {
            if (!wasTakenIn && deliveriesLeft > 1)
            {
                Deliver(webhook, deliveriesLeft - 1);
            }
        });
    }

    // What the store or a payment says passes as an error, after which the event is sent again.
    private static async Task<bool> IsTakenInAsync(SimulatedSilo silo, SimulatedWebhook webhook)
    {
        var message = new ProviderWebhook
        {
            Headers = ImmutableDictionary<string, string>.Empty, Body = [.. Encoding.UTF8.GetBytes(webhook.EventId)],
        };
        try
        {
            return (await silo.Intake(webhook).ReceiveAsync(Shop.Id, webhook.Provider, message)).Refusal is null;
        }
        catch (Exception exception)
            when (exception is TimeoutException or JournalUnavailableException or JournalOverloadedException)
        {
            return false;
        }
    }
}
