using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using PaymentCluster.Connectors.Contract;

namespace PaymentCluster.Connectors;

/// <summary>The connectors of this process, by their provider's name.</summary>
public sealed class ConnectorCatalogue
{
    private readonly FrozenDictionary<string, IConnector> _connectors;

    /// <summary>Lists the registered connectors.</summary>
    /// <exception cref="ArgumentException">Two name the same provider.</exception>
    public ConnectorCatalogue(IEnumerable<IConnector> connectors)
    {
        var byName = new Dictionary<string, IConnector>(StringComparer.Ordinal);
        foreach (var connector in connectors)
        {
            byName.Add(connector.Provider, connector);
        }

        _connectors = byName.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The providers' names, in order.</summary>
    public IEnumerable<string> Providers => _connectors.Keys.Order(StringComparer.Ordinal);

    /// <summary>The connector of a provider.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public IConnector this[string provider] => _connectors[provider];

    /// <summary>The connector of a provider, if there is one.</summary>
    public bool TryGet(string provider, [NotNullWhen(true)] out IConnector? connector) =>
        _connectors.TryGetValue(provider, out connector);
}
