using System.Net;
using System.Net.Http.Json;

namespace PaymentCluster.Chaos.Tests.Load;

/// <summary>The merchants' customers: they decide at the provider, and their browsers come back to the shop.</summary>
internal sealed class Customers(Uri simulators, Uri shop) : IDisposable
{
    private readonly HttpClient _provider = new() { BaseAddress = simulators, Timeout = TimeSpan.FromSeconds(5) };

    private readonly HttpClient _browser = new(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        BaseAddress = shop, Timeout = TimeSpan.FromSeconds(8),
    };

    /// <summary>Decides at the provider; whether it is decided now.</summary>
    public async Task<bool> DecideAsync(string provider, string reference, bool approves)
    {
        try
        {
            using var answer = await _provider.PostAsJsonAsync(
                $"/_customer/{provider}/{reference}", new { action = approves ? "approve" : "decline" });
            return answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Conflict;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Comes back from the provider's page, saying whatever a browser can be made to say.</summary>
    public async Task ReturnAsync(string merchant, string provider, string attempt)
    {
        try
        {
            using var answer = await _browser.GetAsync(
                new Uri($"/return/{merchant}/{provider}/{attempt}?status=SUCCESS&razorpay_payment_id=pay_0123456789abcd", UriKind.Relative));
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
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
