namespace PaymentCluster.Grains.Abstractions.Customers;

/// <summary>The key of a customer's grain, <c>{merchant}/{customer}</c>.</summary>
public readonly record struct CustomerKey
{
    /// <summary>The merchant's id. It contains no slash.</summary>
    public required string Merchant { get; init; }

    /// <summary>The merchant's id of the customer.</summary>
    public required string Customer { get; init; }

    /// <summary>The key of a merchant's customer.</summary>
    /// <exception cref="FormatException">An id is empty, or the merchant's contains a slash.</exception>
    public static CustomerKey Of(string merchant, string customer) =>
        merchant.Length > 0 && customer.Length > 0 && !merchant.Contains('/', StringComparison.Ordinal)
            ? new CustomerKey { Merchant = merchant, Customer = customer }
            : throw new FormatException($"'{merchant}/{customer}' is not a customer's key.");

    /// <summary>Reads a grain's key.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static CustomerKey Parse(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash > 0
            ? Of(key[..slash], key[(slash + 1)..])
            : throw new FormatException($"'{key}' is not a customer's key.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Merchant}/{Customer}";
}
