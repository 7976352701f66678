using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using PaymentCluster.Testing;

namespace PaymentCluster.Chaos.Tests.Load;

/// <summary>The merchants' customers: they decide at the provider, and their browsers return to the shop.</summary>
internal sealed class Customers(Uri simulators, Uri shop, bool isFrictionless) : IDisposable
{
    private readonly HttpClient _provider = new() { BaseAddress = simulators, Timeout = TimeSpan.FromSeconds(5) };

    private readonly HttpClient _browser = new(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        BaseAddress = shop, Timeout = TimeSpan.FromSeconds(8),
    };

    private readonly ConcurrentDictionary<string, bool> _isDecided = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _decidedAgain = new(StringComparer.Ordinal);

    /// <summary>The provider's ids of payments that were decided again, because it was unknown whether they were, or by
    /// the bank itself: one that had been declined is then a late authorisation, as at the real provider.</summary>
    public IReadOnlyCollection<string> DecidedAgain => [.. _decidedAgain.Keys];

    /// <summary>Decides at the provider; whether it is decided now.</summary>
    public async Task<bool> DecideAsync(string provider, string reference, bool approves)
    {
        if (isFrictionless)
        {
            _decidedAgain[reference] = true;
        }

        if (!_isDecided.TryAdd(reference, false))
        {
            if (_isDecided[reference])
            {
                return true;
            }

            _decidedAgain[reference] = true;
        }

        try
        {
            using var response = await _provider.PostAsJsonAsync(
                $"/_customer/{provider}/{reference}", new { action = approves ? "approve" : "decline" });
            return _isDecided[reference] = response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Conflict;
        }
        catch (Exception exception) when (NetworkFailure.IsSilence(exception))
        {
            return false;
        }
    }

    /// <summary>Returns from the provider's page with any parameters that a browser can send.</summary>
    public async Task ReturnAsync(string merchant, string provider, string attempt)
    {
        try
        {
            using var response = await _browser.GetAsync(
                new Uri(
                    $"/return/{merchant}/{provider}/{attempt}?status=SUCCESS&razorpay_payment_id=pay_0123456789abcd",
                    UriKind.Relative));
        }
        catch (Exception exception) when (NetworkFailure.IsSilence(exception))
        {
            // The customer closes the tab.
        }
    }

    public void Dispose()
    {
        _provider.Dispose();
        _browser.Dispose();
    }
}
