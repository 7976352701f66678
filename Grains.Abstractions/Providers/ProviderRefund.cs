using PaymentCluster.Grains.Abstractions.Amounts;

namespace PaymentCluster.Grains.Abstractions.Providers;

/// <summary>A refund that was paid out and that this engine did not request, in the provider's authenticated words: it
/// was made in the provider's dashboard, or by the provider.</summary>
[GenerateSerializer, Immutable, Alias("provider-refund")]
public sealed record ProviderRefund
{
    /// <summary>The provider's id of the refund.</summary>
    [Id(0)]
    public required string ProviderReference { get; init; }

    /// <summary>How much.</summary>
    [Id(1)]
    public required Money Amount { get; init; }

    /// <summary>The reference that the customer's bank shows.</summary>
    [Id(2)]
    public string? BankReference { get; init; }

    /// <summary>The provider's id of the order that was paid; it is compared with the attempt's. Null: its name is
    /// the attempt's, or it has none.</summary>
    [Id(3)]
    public string? ProviderOrder { get; init; }

    /// <summary>The provider's id of the payment that was refunded; it is compared with the attempt's, once that is
    /// known.</summary>
    [Id(4)]
    public string? ProviderPayment { get; init; }

    /// <summary>Whether the provider does not tell who requested it.</summary>
    [Id(5)]
    public bool MayBeOurs { get; init; }
}
