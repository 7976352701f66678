using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace PaymentCluster.Testing;

/// <summary>Short ways to send and read.</summary>
public static class HttpExtensions
{
    public static Task<HttpResponseMessage> SendJsonAsync(
        this HttpClient client,
        string path,
        string body,
        string method = "POST",
        params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return client.SendAsync(request);
    }

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response) =>
        JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());

    public static async Task<JsonElement> ProblemAsync(this HttpResponseMessage response, int status, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode} instead of {status}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonSerializer.Deserialize<JsonElement>(text);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        var request = response.RequestMessage!;
        var host = request.Headers.Host ?? request.RequestUri!.Authority;
        Assert.Equal(
            $"{request.RequestUri!.Scheme}://{host}/docs/errors#{code}", problem.GetProperty("type").GetString());
        Assert.Matches("^[0-9a-f]{32}$", problem.GetProperty("traceId").GetString());
        Assert.Equal(response.Headers.GetValues("X-Request-Id").Single(), problem.GetProperty("requestId").GetString());
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        return problem;
    }

    /// <summary>The fields that a problem names, in order; none twice.</summary>
    public static string[] BlamedFields(this JsonElement problem) => problem.TryGetProperty("errors", out var errors)
        ? [.. errors.EnumerateArray().Select(error => error.GetProperty("field").GetString()!).Distinct()]
        : [];

    public static bool BlamesField(this JsonElement problem, string field) =>
        problem.BlamedFields().Contains(field, StringComparer.Ordinal);
}
