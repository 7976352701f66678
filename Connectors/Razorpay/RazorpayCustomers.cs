using System.Text.Json;
using System.Text.RegularExpressions;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Connectors.Razorpay;

/// <summary>
/// Our customers in Razorpay's words (razorpay.com/docs/api/customers).
/// </summary>
/// <remarks>Razorpay knows a customer by the pair of e-mail address and phone number, which are unique together
/// (…/customers/edit), and returns the existing one when another one is created. A family shares both, and the shop's
/// own pages may have created one with the same. Sharing that customer would show one person's cards to another. So the
/// address is made of our customer's id: a repeated request finds the same customer, and no other does; a customer of
/// whom nothing is known has one too. The notes say whose it is, for whatever is not as documented.</remarks>
internal static partial class RazorpayCustomers
{
    /// <summary>The key in <c>notes</c> under which a customer carries ours.</summary>
    public const string OwnerNote = "customer";

    // With the longest domain that the options take the address stays within Razorpay's 64 characters.
    private const int AddressLength = 24;

    /// <summary>Whose customer it is; null if ours has no id. Two merchants may share an account at Razorpay.</summary>
    public static string? Owner(Customer customer, ProviderCredentials credentials) =>
        string.IsNullOrEmpty(customer.Id) ? null : $"{credentials.Merchant}/{customer.Id}";

    /// <summary>The customer to make. A name or number that Razorpay would refuse is left out: both are
    /// optional.</summary>
    /// <param name="customer">Ours.</param>
    /// <param name="owner">Whose customer it is.</param>
    /// <param name="options">For the domain of addresses that are never delivered.</param>
    /// <param name="withContact">Whether it gets the phone number.</param>
    public static CreateCustomer Create(
        Customer customer, string owner, RazorpayOptions options, bool withContact) => new()
        {
            Name = customer.Name?.Trim() is { } name && Name().IsMatch(name) ? name : null,
            Email = CompactName.Of(owner, AddressLength)
            + options.DefaultEmail[options.DefaultEmail.LastIndexOf('@')..],
            Contact = withContact && HasContact(customer) ? customer.Phone : null,
            FailExisting = "0",
            Notes = new() { [OwnerNote] = owner },
        };

    /// <summary>Whether the customer's number is one that Razorpay takes.</summary>
    public static bool HasContact(Customer customer) => customer.Phone is { } phone && Contact().IsMatch(phone);

    /// <summary>Whether the customer at Razorpay is this one and no other.</summary>
    public static bool IsOf(CustomerEntity found, string owner) =>
        found.Notes.ValueKind == JsonValueKind.Object
        && found.Notes.TryGetProperty(OwnerNote, out var note)
        && note.ValueKind == JsonValueKind.String
        && note.ValueEquals(owner);

    /// <summary>Razorpay's words for an id that it does not know.</summary>
    public static bool IsNotThere(ErrorBody error) =>
        error.Description is { } description
        && description.TrimEnd('.').Equals("The id provided does not exist", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a refusal says that a UPI ID is none. The page does not show the response to such an id: only
    /// what names the id as the reason is taken for one.</summary>
    public static bool IsAboutVpa(ErrorBody error) =>
        error.Code == "BAD_REQUEST_ERROR"
        && (error.Reason == "invalid_vpa"
            || (error.Field.ValueKind == JsonValueKind.String && error.Field.ValueEquals("vpa")));

    // "Alphanumeric value with period, apostrophe, forward slash, at and parentheses, 3-50 characters."
    [GeneratedRegex(@"^[A-Za-z0-9 .'/@()]{3,50}\z", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex Name();

    // At least 8 digits, at most 15 characters.
    [GeneratedRegex(@"^(?:\+[0-9]{8,14}|[0-9]{8,15})\z", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex Contact();
}
