using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using PaymentCluster.Connectors.Http;

namespace PaymentCluster.Connectors.AmazonPay;

/// <summary>
/// The public keys that notifications are signed with, by the address of their certificate. What is trusted is the
/// address: SNS's own hosts over TLS, or the one that the settings name.
/// </summary>
internal sealed partial class AmazonPayCertificates : IDisposable
{
    // SNS has one certificate per region at a time. A forged notification with an invented address must not fill the
    // memory.
    private const int MostKept = 32;
    private const int LongestAddress = 256;
    private const int SmallestKey = 2_048;

    // Of notifications that name a topic of anybody's, who may invent an address each time.
    private const int MostUnproven = 30;
    private const int MostFailed = 256;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Kept> _kept = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Failed> _failed = new(StringComparer.Ordinal);
    private readonly Lock _unproven = new();
    private DateTimeOffset _unprovenSince;
    private int _unprovenCount;
    private readonly Uri? _only;
    private readonly ProviderHttp _http;
    private readonly TimeProvider _time;

    public AmazonPayCertificates(string provider, AmazonPayOptions options, TimeProvider time, ILogger logger)
    {
        _only = options.CertificateUrl;
        _time = time;
        var own = options.At(_only ?? new Uri("https://sns.us-east-1.amazonaws.com/"));
        // Invented addresses fail; they must not keep the real one from being fetched.
        own.BreakerMinimumCalls = 100_000;
        own.Retries = 0;
        _http = new ProviderHttp(provider, own, time, logger);
    }

    /// <summary>Whether certificates are taken from this address.</summary>
    public bool IsTrusted(string? address) =>
        address is { Length: <= LongestAddress }
        && Uri.TryCreate(address, UriKind.Absolute, out var url)
        && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0
        && Path().IsMatch(url.AbsolutePath)
        && (_only is { } only
            ? url.GetLeftPart(UriPartial.Authority) == only.GetLeftPart(UriPartial.Authority)
            : url.Scheme == Uri.UriSchemeHttps && url.IsDefaultPort && Host().IsMatch(url.Host));

    /// <summary>The public key (SubjectPublicKeyInfo) of a trusted address; null with a problem if it is unavailable,
    /// null alone if there is no certificate that could be used. Either is remembered for a minute.</summary>
    /// <param name="address">The address.</param>
    /// <param name="isPinned">Whether the notification names the merchant's own topic.</param>
    public async Task<(byte[]? Key, string? Problem)> GetAsync(string address, bool isPinned)
    {
        if (_kept.TryGetValue(address, out var kept) && kept.IsValidAt(_time.GetUtcNow()))
        {
            return (kept.Key, null);
        }

        if (_failed.TryGetValue(address, out var failed) && _time.GetUtcNow() < failed.Until)
        {
            return (null, failed.Problem);
        }

        if (!isPinned && !TryTakeUnproven())
        {
            return (null, "too many certificates were requested");
        }

        var (key, problem) = await FetchAsync(address);
        if (key is null)
        {
            if (_failed.Count >= MostFailed)
            {
                _failed.Clear();
            }

            _failed[address] = new Failed(problem, _time.GetUtcNow() + Minute);
        }

        return (key, problem);
    }

    private async Task<(byte[]? Key, string? Problem)> FetchAsync(string address)
    {
        var reply = await _http.SendAsync(new ProviderCall
        {
            Operation = "certificate",
            Reference = "notification",
            // They are Amazon's, and kept for all merchants.
            Merchant = "",
            Method = HttpMethod.Get,
            Path = address,
        });
        switch (reply)
        {
            case ProviderReply.Responded { IsSuccess: true } response:
                if (Read(response.Body.Span) is not { } read || !read.IsValidAt(_time.GetUtcNow()))
                {
                    return (null, null);
                }

                if (_kept.Count >= MostKept)
                {
                    _kept.Clear();
                }

                _kept[address] = read;
                return (read.Key, null);
            case ProviderReply.Responded { Status: 403 or 404 }:
                return (null, null);
            default:
                return (null, "the notification's certificate is unavailable");
        }
    }

    public void Dispose() => _http.Dispose();

    private bool TryTakeUnproven()
    {
        lock (_unproven)
        {
            var now = _time.GetUtcNow();
            if (now - _unprovenSince >= Minute)
            {
                (_unprovenSince, _unprovenCount) = (now, 0);
            }

            return ++_unprovenCount <= MostUnproven;
        }
    }

    private static Kept? Read(ReadOnlySpan<byte> pem)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(pem));
            using var key = certificate.GetRSAPublicKey();
            return key is { KeySize: >= SmallestKey }
                ? new Kept(
                    key.ExportSubjectPublicKeyInfo(),
                    new DateTimeOffset(certificate.NotBefore),
                    new DateTimeOffset(certificate.NotAfter))
                : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    [GeneratedRegex(
        @"^sns\.[a-z]{2}(-[a-z]{2,12}){1,3}-[0-9]\.amazonaws\.com\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 100)]
    private static partial Regex Host();

    [GeneratedRegex(
        @"^(/[a-z]{1,32})?/SimpleNotificationService(-[0-9A-Za-z]{1,64})?\.pem\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 100)]
    private static partial Regex Path();

    private sealed record Failed(string? Problem, DateTimeOffset Until);

    private sealed record Kept(byte[] Key, DateTimeOffset From, DateTimeOffset Until)
    {
        public bool IsValidAt(DateTimeOffset moment) => moment >= From && moment <= Until;
    }
}
