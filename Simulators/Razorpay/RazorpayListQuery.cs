using System.Globalization;
using Microsoft.Extensions.Primitives;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Razorpay;

/// <summary>What all lists of Razorpay's take: <c>from</c> and <c>to</c> in Unix seconds, both included,
/// <c>count</c> and <c>skip</c>.</summary>
internal sealed record RazorpayListQuery
{
    // razorpay.com/docs/api/payments/fetch-all-payments.
    private const long Earliest = 946_684_800;
    private const long Latest = 4_765_046_400;

    public long From { get; private init; } = Earliest;

    public long To { get; private init; } = Latest;

    public int Count { get; private init; } = 10;

    public int Skip { get; private init; }

    /// <summary>Reads a query; null if it is refused.</summary>
    /// <param name="query">The query.</param>
    /// <param name="isOther">Which other parameters the call takes.</param>
    /// <param name="refusal">Why it is refused.</param>
    public static RazorpayListQuery? Read(
        IReadOnlyDictionary<string, StringValues> query, Func<string, bool> isOther, out SimulatedResponse? refusal)
    {
        var unknown = query.Keys
            .Where(name => name is not ("from" or "to" or "count" or "skip") && !isOther(name)).ToArray();
        refusal = unknown.Length > 0
            ? RazorpayErrors.Invalid(
                $"{string.Join(", ", unknown)} is/are not required and should not be sent", unknown[0])
            : null;
        var list = new RazorpayListQuery
        {
            From = Number(query, "from", Earliest, Latest, Earliest, ref refusal),
            To = Number(query, "to", Earliest, Latest, Latest, ref refusal),
            Count = (int)Number(query, "count", 1, 100, 10, ref refusal),
            Skip = (int)Number(query, "skip", 0, int.MaxValue, 0, ref refusal),
        };
        return refusal is null ? list : null;
    }

    // The first refusal counts.
    private static long Number(
        IReadOnlyDictionary<string, StringValues> query,
        string name,
        long least,
        long most,
        long otherwise,
        ref SimulatedResponse? refusal)
    {
        if (!query.TryGetValue(name, out var text))
        {
            return otherwise;
        }

        if (!long.TryParse(text.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            refusal ??= RazorpayErrors.Invalid($"The {name} must be an integer.", name);
        }
        else if (number < least || number > most)
        {
            refusal ??= RazorpayErrors.Invalid(
                name == "count" && number > most
                    ? $"The {name} may not be greater than {most}."
                    : $"{name} must be between {least} and {most}",
                name);
        }

        return number;
    }
}
