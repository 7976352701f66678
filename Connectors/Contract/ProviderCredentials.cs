using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Connectors.Contract;

/// <summary>A merchant's credentials at a provider, opened for one call.</summary>
/// <param name="merchant">The merchant's id, for logs and limits.</param>
/// <param name="values">The credentials by name.</param>
public sealed class ProviderCredentials(string merchant, ImmutableDictionary<string, Secret> values)
{
    /// <summary>The merchant's id.</summary>
    public string Merchant { get; } = merchant;

    /// <summary>A credential. The settings refuse a merchant's credentials unless all that the connector names are
    /// there.</summary>
    public Secret this[string name] => values[name];

    /// <summary>A credential that a merchant need not give.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out Secret? value) => values.TryGetValue(name, out value);

    /// <inheritdoc/>
    public override string ToString() => $"credentials of {Merchant}";
}
