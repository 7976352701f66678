using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Connectors.Contract;

/// <summary>What a provider can do, as data.</summary>
public sealed record ConnectorCapabilities
{
    /// <summary>The methods it accepts.</summary>
    public required ImmutableHashSet<PaymentMethodKind> Methods { get; init; }

    /// <summary>The wallets that it accepts, by their codes; null: any code, and the provider decides.</summary>
    public ImmutableHashSet<string>? Wallets { get; init; }

    /// <summary>The UPI flows it supports.</summary>
    public required ImmutableHashSet<UpiFlow> UpiFlows { get; init; }

    /// <summary>The currencies it accepts, as ISO 4217 codes.</summary>
    public required ImmutableHashSet<string> Currencies { get; init; }

    /// <summary>The methods that accept the Indian rupee alone.</summary>
    public ImmutableHashSet<PaymentMethodKind> RupeeOnly { get; init; } = [];

    /// <summary>By ISO 4217 code, the step that an amount must be a multiple of, in minor units; other currencies have
    /// no step.</summary>
    public ImmutableDictionary<string, long> AmountSteps { get; init; } = ImmutableDictionary<string, long>.Empty;

    /// <summary>Whether the provider captures automatically when the charge requests it. The engine then captures only
    /// what it finds uncaptured later.</summary>
    public required bool CapturesByItself { get; init; }

    /// <summary>The methods that can be authorised now and captured later; null: all.</summary>
    public ImmutableHashSet<PaymentMethodKind>? HeldMethods { get; init; }

    /// <summary>Whether less than the authorised amount can be captured.</summary>
    public required bool PartialCapture { get; init; }

    /// <summary>Whether an authorisation can be voided. Where it cannot, it expires.</summary>
    public required bool Voids { get; init; }

    /// <summary>Whether less than the captured amount can be refunded.</summary>
    public required bool PartialRefund { get; init; }

    /// <summary>How long the provider recognises a charge that is sent again under the same reference; null: as long as
    /// it keeps the charge.</summary>
    public TimeSpan? IdempotencyWindow { get; init; }

    /// <summary>How many status queries a minute a merchant may send; the others wait until they are due
    /// again.</summary>
    public int StatusQueriesPerMinute { get; init; } = 600;

    /// <summary>The names of the credentials that a merchant must give, such as <c>key_secret</c>.</summary>
    public required ImmutableArray<string> Credentials { get; init; }

    /// <summary>The credential that names the merchant's account at the provider; null if none does, and then all
    /// credentials of a merchant are one account's.</summary>
    public string? AccountCredential { get; init; }

    /// <summary>Whether the provider replaces <see cref="AccountCredential"/> with its secret: another value can be the
    /// same account's, and the merchant must say whether it is.</summary>
    public bool AccountCredentialRotates { get; init; }

    /// <summary>Credentials that a merchant gives all together or not at all, for an additional feature of the
    /// provider.</summary>
    public ImmutableArray<string> OptionalCredentials { get; init; } = [];

    /// <summary>The provider's visibility window: how long after the last possible send a "not found" is not final,
    /// because the provider may show the charge late.</summary>
    public required TimeSpan VisibilityWindow { get; init; }

    /// <summary>How long an abandoned attempt can still succeed; its status is queried for that long.</summary>
    public required TimeSpan LateSuccess { get; init; }

    /// <summary>Why the provider cannot take a charge like this, in one sentence for the merchant; null if it
    /// can.</summary>
    public string? Refuses(PaymentMethod method, Money amount, CaptureMode capture = CaptureMode.Automatic) =>
        Refuses(method.Kind, method.Flow, method.Wallet, amount, capture);

    /// <summary>Why the provider cannot take this charge, in one sentence for the merchant; null if it
    /// can.</summary>
    public string? Refuses(ChargeRequest request) => Refuses(
        request.Instrument.Kind,
        FlowOf(request.Instrument),
        WalletOf(request.Instrument),
        request.Amount,
        request.Capture);

    private string? Refuses(PaymentMethodKind kind, UpiFlow? flow, string? wallet, Money amount, CaptureMode capture)
    {
        var code = amount.Currency.Code;
        var name = NameOf(kind);
        if (!Methods.Contains(kind))
        {
            return $"The provider does not accept {name}.";
        }

        if (!Currencies.Contains(code) || (RupeeOnly.Contains(kind) && amount.Currency != Currency.Inr))
        {
            return $"The provider does not accept {name} in {code}.";
        }

        if (kind is PaymentMethodKind.Upi && (flow is null || !UpiFlows.Contains(flow.Value)))
        {
            return $"The provider does not support the UPI flow {NameOf(flow)}.";
        }

        if (capture == CaptureMode.Manual && HeldMethods?.Contains(kind) == false)
        {
            return $"The provider does not support manual capture for {name}.";
        }

        if (kind is PaymentMethodKind.Wallet && Wallets is not null && !Wallets.Contains(wallet ?? ""))
        {
            return $"The provider does not accept the wallet {wallet}.";
        }

        if (amount.AmountMinor <= 0)
        {
            return "The amount must be positive.";
        }

        return AmountSteps.TryGetValue(code, out var step) && amount.AmountMinor % step != 0
            ? $"The provider accepts amounts in {code} only in multiples of {step} minor units."
            : null;
    }

    private static string NameOf(PaymentMethodKind kind) => kind switch
    {
        PaymentMethodKind.Upi => "UPI",
        PaymentMethodKind.Card => "cards",
        PaymentMethodKind.Wallet => "wallets",
        PaymentMethodKind.Netbanking => "netbanking",
    };

    private static string NameOf(UpiFlow? flow) => flow switch
    {
        UpiFlow.Intent => "intent",
        UpiFlow.Qr => "qr",
        UpiFlow.Collect => "collect",
        null => "(none given)",
    };

    private static UpiFlow? FlowOf(ChargeInstrument instrument) => instrument switch
    {
        ChargeInstrument.UpiIntent => UpiFlow.Intent,
        ChargeInstrument.UpiQr => UpiFlow.Qr,
        ChargeInstrument.UpiCollect => UpiFlow.Collect,
        _ => null,
    };

    private static string? WalletOf(ChargeInstrument instrument) => instrument switch
    {
        ChargeInstrument.Wallet wallet => wallet.Code,
        ChargeInstrument.LinkedWallet wallet => wallet.Code,
        _ => null,
    };
}
