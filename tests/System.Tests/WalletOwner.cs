using System.Net;
using System.Text.Json;

namespace PaymentCluster.System.Tests;

/// <summary>A customer who saves and deletes, links and unlinks, and may be erased and return. What was acknowledged is
/// written down, and after each act it is compared with the wallet, and with what is kept elsewhere.</summary>
internal sealed class WalletOwner(ApiClient shop, WalletKeepers keepers, int number, bool leaves)
    : WalletClient(shop, $"customer-{number}", number)
{
    private static readonly string[] Numbers = ["4111111111111111", "5555555555554444", Canaries.Typed, Canaries.Kept];

    private static readonly Dictionary<string, string> Passwords =
        new(StringComparer.Ordinal) { ["paytm"] = "888888", ["mobikwik"] = "123456" };

    private readonly Dictionary<string, string> _cards = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _upiIds = new(StringComparer.Ordinal);
    private readonly HashSet<string> _wallets = new(StringComparer.Ordinal);
    private readonly int _number = number;
    private int _forgottenAtPaytm;

    /// <summary>The tokens of the saved cards.</summary>
    public IReadOnlyCollection<string> Cards => _cards.Values;

    /// <summary>The linked wallets.</summary>
    public IReadOnlyCollection<string> Wallets => _wallets;

    /// <summary>How many of Paytm's tokens were given up.</summary>
    public int ForgottenAtPaytm => _forgottenAtPaytm;

    /// <summary>Becomes a customer.</summary>
    public async Task ComeAsync()
    {
        var (answer, _) = await AskAsync(
            HttpMethod.Put,
            "",
            new { name = "A Customer", email = "a@shop.example", phone = $"+9198765432{_number:00}" });
        Assert.True(answer.Status == HttpStatusCode.OK, $"{answer}\n{History}");
        await LookAsync();
    }

    /// <summary>Does something, and looks whether it is so.</summary>
    /// <param name="isAlone">Whether no other client changes this wallet.</param>
    public async Task ActAsync(bool isAlone)
    {
        await (Draws.Next(leaves ? 12 : 11) switch
        {
            0 or 1 => PreferAsync(isAlone),
            2 => SaveUpiAsync(),
            3 => DeleteUpiAsync(),
            4 or 5 => SaveCardAsync(),
            6 or 7 => DeleteCardAsync(),
            8 or 9 => LinkAsync(),
            10 => UnlinkAsync(),
            _ => LeaveAsync(),
        });
        await LookAsync();
    }

    /// <summary>Compares the wallet with what was acknowledged.</summary>
    public async Task LookAsync()
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
        var (answer, _) = await AskAsync(HttpMethod.Post, "/upi", new { vpa });
        Done(answer, HttpStatusCode.Created);
        _upiIds[vpa] = answer.Json.GetProperty("id").GetString()!;
    }

    private async Task DeleteUpiAsync()
    {
        if (Any(_upiIds) is { } vpa)
        {
            Gone(await AskAsync(HttpMethod.Delete, $"/upi/{_upiIds[vpa]}"));
            _upiIds.Remove(vpa);
        }
    }

    private async Task SaveCardAsync()
    {
        var card = Numbers[Draws.Next(Numbers.Length)];
        var (answer, _) = await AskAsync(HttpMethod.Post, "/cards", new
        {
            number = card,
            expiry_month = 12,
            expiry_year = 2040 + Draws.Next(2),
            name = "A Customer",
            issued_in = "US",
            consent = new { agreed = true, text_version = "t1" },
        });
        Done(answer, HttpStatusCode.Created);
        var token = answer.Json.GetProperty("token").GetString()!;
        Assert.True(_cards.GetValueOrDefault(card, token) == token, $"The same card has two tokens.\n{History}");
        _cards[card] = token;
    }

    private async Task DeleteCardAsync()
    {
        if (Any(_cards) is { } card)
        {
            Gone(await AskAsync(HttpMethod.Delete, $"/cards/{_cards[card]}"));
            _cards.Remove(card);
        }
    }

    private async Task LinkAsync()
    {
        var wallet = Passwords.Keys.ElementAt(Draws.Next(Passwords.Count));
        var (asked, _) = await AskAsync(HttpMethod.Post, $"/wallets/{wallet}");
        Done(asked, HttpStatusCode.OK);
        Assert.True(IsLinked(asked.Json) == _wallets.Contains(wallet), $"{asked}\n{History}");
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
                var (waiting, _) = await AskAsync(HttpMethod.Get, $"/wallets/{wallet}");
                await UnlinkAsync(wallet, waiting is { Status: HttpStatusCode.OK } && IsLinked(waiting.Json));
            }
        }
        else
        {
            var (linked, _) = await AskAsync(HttpMethod.Post, $"/wallets/{wallet}", new { otp = Passwords[wallet] });
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
        Gone(await AskAsync(HttpMethod.Delete, $"/wallets/{wallet}"));
        _wallets.Remove(wallet);
        _forgottenAtPaytm += wallet == "paytm" && isLinked ? 1 : 0;
    }

    private async Task LeaveAsync()
    {
        var (answer, _) = await AskAsync(HttpMethod.Delete, "");
        Done(answer, HttpStatusCode.OK);
        Assert.NotEqual(JsonValueKind.Null, answer.Json.GetProperty("erased_at").ValueKind);
        Same([], await keepers.CardsAsync(Customer));
        Same([], await keepers.JuspayWalletsAsync(Customer));
        _forgottenAtPaytm += _wallets.Contains("paytm") ? 1 : 0;
        _cards.Clear();
        _upiIds.Clear();
        _wallets.Clear();
        Preferred.Clear();
        await ComeAsync();
    }

    private void Done(ApiAnswer answer, HttpStatusCode expected) =>
        Assert.True(answer.Status == expected, $"{answer}\n{History}");

    // A repeated request may find it deleted already; the first one finds it.
    private void Gone((ApiAnswer Answer, bool IsRepeat) asked) => Assert.True(
        asked.Answer.Status == HttpStatusCode.OK || (asked.IsRepeat && asked.Answer.Status == HttpStatusCode.NotFound),
        $"{asked.Answer}\n{History}");

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
