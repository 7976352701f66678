using System.Collections.Immutable;
using System.Net.Http.Headers;
using PaymentCluster.Connectors.Contract;

namespace PaymentCluster.Connectors.Http;

/// <summary>One call to a provider. Not a record, so that nothing prints what it carries.</summary>
public sealed class ProviderCall
{
    /// <summary>What it does, for metrics and logs: <c>charge.payment</c>, <c>refund</c>, <c>query.order</c>,
    /// …</summary>
    public required string Operation { get; init; }

    /// <summary>The attempt's or refund's id, for the log.</summary>
    public required string Reference { get; init; }

    /// <summary>Whose call it is: merchants share the concurrency limit fairly.</summary>
    public required string Merchant { get; init; }

    /// <summary>Whether it only finds something out, so that payment operations go first: what is called
    /// <c>query…</c>, or the check of credentials.</summary>
    public bool IsQuery => Operation.StartsWith("query", StringComparison.Ordinal) || Operation is "check";

    /// <summary>The HTTP method.</summary>
    public required HttpMethod Method { get; init; }

    /// <summary>The path and query below the provider's address, escaped, without a leading slash; or, of a provider
    /// with several hosts, a whole address that was checked.</summary>
    public required string Path { get; init; }

    /// <summary>The credentials.</summary>
    public AuthenticationHeaderValue? Authorization { get; init; }

    /// <summary>Further headers.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The body; null for a query, unless the provider takes queries by POST. It may hold a card, and is
    /// overwritten once the call is over.</summary>
    public byte[]? Body { get; init; }

    /// <summary>The body's media type.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>Until when its bytes may leave. A request with a body needs one; for a query by POST, a window of its
    /// own.</summary>
    public SendWindow? Window { get; init; }
}
