using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace PaymentCluster.Simulators.Tests.Hosting;

/// <summary>A response, read to its end.</summary>
internal sealed record Reply(HttpStatusCode Status, string Text, HttpResponseHeaders Headers)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string Id => Json.GetProperty("id").GetString()!;

    public string PaymentId => Json.GetProperty("razorpay_payment_id").GetString()!;

    public string this[string name] => Json.GetProperty(name).ToString();

    /// <summary>The description of an error.</summary>
    public string Error => Json.GetProperty("error").GetProperty("description").GetString()!;

    public string? Field => Json.GetProperty("error").TryGetProperty("field", out var name) ? name.GetString() : null;
}

/// <summary>The simulators' host on a free port of the loopback address, and its one Razorpay account.</summary>
internal sealed class Simulator : IAsyncDisposable
{
    public const string KeyId = "rzp_test_1234567890abcd";
    public const string KeySecret = "TESTkeySecretABCDEFGHIJK";
    public const string WebhookSecret = "whsec_test_Secret#1";

    private static int _directories;

    private readonly string[] _settings;
    private WebApplication? _app;

    private Simulator(string[] settings, string directory)
    {
        _settings = settings;
        Directory = directory;
    }

    /// <summary>Is stopped until a test moves it, and then fires each timer at its time.</summary>
    public ManualClock Clock { get; } = new();

    public HttpClient Http { get; private set; } = new();

    public string Directory { get; }

    /// <summary>Starts on an empty directory; <paramref name="settings"/> are command-line arguments.</summary>
    public static async Task<Simulator> StartAsync(params string[] settings)
    {
        var directory = Path.Combine(Path.GetTempPath(),
            $"simulators-{Environment.ProcessId}-{Interlocked.Increment(ref _directories)}");
        var simulator = new Simulator(settings, directory);
        await simulator.OpenAsync();
        await simulator.RegisterAsync();
        return simulator;
    }

    /// <summary>Stops the host and starts another on the same directory, which then knows only what was
    /// written.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await OpenAsync();
    }

    public async Task RegisterAsync(Uri? webhook = null, string keyId = KeyId, string webhookSecret = WebhookSecret)
    {
        var reply = await SendAsync(HttpMethod.Put, $"/_accounts/razorpay/{keyId}", JsonSerializer.Serialize(new
        {
            key_secret = KeySecret,
            webhook_url = webhook?.ToString(),
            webhook_secret = webhook is null ? null : webhookSecret,
        }));
        Assert.Equal(HttpStatusCode.OK, reply.Status);
    }

    public Task<Reply> GetAsync(string path) => SendAsync(HttpMethod.Get, path, body: null);

    public Task<Reply> PostAsync(string path, string body = "{}", string? idempotencyKey = null) =>
        SendAsync(HttpMethod.Post, path, body, idempotencyKey);

    public Task<Reply> PutAsync(string path, string body) => SendAsync(HttpMethod.Put, path, body);

    public async Task<Reply> SendAsync(HttpMethod method, string path, string? body, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = BasicAuth(KeyId, KeySecret);
        if (idempotencyKey is not null)
        {
            request.Headers.Add("X-Refund-Idempotency", idempotencyKey);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        return await SendAsync(request);
    }

    public async Task<Reply> SendAsync(HttpRequestMessage request)
    {
        using var response = await Http.SendAsync(request);
        return new Reply(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers);
    }

    public static AuthenticationHeaderValue BasicAuth(string keyId, string secret) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{keyId}:{secret}")));

    /// <summary>The books, as the control surface tells them.</summary>
    public async Task<JsonElement[]> JournalAsync(string query = "") =>
        [.. (await GetAsync("/_journal" + query)).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)];

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private async Task OpenAsync()
    {
        _app = SimulatorsHost.Build(
            ["--urls", "http://127.0.0.1:0", "--Simulators:DataDirectory", Directory, .. _settings],
            services => services.AddSingleton<TimeProvider>(Clock));
        await _app.StartAsync();
        var addresses = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        Http = new HttpClient { BaseAddress = new Uri(addresses.Addresses.First()) };
    }

    public async Task StopAsync()
    {
        if (_app is null)
        {
            return;
        }

        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _app = null;
    }
}
