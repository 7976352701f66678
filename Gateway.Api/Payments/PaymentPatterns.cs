using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>The patterns of texts in the payment calls. Each is of a whole text: <c>\z</c>, because <c>$</c> also
/// matches before a line end.</summary>
internal static partial class PaymentPatterns
{
    /// <summary>The pattern of a customer's id, as a refusal says it.</summary>
    public const string CustomerIdRule = "must be 1 to 64 letters, digits or any of . _ : @ + -";

    /// <summary>The pattern of a UPI ID, as a refusal says it.</summary>
    public const string UpiIdRule = "must be a UPI ID such as name@bank";

    private const int MatchTimeout = 100;

    /// <summary>An order's id.</summary>
    [GeneratedRegex("^[A-Za-z0-9._:-]{1,64}\\z", RegexOptions.None, MatchTimeout)]
    public static partial Regex OrderId();

    /// <summary>A customer's id.</summary>
    [GeneratedRegex("^[A-Za-z0-9._:@+-]{1,64}\\z", RegexOptions.None, MatchTimeout)]
    public static partial Regex CustomerId();

    /// <summary>An e-mail address. No full grammar: the provider sends a mail, and finds out.</summary>
    [GeneratedRegex("^[^\\s@<>]{1,64}@[^\\s@<>]{1,189}\\z", RegexOptions.None, MatchTimeout)]
    public static partial Regex Email();

    /// <summary>A phone number.</summary>
    [GeneratedRegex("^\\+?[0-9]{6,15}\\z", RegexOptions.None, MatchTimeout)]
    public static partial Regex Phone();

    /// <summary>What a currency's code looks like.</summary>
    [GeneratedRegex("^[A-Z]{3}\\z", RegexOptions.None, MatchTimeout)]
    public static partial Regex Currency();

    /// <summary>A UPI ID (NPCI): a handle after one '@', and before it letters, digits, '.', '-' and '_'.</summary>
    [GeneratedRegex("^[A-Za-z0-9._-]{2,190}@[A-Za-z][A-Za-z0-9.-]{1,63}\\z", RegexOptions.None, MatchTimeout)]
    public static partial Regex UpiId();

    /// <summary>A wallet's code.</summary>
    [GeneratedRegex("^[a-z0-9_]{2,32}\\z", RegexOptions.None, MatchTimeout)]
    public static partial Regex Wallet();

    /// <summary>A bank's code: the first four letters of its IFSC, with a mark where a bank has several kinds of
    /// account.</summary>
    [GeneratedRegex("^[A-Z]{4}(_[A-Z]{1,3})?\\z", RegexOptions.ExplicitCapture, MatchTimeout)]
    public static partial Regex Bank();

    /// <summary>An id as the engine writes it: a prefix, and letters and digits.</summary>
    [GeneratedRegex("^[a-z]{3}_[a-z0-9_]{1,60}\\z", RegexOptions.None, MatchTimeout)]
    public static partial Regex Id();

    /// <summary>Whether a text is a customer's id.</summary>
    public static bool IsCustomerId([NotNullWhen(true)] string? text) => text is not null && CustomerId().IsMatch(text);

    /// <summary>Whether a text is a UPI ID, such as <c>name@bank</c>.</summary>
    public static bool IsUpiId(string text) => UpiId().IsMatch(text);
}
