using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using PaymentCluster.Testing;

namespace PaymentCluster.System.Tests;

/// <summary>What one of a customer's devices does through the merchant's server: it repeats every request until there
/// is a response.</summary>
internal class WalletClient(ApiClient shop, string customer, int seed)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(90);

    private readonly ConcurrentQueue<string> _history = new();
    private int _preferred;

    /// <summary>The customer's id.</summary>
    public string Customer => customer;

    /// <summary>The preferences that were acknowledged, with the version that they had at most.</summary>
    public ConcurrentBag<(int Version, string Mark, string[] Order)> Preferred { get; } = [];

    /// <summary>The highest version that was seen.</summary>
    protected int Version { get; set; }

    /// <summary>What is drawn.</summary>
    protected Random Draws { get; } = new(seed);

    /// <summary>What it did last, for messages.</summary>
    protected string History => string.Join('\n', _history.TakeLast(20));

    /// <summary>Changes the preferences of the version that was read, reading again as long as another client else was
    /// faster.</summary>
    /// <param name="isAlone">Whether no other client changes this wallet.</param>
    public async Task PreferAsync(bool isAlone)
    {
        var mark = $"m{seed}_{++_preferred}";
        while (true)
        {
            var wallet = await WalletAsync();
            string[] ids = [.. InstrumentsOf(wallet).Where(_ => Draws.Next(3) > 0).Reverse()];
            var (response, isRepeat) = await SendAsync(
                HttpMethod.Put,
                "/wallet",
                new { upi_app = mark, default_instrument = ids.FirstOrDefault(), order = ids },
                $"\"{wallet.GetProperty("version").GetInt32()}\"");
            if (response.Status == HttpStatusCode.OK)
            {
                Preferred.Add((See(response.Json), mark, ids));
                return;
            }

            Assert.True(
                response.Status == HttpStatusCode.PreconditionFailed && (isRepeat || !isAlone),
                $"{response}\n{History}");
            var now = await WalletAsync();
            if (MarkOf(now) == mark)
            {
                // It had been done, and the response was lost.
                Preferred.Add((See(now), mark, ids));
                return;
            }

            Assert.False(isAlone, $"The wallet is at {now}, and no other client changed it.\n{History}");
        }
    }

    /// <summary>The wallet, as the API returns it.</summary>
    public async Task<JsonElement> WalletAsync()
    {
        var (response, _) = await SendAsync(HttpMethod.Get, "/wallet");
        Assert.True(response.Status == HttpStatusCode.OK, $"{response}\n{History}");
        See(response.Json);
        return response.Json;
    }

    /// <summary>The mark of a wallet's preferences; null if there are none.</summary>
    public static string? MarkOf(JsonElement wallet) =>
        wallet.TryGetProperty("upi_app", out var mark) ? mark.GetString() : null;

    /// <summary>The ids of what can be named in preferences.</summary>
    protected static string[] InstrumentsOf(JsonElement wallet) =>
    [
        .. TextsOf(wallet, "cards", "token"), .. TextsOf(wallet, "upi", "id"),
        .. wallet.GetProperty("wallets").EnumerateArray().Where(IsLinked).Select(linked =>
            $"wallet:{linked.GetProperty("wallet").GetString()}"),
    ];

    /// <summary>One member of each element of a list.</summary>
    protected static IEnumerable<string> TextsOf(JsonElement wallet, string list, string member) =>
        wallet.GetProperty(list).EnumerateArray().Select(one => one.GetProperty(member).GetString()!);

    /// <summary>Whether a wallet is linked.</summary>
    protected static bool IsLinked(JsonElement wallet) => wallet.GetProperty("linked").GetBoolean();

    /// <summary>Sends until there is a response that tells the outcome, and whether it was sent more than
    /// once.</summary>
    protected async Task<(ApiResponse Response, bool IsRepeat)> SendAsync(
        HttpMethod method, string path, object? body = null, string? ifMatch = null)
    {
        ApiResponse? response = null;
        var tries = 0;
        await Eventually.HoldsAsync(
            async () =>
            {
                tries++;
                response = await TryAsync(method, path, body, ifMatch);
                return response is { Status: < HttpStatusCode.InternalServerError };
            },
            () => $"{method} {path} gets a response; the last one: {response}\n{History}",
            Timeout);
        if (tries > 1)
        {
            _history.Enqueue($"    at the {tries}th try");
        }

        return (response!, tries > 1);
    }

    /// <summary>Sends once; null if there was no response.</summary>
    protected async Task<ApiResponse?> TryAsync(
        HttpMethod method, string path, object? body = null, string? ifMatch = null)
    {
        var response = await shop.SendAsync(method, $"/api/v1/customers/{customer}{path}", body, ifMatch: ifMatch);
        if (response is not null)
        {
            _history.Enqueue(
                $"{method} {path} {JsonSerializer.Serialize(body)} {ifMatch} -> {response.Status} {response.Text}");
        }

        Assert.NotEqual(HttpStatusCode.InternalServerError, response?.Status);
        return response;
    }

    private int See(JsonElement wallet)
    {
        var version = wallet.GetProperty("version").GetInt32();
        Assert.True(version >= Version, $"The version went back from {Version} to {version}.\n{History}");
        Version = version;
        return version;
    }
}
