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
    public async Task<ProviderResult<UpiHolder>> VerifyUpiAsync(string vpa, ProviderCredentials credentials)
    {
        var reply = await _api.PostAsync(
            "verify.upi", credentials.Merchant, "v1/payments/validate/vpa", new ValidateVpa { Vpa = vpa },
            RazorpayJson.Default.ValidateVpa, credentials);
        return reply is ProviderReply.Responded { Status: 400 } refused
            && RazorpayApi.ReadError(refused) is { } error && RazorpayCustomers.IsAboutVpa(error)
                ? new ProviderResult<UpiHolder>.Given(new UpiHolder(Exists: false, Name: null))
                : Read(reply, RazorpayJson.Default.VpaValidated, response => response.Success switch
                {
                    true => new UpiHolder(
                        Exists: true, response.CustomerName is { Length: > 0 and <= 128 } name ? name : null),
                    false => new UpiHolder(Exists: false, Name: null),
                    null => null,
                });
    }

    /// <inheritdoc/>
    /// <remarks>A repeated request finds the customer by its own address. If the phone number was changed after a lost
    /// response, the customer of that response stays at Razorpay: its id is unknown here, and it has no
    /// cards.</remarks>
    public async Task<ProviderResult<string>> OpenCustomerAsync(Customer customer, ProviderCredentials credentials)
    {
        if (RazorpayCustomers.Owner(customer, credentials) is not { } owner)
        {
            return Refused<string>("The customer has no id.");
        }

        var response = await CreateCustomerAsync(customer, owner, withContact: true, credentials);
        if (response is ProviderResult<CustomerEntity>.Given { Value: var other }
            && !RazorpayCustomers.IsOf(other, owner)
            && RazorpayCustomers.HasContact(customer))
        {
            // Another person's, found by the phone number.
            response = await CreateCustomerAsync(customer, owner, withContact: false, credentials);
        }

        return response is not ProviderResult<CustomerEntity>.Given { Value: var found } ? response.As<string>()
            : RazorpayCustomers.IsOf(found, owner) ? new ProviderResult<string>.Given(found.Id!)
            // It is another person, whose cards are not this customer's.
            : Refused<string>("Razorpay returned another customer.");
    }

    /// <inheritdoc/>
    public async Task<ProviderResult<ImmutableArray<ProviderCard>>> ListCardsAsync(
        string providerCustomer, ProviderCredentials credentials)
    {
        var response = await ListTokensAsync(providerCustomer, credentials);
        return response is ProviderResult<List<TokenEntity?>>.Given { Value: var tokens }
            ? new ProviderResult<ImmutableArray<ProviderCard>>.Given(
                [.. tokens.Select(token => RazorpayCards.Read(token, _time.GetUtcNow())).OfType<ProviderCard>()])
            : response.As<ImmutableArray<ProviderCard>>();
    }

    /// <inheritdoc/>
    public async Task<ProviderResult<bool>> DeleteCardAsync(
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
            return new ProviderResult<bool>.Given(Value: true);
        }

        var response = Read(reply, RazorpayJson.Default.TokenDeleted, response =>
            response.Deleted is null ? null : response);
        if (response is ProviderResult<TokenDeleted>.Given { Value.Deleted: { } deleted })
        {
            return new ProviderResult<bool>.Given(deleted);
        }

        // In which words a token that was deleted before is refused is not documented: the list says whether it is
        // there.
        return response is ProviderResult<TokenDeleted>.Refused
            && await ListTokensAsync(providerCustomer, credentials)
                is ProviderResult<List<TokenEntity?>>.Given { Value: var tokens }
            && tokens.TrueForAll(token => token is not null && token.Id != reference)
                ? new ProviderResult<bool>.Given(Value: true)
                : response.As<bool>();
    }

    private async Task<ProviderResult<CustomerEntity>> CreateCustomerAsync(
        Customer customer, string owner, bool withContact, ProviderCredentials credentials) => Read(
        await _api.PostAsync(
            "customer.create", credentials.Merchant, "v1/customers",
            RazorpayCustomers.Create(customer, owner, _options, withContact), RazorpayJson.Default.CreateCustomer,
            credentials),
        RazorpayJson.Default.CustomerEntity,
        response => RazorpayCards.IsCustomer(response.Id) ? response : null);

    private async Task<ProviderResult<List<TokenEntity?>>> ListTokensAsync(
        string providerCustomer, ProviderCredentials credentials) => RazorpayCards.IsCustomer(providerCustomer)
        ? Read(
            await _api.SendAsync(
                HttpMethod.Get, "cards.list", providerCustomer, $"v1/customers/{providerCustomer}/tokens", credentials),
            RazorpayJson.Default.CollectionTokenEntity,
            response => response.Items is { Count: <= MostTokens } items ? items : null)
        : NotRazorpays<List<TokenEntity?>>();

    private static ProviderResult<T> Read<TBody, T>(
        ProviderReply reply, JsonTypeInfo<TBody> type, Func<TBody, T?> read)
        where TBody : class
        where T : class => reply switch
        {
            ProviderReply.Responded { IsSuccess: true } response =>
                RazorpayApi.TryRead(response, type, out var body) && read(body) is { } value
                    ? new ProviderResult<T>.Given(value)
                    : new ProviderResult<T>.Unavailable("the response is unreadable"),
            ProviderReply.Responded { Status: not 401 } response when RazorpayApi.ReadError(response) is { } error =>
                Of<T>(RazorpayMapping.Refused(error)),
            ProviderReply.Responded response => new ProviderResult<T>.Unavailable($"HTTP {response.Status}"),
            ProviderReply.NotSent notSent => new ProviderResult<T>.Unavailable(notSent.Reason),
            ProviderReply.Unknown unknown => new ProviderResult<T>.Unavailable(unknown.Reason),
            _ => throw new UnreachableException(),
        };

    // Refused credentials say nothing of the customer or the card: once they are right, the same request may succeed.
    private static ProviderResult<T> Of<T>(Failure failure) => failure.Code == FailureCodes.CredentialsRefused
        ? new ProviderResult<T>.Unavailable(failure.Message)
        : new ProviderResult<T>.Refused(failure);

    private static ProviderResult<T>.Refused NotRazorpays<T>() => Refused<T>("The id is malformed.");

    private static ProviderResult<T>.Refused Refused<T>(string message) => new(new Failure
    {
        Code = FailureCodes.RequestRefused, Message = message, Party = FailureParty.Merchant,
    });
}
