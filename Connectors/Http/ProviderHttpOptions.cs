using System.ComponentModel.DataAnnotations;

namespace PaymentCluster.Connectors.Http;

/// <summary>How one provider is reached. Bound from <c>Connectors:{Provider}</c> and checked when the process
/// starts.</summary>
public abstract class ProviderHttpOptions : IValidatableObject
{
    /// <summary>The provider's API, up to and without the first part of a call's path. Default: its documented public
    /// address.</summary>
    [Required]
    public Uri? BaseUrl { get; set; }

    /// <summary>Whether <see cref="BaseUrl"/> may be plain HTTP to another machine. Loopback always may. Default: no,
    /// because credentials and cards travel on it.</summary>
    public bool AllowPlainHttp { get; set; }

    /// <summary>How long a connection may take to open, TLS included. Nothing has been sent by then. Default
    /// 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long one call may take, including connecting and reading the response; then its outcome is unknown.
    /// Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many calls may be under way at once: a slow provider holds so many and no more. Merchants share
    /// them fairly, and one merchant alone leaves an eighth free for others. Default 128.</summary>
    [Range(1, 10_000)]
    public int MaxConcurrency { get; set; } = 128;

    /// <summary>How many calls may wait for their turn, of which one merchant alone leaves an eighth free for others;
    /// the next one is not sent. Default 512.</summary>
    [Range(0, 100_000)]
    public int MaxQueued { get; set; } = 512;

    /// <summary>How long a call may wait for its turn; then it is not sent. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:05:00")]
    public TimeSpan QueueTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a call that provably did not leave is tried again at once. Default 2.</summary>
    [Range(0, 10)]
    public int Retries { get; set; } = 2;

    /// <summary>The pause before the first of these tries; doubled for each further one, with jitter. Default
    /// 150 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(150);

    /// <summary>The longest <c>Retry-After</c> that the call waits for; with a longer one the caller retries later.
    /// Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan MaxRetryAfter { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The share of calls that must fail before the circuit opens. Default 0.5.</summary>
    [Range(0.01, 1.0)]
    public double BreakerFailureRatio { get; set; } = 0.5;

    /// <summary>How many calls within <see cref="BreakerWindow"/> the ratio needs to mean something. Default
    /// 20.</summary>
    [Range(2, 100_000)]
    public int BreakerMinimumCalls { get; set; } = 20;

    /// <summary>The time over which the ratio is taken. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "01:00:00")]
    public TimeSpan BreakerWindow { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the circuit stays open; then one call probes the provider. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "01:00:00")]
    public TimeSpan BreakerBreak { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The largest response that is read, in bytes; a larger one leaves the outcome unknown. Default 1
    /// MiB.</summary>
    [Range(1_024, 64 * 1_048_576)]
    public int MaxResponseBytes { get; set; } = 1_048_576;

    /// <inheritdoc/>
    public virtual IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Objections(BaseUrl, nameof(BaseUrl));

    /// <summary>What is wrong with an address that calls go to.</summary>
    /// <param name="url">The address.</param>
    /// <param name="name">The setting's name.</param>
    protected IEnumerable<ValidationResult> Objections(Uri? url, string name)
    {
        if (url is not { IsAbsoluteUri: true })
        {
            yield return new ValidationResult($"{name} must be an absolute URL.", [name]);
        }
        else if (url.Scheme != Uri.UriSchemeHttps
            && !(url.Scheme == Uri.UriSchemeHttp && (url.IsLoopback || AllowPlainHttp)))
        {
            yield return new ValidationResult(
                $"{name} must be https; http is allowed for loopback, or with AllowPlainHttp.", [name]);
        }
        else if (url.Query.Length > 0 || url.Fragment.Length > 0 || url.UserInfo.Length > 0)
        {
            yield return new ValidationResult($"{name} must not have a query, a fragment or credentials.", [name]);
        }
    }
}
