namespace PaymentCluster.Grains.Abstractions.Errors;

/// <summary>A business refusal: a value, not an exception. Nothing was changed.</summary>
[GenerateSerializer, Immutable, Alias("refusal")]
public sealed record Refusal
{
    /// <summary>Which one.</summary>
    [Id(0)]
    public required ErrorCode Code { get; init; }

    /// <summary>Why, in one sentence for the caller, without secrets and without data of another merchant.</summary>
    [Id(1)]
    public required string Detail { get; init; }

    /// <summary>The input field that it is about, as the API names it; null if it is about none.</summary>
    [Id(2)]
    public string? Field { get; init; }

    /// <summary>After which time the same request can succeed; null if no time is known.</summary>
    [Id(3)]
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>A refusal.</summary>
    public static Refusal Of(ErrorCode code, string detail, string? field = null) =>
        new() { Code = code, Detail = detail, Field = field };
}

/// <summary>A grain's reply to a command: the result, or why it was refused.</summary>
/// <typeparam name="T">The type of the result.</typeparam>
[GenerateSerializer, Immutable, Alias("reply`1")]
public sealed record Reply<T>
    where T : class
{
    /// <summary>The result; null when refused.</summary>
    [Id(0)]
    public T? Value { get; init; }

    /// <summary>The refusal; null on success.</summary>
    [Id(1)]
    public Refusal? Refusal { get; init; }

    /// <summary>Whether an idempotency key was recognised: the request took effect earlier.</summary>
    [Id(2)]
    public bool Replayed { get; init; }

    /// <summary>A success.</summary>
    public static Reply<T> Of(T value, bool replayed = false) => new() { Value = value, Replayed = replayed };

    /// <summary>A refusal.</summary>
    public static Reply<T> Refused(Refusal refusal) => new() { Refusal = refusal };
}
