using System.Collections.Immutable;
using System.Text.Json;
using PaymentCluster.Connectors.Contract;

namespace PaymentCluster.Connectors.PayU;

/// <summary>What PayU keeps or knows of a customer: cards (docs.payu.in/reference, get_user_cards and delete_user_card)
/// and UPI IDs (validateVPA). No money moves here.</summary>
internal sealed class PayUCards(PayUApi api)
{
    public async Task<ProviderResult<UpiHolder>> VerifyUpiAsync(string vpa, ProviderCredentials credentials)
    {
        var (response, problem) = await api.QueryAsync(
            "verify.upi", credentials.Merchant, "validateVPA", [vpa], credentials);
        return response switch
        {
            // SUCCESS says only that the query succeeded.
            { Status: "SUCCESS", IsVpaValid: "1" } => new ProviderResult<UpiHolder>.Given(
                new UpiHolder(
                    Exists: true,
                    response.PayerAccountName is { Length: > 0 and <= 128 } name and not "NA" ? name : null)),
            { Status: "SUCCESS", IsVpaValid: "0" } =>
                new ProviderResult<UpiHolder>.Given(new UpiHolder(Exists: false, Name: null)),
            { Status: "0" } => new ProviderResult<UpiHolder>.Refused(PayUReading.Refused(response)),
            _ => new ProviderResult<UpiHolder>.Unavailable(problem ?? "the response is unreadable"),
        };
    }

    public async Task<ProviderResult<ImmutableArray<ProviderCard>>> ListAsync(
        string user, ProviderCredentials credentials)
    {
        if (!PayUMapping.IsUser(user))
        {
            return new ProviderResult<ImmutableArray<ProviderCard>>.Refused(
                PayUReading.Refused("The id of the customer at PayU is malformed."));
        }

        var (response, problem) = await api.QueryAsync(
            "cards.list", credentials.Merchant, "get_user_cards", [Owner(user, credentials)], credentials);
        if (response is { Status: "0" } && IsNotFound(response))
        {
            return new ProviderResult<ImmutableArray<ProviderCard>>.Given([]);
        }

        return response switch
        {
            { Status: "1", Cards.ValueKind: JsonValueKind.Object } =>
                new ProviderResult<ImmutableArray<ProviderCard>>.Given(Cards(response.Cards)),
            { Status: "0" } => new ProviderResult<ImmutableArray<ProviderCard>>.Refused(PayUReading.Refused(response)),
            _ => new ProviderResult<ImmutableArray<ProviderCard>>.Unavailable(problem ?? "the response is unreadable"),
        };
    }

    public async Task<ProviderResult<bool>> DeleteAsync(string user, string reference, ProviderCredentials credentials)
    {
        if (!PayUMapping.IsUser(user) || reference.Length is 0 or > 128)
        {
            return new ProviderResult<bool>.Refused(PayUReading.Refused("The id of the card at PayU is malformed."));
        }

        var (response, problem) = await api.QueryAsync(
            "cards.delete", credentials.Merchant, "delete_user_card", [Owner(user, credentials), reference],
            credentials);
        return response switch
        {
            { Status: "1" } => new ProviderResult<bool>.Given(Value: true),
            { Status: "0" } when IsNotFound(response) => new ProviderResult<bool>.Given(Value: true),
            { Status: "0" } => new ProviderResult<bool>.Refused(PayUReading.Refused(response)),
            _ => new ProviderResult<bool>.Unavailable(problem ?? "the response is unreadable"),
        };
    }

    private static string Owner(string user, ProviderCredentials credentials) =>
        $"{credentials[PayUApi.Key].Reveal()}:{user}";

    private static bool IsNotFound(CommandResponse response) =>
        response.Message?.Trim().TrimEnd('.').Equals("card not found", StringComparison.OrdinalIgnoreCase) == true;

    // A card whose token has run out, or that does not say until when it can be paid with, is not offered.
    private static ImmutableArray<ProviderCard> Cards(JsonElement cards) =>
    [
        .. cards.EnumerateObject()
            .Select(one => one.Value.Part(PayUJson.Default.KeptCard))
            .Select(card => card is null ? null : PayUReading.Card(
                card,
                card.NetworkToken.Part(PayUJson.Default.CardToken)
                    ?? card.IssuerToken.Part(PayUJson.Default.CardToken)))
            .OfType<ProviderCard>(),
    ];
}
