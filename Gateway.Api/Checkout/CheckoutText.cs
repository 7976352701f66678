using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using PaymentCluster.Grains.Abstractions.Amounts;

namespace PaymentCluster.Gateway.Api.Checkout;

/// <summary>The words of the checkout page in one language, from <c>Checkout/Texts</c>.</summary>
public sealed class CheckoutText
{
    private const string Default = "en";

    private static readonly FrozenDictionary<string, CheckoutText> All = ((string[])[Default, "hi"]).ToFrozenDictionary(
        language => language, Load, StringComparer.Ordinal);

    private readonly FrozenDictionary<string, string> _texts;

    private CheckoutText(string language, FrozenDictionary<string, string> texts)
    {
        Language = language;
        _texts = texts;
    }

    /// <summary>The language's tag (BCP 47).</summary>
    public string Language { get; }

    /// <summary>The languages there are.</summary>
    public static ImmutableArray<string> Languages => [.. All.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The names of all texts.</summary>
    public IEnumerable<string> Names => _texts.Keys;

    /// <summary>A text.</summary>
    /// <exception cref="KeyNotFoundException">There is none by this name.</exception>
    public string this[string name] => _texts[name];

    /// <summary>The language with this tag; English if there is none.</summary>
    public static CheckoutText In(string language) => All.GetValueOrDefault(language) ?? All[Default];

    /// <summary>The language of a request: <c>lang</c>, else the browser's preference.</summary>
    public static CheckoutText For(HttpRequest request)
    {
        if (request.Query["lang"] is [{ } requested] && All.TryGetValue(requested, out var chosen))
        {
            return chosen;
        }

        var accepted = request.GetTypedHeaders().AcceptLanguage.OrderByDescending(language => language.Quality ?? 1);
        foreach (var language in accepted)
        {
            var tag = language.Value.ToString().Split('-')[0].ToLowerInvariant();
            if (All.TryGetValue(tag, out var text))
            {
                return text;
            }
        }

        return All[Default];
    }

    /// <summary>A text with names in braces filled in.</summary>
    public string With(string name, params ReadOnlySpan<(string Name, string Value)> values)
    {
        var text = _texts[name];
        foreach (var (slot, value) in values)
        {
            text = text.Replace($"{{{slot}}}", value, StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>An amount with its currency, grouped as in India for rupees (1,00,000.00), otherwise by
    /// thousands.</summary>
    public string Amount(long amountMinor, Currency currency)
    {
        var digits = currency.MinorDigits;
        var text = Math.Abs(amountMinor).ToString(CultureInfo.InvariantCulture).PadLeft(digits + 1, '0');
        var whole = Grouped(text[..^digits], currency == Currency.Inr ? 2 : 3);
        var number = digits == 0 ? whole : $"{whole}.{text[^digits..]}";
        var sign = amountMinor < 0 ? "\u2212" : "";
        return currency.Code switch
        {
            "INR" => $"{sign}₹{number}",
            "USD" => $"{sign}${number}",
            "EUR" => $"{sign}€{number}",
            "GBP" => $"{sign}£{number}",
            "JPY" => $"{sign}¥{number}",
            var code => $"{sign}{code} {number}",
        };
    }

    // The last group has three digits, the ones before it two in India.
    private static string Grouped(string digits, int size)
    {
        const int Last = 3;
        var text = digits[Math.Max(0, digits.Length - Last)..];
        for (var end = digits.Length - Last; end > 0; end -= size)
        {
            text = $"{digits[Math.Max(0, end - size)..end]},{text}";
        }

        return text;
    }

    private static CheckoutText Load(string language)
    {
        using var stream = typeof(CheckoutText).Assembly.GetManifestResourceStream($"checkout.{language}.json")
            ?? throw new InvalidOperationException($"The texts in '{language}' are missing.");
        var texts = JsonSerializer.Deserialize<Dictionary<string, string>>(stream)
            ?? throw new InvalidOperationException($"The texts in '{language}' cannot be read.");
        return new CheckoutText(language, texts.ToFrozenDictionary(StringComparer.Ordinal));
    }
}
