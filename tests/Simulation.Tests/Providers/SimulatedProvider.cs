using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Simulation.Tests.Checks;
using PaymentCluster.Simulation.Tests.Cluster;
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Providers;

/// <summary>A provider, with its own journal of charges, captures and refunds. It knows a request by our name for it,
/// and does it once. It declines, waits for customers, captures automatically or not, lets authorisations run out,
/// changes its mind late, fails before and after the effect, and reports everything in webhooks. This file holds
/// charges.</summary>
internal sealed partial class SimulatedProvider
{
    /// <summary>How long it keeps an authorisation.</summary>
    public static readonly TimeSpan AuthorizationLasts = TimeSpan.FromDays(5);

    private static readonly TimeSpan SlowCustomer = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan OwnCaptureTakes = TimeSpan.FromSeconds(20);

    private readonly World _world;
    private readonly Dictionary<string, SimulatedCharge> _charges = new(StringComparer.Ordinal);
    private int _eventCount;

    /// <summary>A provider of some character.</summary>
    public SimulatedProvider(World world, string name)
    {
        _world = world;
        Life = World.Forever(name);
        Capabilities = new ConnectorCapabilities
        {
            Methods = [PaymentMethodKind.Upi, PaymentMethodKind.Card, PaymentMethodKind.Wallet],
            UpiFlows = [UpiFlow.Intent],
            Currencies = ["INR"],
            CapturesByItself = world.Choices.Pick(false, true),
            Voids = world.Choices.Pick(false, true),
            PartialCapture = world.Choices.Pick(false, true),
            PartialRefund = true,
            Credentials = [Shop.Account],
            AccountCredential = Shop.Account,
            VisibilityWindow = TimeSpan.FromMinutes(1),
            LateSuccess = world.Choices.Pick(
                TimeSpan.FromDays(3), TimeSpan.Zero, TimeSpan.FromHours(1), TimeSpan.FromHours(12)),
        };
        IsUnsigned = world.Choices.Pick(false, false, false, true);
    }

    /// <summary>Nothing ends it.</summary>
    public Life Life { get; }

    /// <summary>Its name.</summary>
    public string Name => Life.Name;

    /// <summary>What the engine knows of it.</summary>
    public ConnectorCapabilities Capabilities { get; }

    /// <summary>Whether its webhooks only say that something happened.</summary>
    public bool IsUnsigned { get; }

    /// <summary>Its journal.</summary>
    public IReadOnlyCollection<SimulatedCharge> Charges => _charges.Values;

    /// <summary>The charge under our name for it; null if there is none.</summary>
    public SimulatedCharge? Find(string name) => _charges.GetValueOrDefault(name);

    /// <summary>A refusal.</summary>
    public static ProviderOutcome.Declined Declined(
        string code, string? reference = null, FailureParty party = FailureParty.Customer) => new()
        {
            ProviderReference = reference,
            Failure = new Failure { Code = code, Message = "The provider refused.", Party = party },
        };

    /// <summary>A request for a charge arrives.</summary>
    public ProviderOutcome Charge(
        string name, string account, long amountMinor, bool capturesItself, DateTimeOffset expiresAt, bool isLate)
    {
        _world.Checker.ChargeArrives(name, isLate);
        if (_charges.TryGetValue(name, out var known))
        {
            Checker.ReachesAccount(known, account);
            return OutcomeOf(known);
        }

        var choices = _world.Choices;
        if (choices.Happens(_world.Weather.Errors / 2))
        {
            return Error("before it did anything");
        }

        var fate = choices.Below(100);
        if (fate is >= 95 and < 98)
        {
            _world.Tell(Life.Name, $"refuses {name} as such");
            return Declined("request_refused", party: choices.Pick(FailureParty.Merchant, FailureParty.Provider));
        }

        var charge = new SimulatedCharge
        {
            Name = name,
            Account = account,
            Reference = $"ch_{_charges.Count + 1}",
            AmountMinor = fate >= 98 ? amountMinor + 1 : amountMinor,
            IsRequestedAmount = fate < 98,
            CapturesItself = capturesItself,
            IsLate = isLate,
            VisibleAt = _world.Now + (choices.Happens(_world.Weather.Wire / 2) ? choices.UpTo(Lag) : TimeSpan.Zero),
        };
        _charges.Add(name, charge);
        switch (fate)
        {
            case < 50 or >= 98:
                Authorize(charge);
                break;
            case < 70:
                charge.Action = new CustomerAction { Kind = CustomerActionKind.UpiIntent, Url = "upi://pay" };
                AwaitCustomer(charge, expiresAt);
                break;
            case < 80:
                AwaitCustomer(charge, expiresAt);
                break;
            default:
                charge.Party = choices.Pick(FailureParty.Customer, FailureParty.Provider);
                Fail(charge, "declines");
                MayChangeItsMind(charge);
                break;
        }

        return choices.Happens(_world.Weather.Errors / 2) ? Error("after it did it") : OutcomeOf(charge);
    }

    /// <summary>A status query of a charge arrives.</summary>
    public ProviderOutcome QueryCharge(string name, string account)
    {
        if (_world.Choices.Happens(_world.Weather.Errors / 2))
        {
            return Error("instead of a response");
        }

        return _charges.TryGetValue(name, out var charge)
            && charge.Account == account
            && charge.VisibleAt <= _world.Now
            ? OutcomeOf(charge)
            : new ProviderOutcome.NotFound();
    }

    /// <summary>A request for a capture arrives.</summary>
    public ProviderOutcome Capture(string name, string account, long amountMinor)
    {
        var charge = ChargeIn(account, name);
        if (_world.Choices.Happens(_world.Weather.Errors / 2))
        {
            return Error("before it did anything");
        }

        if (charge.Step == Step.Failed || (charge.Step == Step.Authorized && _world.Choices.Happens(30)))
        {
            _world.Tell(Life.Name, $"refuses the capture of {charge.Reference}");
            return Declined("capture_refused", charge.Reference);
        }

        if (charge.Step == Step.Authorized)
        {
            Capture(charge, amountMinor);
        }

        return _world.Choices.Happens(_world.Weather.Errors / 2) ? Error("after it did it") : OutcomeOf(charge);
    }

    /// <summary>A request to release an authorisation arrives.</summary>
    public ProviderOutcome Void(string name, string account)
    {
        var charge = ChargeIn(account, name);
        if (_world.Choices.Happens(_world.Weather.Errors / 2))
        {
            return Error("before it did anything");
        }

        if (charge.Step == Step.Done || (charge.Step == Step.Authorized && _world.Choices.Happens(50)))
        {
            _world.Tell(Life.Name, $"refuses the release of {charge.Reference}");
            return Declined("release_refused", charge.Reference);
        }

        if (charge.Step == Step.Authorized)
        {
            charge.IsReleased = true;
            Fail(charge, "releases");
        }

        return _world.Choices.Happens(_world.Weather.Errors / 2)
            ? Error("after it did it")
            : new ProviderOutcome.Succeeded
            {
                Stage = ChargeStage.Captured, Amount = Inr(charge.AmountMinor), ProviderReference = charge.Reference,
            };
    }

    // With the way of the request, it stays within the visibility window: a request is slow only where nothing lags.
    private static TimeSpan Lag => TimeSpan.FromSeconds(4);

    private SimulatedCharge ChargeIn(string account, string name)
    {
        var charge = _charges[name];
        Checker.ReachesAccount(charge, account);
        return charge;
    }

    private void Authorize(SimulatedCharge charge)
    {
        charge.Step = Step.Authorized;
        charge.Action = null;
        if (charge.CapturesItself)
        {
            switch (_world.Choices.Below(10))
            {
                case < 6:
                    Capture(charge, charge.AmountMinor);
                    return;
                case < 9:
                    _world.After(_world.Choices.UpTo(OwnCaptureTakes), Life, () =>
                    {
                        if (charge.Step == Step.Authorized)
                        {
                            Capture(charge, charge.AmountMinor);
                        }
                    });
                    break;
            }
        }

        Tell(charge, "authorises");
        _world.After(AuthorizationLasts, Life, () =>
        {
            if (charge.Step == Step.Authorized)
            {
                Fail(charge, "lets the authorisation of");
            }
        });
    }

    private void Capture(SimulatedCharge charge, long amountMinor)
    {
        charge.Step = Step.Done;
        charge.CapturedMinor = amountMinor;
        Checker.Captures(charge);
        Tell(charge, "captures");
    }

    private void Fail(SimulatedCharge charge, string how)
    {
        charge.Step = Step.Failed;
        Tell(charge, how);
    }

    private void AwaitCustomer(SimulatedCharge charge, DateTimeOffset expiresAt)
    {
        Tell(charge, "waits for the customer of");
        var last = expiresAt - _world.Now + Capabilities.LateSuccess;
        var usual = last < SlowCustomer ? last : SlowCustomer;
        switch (_world.Choices.Below(10))
        {
            case < 5:
                _world.After(_world.Choices.UpTo(usual), Life, () => Authorize(charge));
                break;
            case < 7:
                _world.After(
                    _world.Choices.UpTo(SlowCustomer), Life, () => Fail(charge, "was refused by the customer of"));
                break;
            case < 8:
                _world.After(expiresAt - _world.Now + TimeSpan.FromMinutes(1), Life, () =>
                {
                    Fail(charge, "gives up");
                    MayChangeItsMind(charge);
                });
                break;
            case < 9:
                _world.After(_world.Choices.UpTo(last), Life, () => Authorize(charge));
                break;
        }
    }

    // A failed payment can become a success as long as the provider says it can.
    private void MayChangeItsMind(SimulatedCharge charge)
    {
        if (Capabilities.LateSuccess > TimeSpan.Zero && _world.Choices.Happens(150))
        {
            _world.After(_world.Choices.UpTo(Capabilities.LateSuccess), Life, () => Authorize(charge));
        }
    }

    private static ProviderOutcome OutcomeOf(SimulatedCharge charge) => charge.Step switch
    {
        Step.Pending => new ProviderOutcome.Pending
        {
            ProviderReference = charge.Reference, Action = charge.Action,
        },
        Step.Authorized => new ProviderOutcome.Succeeded
        {
            Stage = ChargeStage.Authorized,
            Amount = Inr(charge.AmountMinor),
            ProviderReference = charge.Reference,
        },
        Step.Done => new ProviderOutcome.Succeeded
        {
            Stage = ChargeStage.Captured,
            Amount = Inr(charge.CapturedMinor),
            Fee = Inr(charge.CapturedMinor / 50),
            ProviderReference = charge.Reference,
        },
        _ => charge.IsReleased
            ? Declined(FailureCodes.Voided, charge.Reference, FailureParty.Merchant)
            : Declined("declined", charge.Reference, charge.Party),
    };

    private ProviderOutcome.Unknown Error(string when)
    {
        _world.Tell(Life.Name, $"returns an error, {when}");
        return new ProviderOutcome.Unknown { Reason = "the provider returned 500" };
    }

    private static Money Inr(long amountMinor) => Money.Of(amountMinor, Currency.Inr);

    private string NextEvent() => $"{Life.Name}_event_{++_eventCount}";

    private void Tell(SimulatedCharge charge, string verb)
    {
        _world.Tell(Life.Name, $"{verb} {charge.Reference} ({charge.Name}), {charge.AmountMinor}: {charge.Step}");
        if (AttemptId.TryParse(charge.Name, out var attempt))
        {
            Post(
                new SimulatedWebhook(Life.Name, NextEvent(), charge.Account, attempt, null, OutcomeOf(charge)),
                charge.IsLate);
        }
    }
}
