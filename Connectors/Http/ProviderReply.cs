namespace PaymentCluster.Connectors.Http;

/// <summary>What came of a call on the way to a provider and back. Exactly one of the nested kinds.</summary>
public abstract record ProviderReply
{
    /// <summary>Whether it speaks against the provider's health, for the circuit breaker. Refusals and our own limits
    /// do not.</summary>
    public bool BlamesProvider { get; init; }

    /// <summary>The provider responded, with a status below 500 other than 429 and a body that was read to its
    /// end.</summary>
    public sealed record Responded : ProviderReply
    {
        /// <summary>The HTTP status.</summary>
        public required int Status { get; init; }

        /// <summary>The body.</summary>
        public required ReadOnlyMemory<byte> Body { get; init; }

        /// <summary>Whether the status is a 2xx.</summary>
        public bool IsSuccess => Status is >= 200 and <= 299;
    }

    /// <summary>The provider cannot have acted on it.</summary>
    public sealed record NotSent : ProviderReply
    {
        /// <summary>Why; without content.</summary>
        public required string Reason { get; init; }

        /// <summary>Whether the same call may succeed within a second or two.</summary>
        public bool MayPassSoon { get; init; }

        /// <summary>What the provider's <c>Retry-After</c> says.</summary>
        public TimeSpan? RetryAfter { get; init; }
    }

    /// <summary>The provider may have acted on it.</summary>
    public sealed record Unknown : ProviderReply
    {
        /// <summary>What was seen; without content.</summary>
        public required string Reason { get; init; }
    }
}
