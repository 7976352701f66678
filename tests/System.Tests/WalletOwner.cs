using System.Net;
using System.Text.Json;

namespace PaymentCluster.System.Tests;

/// <summary>A customer who saves and deletes, links and unlinks, and may be erased and return. What was acknowledged is
/// written down, and after each act it is compared with the wallet, and with what is kept elsewhere.</summary>
internal sealed class WalletOwner(ApiClient shop, WalletKeepers keepers, int number, bool isErased)
    : WalletClient(shop, $"customer-{number}", number)
{
    private static readonly string[] Numbers = ["4111111111111111", "5555555555554444", Canaries.Typed, Canaries.Kept];

    private static readonly Dictionary<string, string> Passwords =
        new(StringComparer.Ordinal) { ["paytm"] = "888888", ["mobikwik"] = "123456" };

    private readonly Dictionary<string, string> _cards = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _upiIds = new(StringComparer.Ordinal);
    private readonly HashSet<string> _wallets = new(StringComparer.Ordinal);
    private readonly int _number = number;
    private int _revokedAtPaytm;

    /// <summary>The tokens of the saved cards.</summary>
    public IReadOnlyCollection<string> Cards => _cards.Values;

    /// <summary>The linked wallets.</summary>
    public IReadOnlyCollection<string> Wallets => _wallets;

    /// <summary>How many of Paytm's tokens were given up.</summary>
    public int RevokedAtPaytm => _revokedAtPaytm;

    /// <summary>Becomes a customer.</summary>
    public async Task ComeAsync()
    {
        var (response, _) = await SendAsync(
            HttpMethod.Put,
            "",
            new { name = "A Customer", email = "a@shop.example", phone = $"+9198765432{_number:00}" });
        Assert.True(response.Status == HttpStatusCode.OK, $"{response}\n{History}");
        await ReadAsync();
    }

    /// <summary>Does something, and looks whether it is so.</summary>
    /// <param name="isAlone">Whether no other client changes this wallet.</param>
    public async Task ActAsync(bool isAlone)
    {
        await (Draws.Next(isErased ? 12 : 11) switch
        {
            0 or 1 => PreferAsync(isAlone),
            2 => SaveUpiAsync(),
            3 => DeleteUpiAsync(),
            4 or 5 => SaveCardAsync(),
            6 or 7 => DeleteCardAsync(),
            8 or 9 => LinkAsync(),
            10 => UnlinkAsync(),
            _ => EraseAsync(),
        });
        await ReadAsync();
    }

    /// <summary>Compares the wallet with what was acknowledged.</summary>
    public async Task ReadAsync()
    {
        var wallet = await WalletAsync();
        Same(_cards.Values, TextsOf(wallet, "cards", "token"));
        Same(_upiIds, wallet.GetProperty("upi").EnumerateArray().Select(upi =>
            KeyValuePair.Create(upi.GetProperty("vpa").GetString()!, upi.GetProperty("id").GetString()!)));
        Same(
            _wallets,
            wallet.GetProperty("wallets").EnumerateArray().Where(IsLinked).Select(linked =>
                linked.GetProperty("wallet").GetString()!));
        Assert.Subset(InstrumentsOf(wallet).ToHashSet(), TextsOf(wallet).ToHashSet());
        Same(_cards.Values, await keepers.CardsAsync(Customer));
        Same(_wallets.Where(linked => linked != "paytm"), await keepers.JuspayWalletsAsync(Customer));
    }

    private async Task SaveUpiAsync()
    {
        var vpa = $"owner{_number}.{Draws.Next(4)}@bank";
        var (response, _) = await SendAsync(HttpMethod.Post, "/upi", new { vpa });
        Done(response, HttpStatusCode.Created);
        _upiIds[vpa] = response.Json.GetProperty("id").GetString()!;
    }

    private async Task DeleteUpiAsync()
    {
        if (Any(_upiIds) is { } vpa)
        {
            Gone(await SendAsync(HttpMethod.Delete, $"/upi/{_upiIds[vpa]}"));
            _upiIds.Remove(vpa);
        }
    }

    private async Task SaveCardAsync()
    {
        var card = Numbers[Draws.Next(Numbers.Length)];
        var (response, _) = await SendAsync(HttpMethod.Post, "/cards", new
        {
            number = card,
            expiry_month = 12,
            expiry_year = 2040 + Draws.Next(2),
            name = "A Customer",
            issued_in = "US",
            consent = new { agreed = true, text_version = "t1" },
        });
        Done(response, HttpStatusCode.Created);
        var token = response.Json.GetProperty("token").GetString()!;
        Assert.True(_cards.GetValueOrDefault(card, token) == token, $"The same card has two tokens.\n{History}");
        _cards[card] = token;
    }

    private async Task DeleteCardAsync()
    {
        if (Any(_cards) is { } card)
        {
            Gone(await SendAsync(HttpMethod.Delete, $"/cards/{_cards[card]}"));
            _cards.Remove(card);
        }
    }

    private async Task LinkAsync()
    {
        var wallet = Passwords.Keys.ElementAt(Draws.Next(Passwords.Count));
        var (sent, _) = await SendAsync(HttpMethod.Post, $"/wallets/{wallet}");
        Done(sent, HttpStatusCode.OK);
        Assert.True(IsLinked(sent.Json) == _wallets.Contains(wallet), $"{sent}\n{History}");
        // Some give up without a response, and undo what may have been done.
        if (Draws.Next(3) == 0)
        {
            if (await TryAsync(HttpMethod.Post, $"/wallets/{wallet}", new { otp = Passwords[wallet] })
                is { Status: HttpStatusCode.OK })
            {
                _wallets.Add(wallet);
            }
            else
            {
                // Whether there is a link whose token was stored, only the wallet can tell.
                var (waiting, _) = await SendAsync(HttpMethod.Get, $"/wallets/{wallet}");
                await UnlinkAsync(wallet, waiting is { Status: HttpStatusCode.OK } && IsLinked(waiting.Json));
            }
        }
        else
        {
            var (linked, _) = await SendAsync(HttpMethod.Post, $"/wallets/{wallet}", new { otp = Passwords[wallet] });
            Done(linked, HttpStatusCode.OK);
            Assert.True(IsLinked(linked.Json), $"{linked}\n{History}");
            _wallets.Add(wallet);
        }
    }

    private Task UnlinkAsync() =>
        _wallets.Count == 0
            ? Task.CompletedTask
            : UnlinkAsync(_wallets.ElementAt(Draws.Next(_wallets.Count)), isLinked: true);

    private async Task UnlinkAsync(string wallet, bool isLinked)
    {
        Gone(await SendAsync(HttpMethod.Delete, $"/wallets/{wallet}"));
        _wallets.Remove(wallet);
        _revokedAtPaytm += wallet == "paytm" && isLinked ? 1 : 0;
    }

    private async Task EraseAsync()
    {
        var (response, _) = await SendAsync(HttpMethod.Delete, "");
        Done(response, HttpStatusCode.OK);
        Assert.NotEqual(JsonValueKind.Null, response.Json.GetProperty("erased_at").ValueKind);
        Same([], await keepers.CardsAsync(Customer));
        Same([], await keepers.JuspayWalletsAsync(Customer));
        _revokedAtPaytm += _wallets.Contains("paytm") ? 1 : 0;
        _cards.Clear();
        _upiIds.Clear();
        _wallets.Clear();
        Preferred.Clear();
        await ComeAsync();
    }

    private void Done(ApiResponse response, HttpStatusCode expected) =>
        Assert.True(response.Status == expected, $"{response}\n{History}");

    // A repeated request may find it deleted already; the first one finds it.
    private void Gone((ApiResponse Response, bool IsRepeat) sent) => Assert.True(
        sent.Response.Status == HttpStatusCode.OK || (sent.IsRepeat && sent.Response.Status == HttpStatusCode.NotFound),
        $"{sent.Response}\n{History}");

    private void Same<T>(IEnumerable<T> expected, IEnumerable<T> actual) => Assert.True(
        expected.ToHashSet().SetEquals(actual),
        $"{Customer} was promised {string.Join(' ', expected)}, and there is {string.Join(' ', actual)}.\n{History}");

    private static IEnumerable<string> TextsOf(JsonElement wallet) =>
    [
        .. wallet.GetProperty("order").EnumerateArray().Select(id => id.GetString()!),
        .. wallet.TryGetProperty("default_instrument", out var chosen) && chosen.ValueKind == JsonValueKind.String
            ? [chosen.GetString()!]
            : (string[])[],
    ];

    private string? Any(Dictionary<string, string> saved) =>
        saved.Count == 0 ? null : saved.Keys.ElementAt(Draws.Next(saved.Count));
}
