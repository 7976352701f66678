using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Connectors.Contract;

/// <summary>What a provider can do, as data.</summary>
public sealed record ConnectorCapabilities
{
    /// <summary>The methods it takes.</summary>
    public required ImmutableHashSet<PaymentMethodKind> Methods { get; init; }

    /// <summary>The wallets that it takes, by their codes; null: whichever it knows by the code that it is given.</summary>
    public ImmutableHashSet<string>? Wallets { get; init; }

    /// <summary>The UPI flows it takes.</summary>
    public required ImmutableHashSet<UpiFlow> UpiFlows { get; init; }

    /// <summary>The ISO 4217 codes it takes.</summary>
    public required ImmutableHashSet<string> Currencies { get; init; }

    /// <summary>The methods that take the Indian rupee alone, whatever else the provider takes.</summary>
    public ImmutableHashSet<PaymentMethodKind> RupeeOnly { get; init; } = [];

    /// <summary>By ISO 4217 code, of what an amount must be a multiple, in minor units; currencies that are not named
    /// have no such rule.</summary>
    public ImmutableDictionary<string, long> AmountSteps { get; init; } = ImmutableDictionary<string, long>.Empty;

    /// <summary>Whether the provider captures by itself what it authorised, when it is asked to at the charge. The
    /// engine then captures only what it finds still uncaptured later.</summary>
    public required bool CapturesByItself { get; init; }

    /// <summary>The methods by which money can be reserved and captured later; null: all that it takes.</summary>
    public ImmutableHashSet<PaymentMethodKind>? HeldMethods { get; init; }

    /// <summary>Whether less than the authorised amount can be captured.</summary>
    public required bool PartialCapture { get; init; }

    /// <summary>Whether an authorisation can be released. Where it cannot, it runs out by itself.</summary>
    public required bool Voids { get; init; }

    /// <summary>Whether less than the captured amount can be refunded.</summary>
    public required bool PartialRefund { get; init; }

    /// <summary>How long the provider recognises a charge that is sent again under the same name; null: for as long as
    /// it keeps the charge.</summary>
    public TimeSpan? RepeatWindow { get; init; }

    /// <summary>How many questions a minute a merchant may ask; more are left to the next time they are due.</summary>
    public int QuestionsPerMinute { get; init; } = 600;

    /// <summary>The names of the credentials that a merchant must give, such as <c>key_secret</c>.</summary>
    public required ImmutableArray<string> Credentials { get; init; }

    /// <summary>Credentials that a merchant gives all together or not at all, for what the provider offers besides, such
    /// as another way to sign.</summary>
    public ImmutableArray<string> OptionalCredentials { get; init; } = [];

    /// <summary>How long after the last possible send a "not found" is not yet believed.</summary>
    public required TimeSpan SettleTime { get; init; }

    /// <summary>How long after an attempt was given up it can still turn into a success; it is watched for so
    /// long.</summary>
    public required TimeSpan LateSuccess { get; init; }

    /// <summary>Why the provider cannot be asked for a charge like this, in one sentence for the merchant; null if it
    /// can.</summary>
    public string? Refuses(PaymentMethod method, Money amount, CaptureMode capture = CaptureMode.Automatic)
    {
        var code = amount.Currency.Code;
        if (!Methods.Contains(method.Kind))
        {
            return $"The provider does not take the method {method.Kind}.";
        }

        if (method.Kind is PaymentMethodKind.Upi && (method.Flow is not { } flow || !UpiFlows.Contains(flow)))
        {
            return $"The provider does not take the UPI flow {method.Flow}.";
        }

        if (capture == CaptureMode.Manual && HeldMethods?.Contains(method.Kind) == false)
        {
            return $"The provider does not reserve money for a later capture by the method {method.Kind}.";
        }

        if (method.Kind is PaymentMethodKind.Wallet && Wallets is not null && !Wallets.Contains(method.Wallet ?? ""))
        {
            return $"The provider does not take the wallet {method.Wallet}.";
        }

        if (!Currencies.Contains(code) || (RupeeOnly.Contains(method.Kind) && amount.Currency != Currency.Inr))
        {
            return $"The provider does not take {code} by the method {method.Kind}.";
        }

        return amount.AmountMinor <= 0 || (AmountSteps.TryGetValue(code, out var step) && amount.AmountMinor % step != 0)
            ? $"The provider does not take this amount in {code}."
            : null;
    }
}
