using PaymentCluster.Gateway.Api.Json;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>A customer's agreement that a card is saved, as bodies say it.</summary>
internal static class ConsentRequest
{
    private static readonly RequiredField<bool> Agreed = Field.Flag(
        "agreed", "Whether the customer agreed explicitly; only true saves a card.") with
    {
        Example = "true",
    };

    private static readonly RequiredField<string> TextVersion = Field.Text(
        "text_version", 64, "The version of the text that the customer read.") with
    {
        Example = "\"2026-04\"",
    };

    /// <summary>The object.</summary>
    public static readonly BodyShape Shape = new("ConsentRequest", Agreed, TextVersion);

    /// <summary>The version of the text that the customer agreed to; null if there is no consent, or if the customer
    /// did not agree, which <paramref name="errors"/> then say.</summary>
    public static string? Read(Body? consent, string path, InputErrors errors)
    {
        if (consent is null)
        {
            return null;
        }

        if (!consent.TryGet(Agreed, out var agreed) || !agreed)
        {
            errors.Add(
                ErrorCode.ConsentRequired,
                $"{path}.agreed",
                "must be true: a card is saved only if the customer agreed");
            return null;
        }

        return consent.TryGet(TextVersion, out var version) ? version : null;
    }
}
