namespace PaymentCluster.Grains.Abstractions.Payments;

/// <summary>The kind of an operation at a provider.</summary>
public enum OperationKind
{
    /// <summary>Charge an attempt's instrument.</summary>
    Charge = 1,

    /// <summary>Capture what an attempt authorised.</summary>
    Capture = 2,

    /// <summary>Release what an attempt authorised.</summary>
    Void = 3,

    /// <summary>Refund what was captured.</summary>
    Refund = 4,
}

/// <summary>Names one operation of a payment at a provider. A provider knows it by the attempt's or the refund's id,
/// however often it is sent.</summary>
[GenerateSerializer, Immutable, Alias("operation-key")]
public readonly record struct OperationKey
{
    /// <summary>What is to be done.</summary>
    [Id(0)]
    public required OperationKind Kind { get; init; }

    /// <summary>The number of the refund, or else of the attempt; from 1.</summary>
    [Id(1)]
    public required int Number { get; init; }

    /// <summary>The charge of an attempt.</summary>
    public static OperationKey Charge(int attempt) => new() { Kind = OperationKind.Charge, Number = attempt };

    /// <summary>The capture of an attempt.</summary>
    public static OperationKey Capture(int attempt) => new() { Kind = OperationKind.Capture, Number = attempt };

    /// <summary>The release of an attempt's authorisation.</summary>
    public static OperationKey Void(int attempt) => new() { Kind = OperationKind.Void, Number = attempt };

    /// <summary>A refund.</summary>
    public static OperationKey Refund(int refund) => new() { Kind = OperationKind.Refund, Number = refund };

    /// <summary>Kind and number, for logs.</summary>
    public override string ToString() => $"{Kind} {Number}";
}
