using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization.Metadata;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Connectors.Razorpay;

// What Razorpay keeps besides payments: razorpay.com/docs/api/customers, …/payment-methods/cards/token-hq and
// …/payment-methods/upi/vpa-validation.
public sealed partial class RazorpayConnector : IUpiVerification, ICustomerAccounts, ISavedCards
{
    private const int MostTokens = 1_000;

    /// <inheritdoc/>
    /// <remarks>The call goes with the collect flow, which only exempt merchants have since 28 February 2026: others
    /// may be refused.</remarks>
    public async Task<ProviderAnswer<UpiHolder>> VerifyUpiAsync(string vpa, ProviderCredentials credentials)
    {
        var reply = await _api.PostAsync(
            "verify.upi", credentials.Merchant, "v1/payments/validate/vpa", new ValidateVpa { Vpa = vpa },
            RazorpayJson.Default.ValidateVpa, credentials);
        return reply is ProviderReply.Responded { Status: 400 } refused
            && RazorpayApi.ReadError(refused) is { } error && RazorpayCustomers.IsAboutVpa(error)
                ? new ProviderAnswer<UpiHolder>.Given(new UpiHolder(Exists: false, Name: null))
                : Answer(reply, RazorpayJson.Default.VpaValidated, answer => answer.Success switch
                {
                    true => new UpiHolder(
                        Exists: true, answer.CustomerName is { Length: > 0 and <= 128 } name ? name : null),
                    false => new UpiHolder(Exists: false, Name: null),
                    null => null,
                });
    }

    /// <inheritdoc/>
    /// <remarks>Asking again finds the customer by its own address. If the phone number was changed after an answer
    /// that was lost, the customer of that answer stays at Razorpay: its id is unknown here, and it has no
    /// cards.</remarks>
    public async Task<ProviderAnswer<string>> OpenCustomerAsync(Customer customer, ProviderCredentials credentials)
    {
        if (RazorpayCustomers.Owner(customer, credentials) is not { } owner)
        {
            return Refused<string>("The customer has no id.");
        }

        var answer = await CreateCustomerAsync(customer, owner, withContact: true, credentials);
        if (answer is ProviderAnswer<CustomerEntity>.Given { Value: var other } && !RazorpayCustomers.IsOf(other, owner)
            && RazorpayCustomers.HasContact(customer))
        {
            // Somebody else's, found by the number after all.
            answer = await CreateCustomerAsync(customer, owner, withContact: false, credentials);
        }

        return answer is not ProviderAnswer<CustomerEntity>.Given { Value: var found } ? answer.As<string>()
            : RazorpayCustomers.IsOf(found, owner) ? new ProviderAnswer<string>.Given(found.Id!)
            // Whoever it is, their cards are not this customer's.
            : Refused<string>("Razorpay returned another customer.");
    }

    /// <inheritdoc/>
    public async Task<ProviderAnswer<ImmutableArray<ProviderCard>>> ListCardsAsync(
        string providerCustomer, ProviderCredentials credentials)
    {
        var answer = await ListTokensAsync(providerCustomer, credentials);
        return answer is ProviderAnswer<List<TokenEntity?>>.Given { Value: var tokens }
            ? new ProviderAnswer<ImmutableArray<ProviderCard>>.Given(
                [.. tokens.Select(token => RazorpayCards.Read(token, _time.GetUtcNow())).OfType<ProviderCard>()])
            : answer.As<ImmutableArray<ProviderCard>>();
    }

    /// <inheritdoc/>
    public async Task<ProviderAnswer<bool>> DeleteCardAsync(
        string providerCustomer, string reference, ProviderCredentials credentials)
    {
        if (!RazorpayCards.IsCustomer(providerCustomer) || !RazorpayCards.IsToken(reference))
        {
            return NotRazorpays<bool>();
        }

        var reply = await _api.SendAsync(
            HttpMethod.Delete, "card.delete", providerCustomer,
            $"v1/customers/{providerCustomer}/tokens/{reference}", credentials);
        if (reply is ProviderReply.Responded { Status: 400 or 404 } refused
            && RazorpayApi.ReadError(refused) is { } error && RazorpayCustomers.IsNotThere(error))
        {
            return new ProviderAnswer<bool>.Given(Value: true);
        }

        var answer = Answer(reply, RazorpayJson.Default.TokenDeleted, answer => answer.Deleted is null ? null : answer);
        if (answer is ProviderAnswer<TokenDeleted>.Given { Value.Deleted: { } deleted })
        {
            return new ProviderAnswer<bool>.Given(deleted);
        }

        // In which words a token that was deleted before is refused is not documented: the list says whether it is
        // there.
        return answer is ProviderAnswer<TokenDeleted>.Refused
            && await ListTokensAsync(providerCustomer, credentials)
                is ProviderAnswer<List<TokenEntity?>>.Given { Value: var tokens }
            && tokens.TrueForAll(token => token is not null && token.Id != reference)
                ? new ProviderAnswer<bool>.Given(Value: true)
                : answer.As<bool>();
    }

    private async Task<ProviderAnswer<CustomerEntity>> CreateCustomerAsync(
        Customer customer, string owner, bool withContact, ProviderCredentials credentials) => Answer(
        await _api.PostAsync(
            "customer.create", credentials.Merchant, "v1/customers",
            RazorpayCustomers.Create(customer, owner, _options, withContact), RazorpayJson.Default.CreateCustomer,
            credentials),
        RazorpayJson.Default.CustomerEntity,
        answer => RazorpayCards.IsCustomer(answer.Id) ? answer : null);

    private async Task<ProviderAnswer<List<TokenEntity?>>> ListTokensAsync(
        string providerCustomer, ProviderCredentials credentials) => RazorpayCards.IsCustomer(providerCustomer)
        ? Answer(
            await _api.SendAsync(
                HttpMethod.Get, "cards.list", providerCustomer, $"v1/customers/{providerCustomer}/tokens", credentials),
            RazorpayJson.Default.CollectionTokenEntity,
            answer => answer.Items is { Count: <= MostTokens } items ? items : null)
        : NotRazorpays<List<TokenEntity?>>();

    private static ProviderAnswer<T> Answer<TBody, T>(
        ProviderReply reply, JsonTypeInfo<TBody> type, Func<TBody, T?> read)
        where TBody : class
        where T : class => reply switch
        {
            ProviderReply.Responded { IsSuccess: true } response =>
                RazorpayApi.TryRead(response, type, out var body) && read(body) is { } value
                    ? new ProviderAnswer<T>.Given(value)
                    : new ProviderAnswer<T>.Unavailable("the response is unreadable"),
            ProviderReply.Responded { Status: not 401 } response when RazorpayApi.ReadError(response) is { } error =>
                Of<T>(RazorpayMapping.Refused(error)),
            ProviderReply.Responded response => new ProviderAnswer<T>.Unavailable($"HTTP {response.Status}"),
            ProviderReply.NotSent notSent => new ProviderAnswer<T>.Unavailable(notSent.Reason),
            ProviderReply.Unknown unknown => new ProviderAnswer<T>.Unavailable(unknown.Reason),
            _ => throw new UnreachableException(),
        };

    // Refused credentials say nothing of the customer or the card: once they are right, the same may be asked again.
    private static ProviderAnswer<T> Of<T>(Failure failure) => failure.Code == FailureCodes.CredentialsRefused
        ? new ProviderAnswer<T>.Unavailable(failure.Message)
        : new ProviderAnswer<T>.Refused(failure);

    private static ProviderAnswer<T>.Refused NotRazorpays<T>() => Refused<T>("The id is malformed.");

    private static ProviderAnswer<T>.Refused Refused<T>(string message) => new(new Failure
    {
        Code = FailureCodes.RequestRefused, Message = message, Party = FailureParty.Merchant,
    });
}
