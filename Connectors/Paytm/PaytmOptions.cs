using System.ComponentModel.DataAnnotations;
using PaymentCluster.Connectors.Http;

namespace PaymentCluster.Connectors.Paytm;

/// <summary>How Paytm is reached. Section <c>Connectors:Paytm</c>.</summary>
public sealed class PaytmOptions : ProviderHttpOptions
{
    /// <summary>The production host of today's merchants; older ones are on <c>https://securegw.paytm.in/</c>, and a
    /// MID is known to one of them alone (paytmpayments.com/docs).</summary>
    public PaytmOptions() => BaseUrl = new Uri("https://secure.paytmpayments.com/");

    /// <summary>Where customers' wallets are linked; a host apart.</summary>
    [Required]
    public Uri? AccountsUrl { get; set; } = new("https://accounts.paytm.com/");

    /// <summary>Whether a response that claims a success and carries a checksum is accepted only if the checksum is
    /// right, as Paytm's own client library does. Default yes.</summary>
    public bool VerifyResponses { get; set; } = true;

    /// <summary>How long an amount that is authorised and not captured stays blocked. Default 7 days; Paytm's own
    /// limits depend on the merchant and may be shorter.</summary>
    [Range(typeof(TimeSpan), "00:05:00", "30.00:00:00")]
    public TimeSpan BlockTime { get; set; } = TimeSpan.FromDays(7);

    /// <summary>The visibility window: how long after the last possible send a "not found" is not yet final. Default 60
    /// s; Paytm documents none, and a request that is still on its way ends with its connection well before.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan VisibilityWindow { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The same limits for the other host.</summary>
    internal ProviderHttpOptions Accounts() => new AccountsHttpOptions
    {
        BaseUrl = AccountsUrl,
        AllowPlainHttp = AllowPlainHttp,
        ConnectTimeout = ConnectTimeout,
        Timeout = Timeout,
        MaxConcurrency = MaxConcurrency,
        MaxQueued = MaxQueued,
        QueueTimeout = QueueTimeout,
        Retries = Retries,
        RetryDelay = RetryDelay,
        MaxRetryAfter = MaxRetryAfter,
        BreakerFailureRatio = BreakerFailureRatio,
        BreakerMinimumCalls = BreakerMinimumCalls,
        BreakerWindow = BreakerWindow,
        BreakerBreak = BreakerBreak,
        MaxResponseBytes = MaxResponseBytes,
    };

    /// <inheritdoc/>
    public override IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        base.Validate(validationContext).Concat(Accounts().Validate(validationContext).Select(result =>
            new ValidationResult(
                result.ErrorMessage?.Replace(nameof(BaseUrl), nameof(AccountsUrl), StringComparison.Ordinal),
                [nameof(AccountsUrl)])));

    private sealed class AccountsHttpOptions : ProviderHttpOptions;
}
