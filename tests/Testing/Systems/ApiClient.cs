using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace PaymentCluster.Testing.Systems;

/// <summary>The API as a merchant's program uses it.</summary>
public sealed class ApiClient(HttpClient http, string? key) : IDisposable
{
    /// <summary>Calls, and returns status and body; null if the process could not be reached.</summary>
    public async Task<ApiResponse?> SendAsync(
        HttpMethod method, string path, object? body = null, string? idempotencyKey = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        if (ifMatch is not null)
        {
            request.Headers.Add("If-Match", ifMatch);
        }

        if (body is not null)
        {
            request.Content = JsonContent.Create(body);
        }

        try
        {
            using var response = await http.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            return new ApiResponse(response.StatusCode, text);
        }
        catch (Exception exception) when (NetworkFailure.IsConnectionLost(exception))
        {
            return null;
        }
    }

    /// <summary>Calls, and expects a success.</summary>
    public async Task<JsonElement> CallAsync(HttpMethod method, string path, object? body = null)
    {
        var response = await SendAsync(method, path, body);
        Assert.True(response?.Status is HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.Accepted,
            $"{method} {path} returned {response?.Status.ToString() ?? "nothing"}: {response?.Text}");
        return response!.Json;
    }

    /// <summary>Calls until it is taken, as shops do: what is unavailable now is repeated. A cluster whose silos just
    /// came together may lack one of them for a moment.</summary>
    public async Task<JsonElement> CallUntilTakenAsync(HttpMethod method, string path, object body)
    {
        ApiResponse? response = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                response = await SendAsync(method, path, body);
                return response is not null and not { Status: HttpStatusCode.ServiceUnavailable };
            },
            () => $"{method} {path} is taken; the last response: {response}");
        Assert.True(response!.Status is HttpStatusCode.OK or HttpStatusCode.Created, $"{method} {path}: {response}");
        return response.Json;
    }

    public Task<JsonElement> GetAsync(string path) => CallAsync(HttpMethod.Get, path);

    public Task<JsonElement> PostAsync(string path, object? body = null) => CallAsync(HttpMethod.Post, path, body);

    public Task<JsonElement> PutAsync(string path, object body) => CallAsync(HttpMethod.Put, path, body);

    public void Dispose() => http.Dispose();
}

/// <summary>A response of the API.</summary>
public sealed record ApiResponse(HttpStatusCode Status, string Text)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;
}
