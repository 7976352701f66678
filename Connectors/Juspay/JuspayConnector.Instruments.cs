using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Connectors.Juspay;

// What Juspay keeps besides payments: developer.juspay.in/reference (customer, card, wallet) and
// docs.juspay.io (verify VPA). None of these calls has a counterpart that takes envelopes.
public sealed partial class JuspayConnector : IUpiVerification, ICustomerAccounts, ISavedCards, IWalletsByPassword
{
    /// <inheritdoc/>
    public async Task<ProviderResult<UpiHolder>> VerifyUpiAsync(string vpa, ProviderCredentials credentials)
    {
        var reply = await _api.PostAsync(
            new("verify.upi", "", "verify"), "v2/upi/verify-vpa",
            new() { { "vpa", vpa }, { "merchant_id", credentials[JuspayApi.MerchantId].Reveal() } }, credentials);
        return Read(reply, JuspayJson.Default.VpaObject, response => response.Status switch
        {
            "VALID" => Given(new UpiHolder(true, Name(response.CustomerName))),
            "INVALID" => Given(new UpiHolder(false, null)),
            _ => null,
        });
    }

    /// <inheritdoc/>
    public async Task<ProviderResult<string>> OpenCustomerAsync(Customer customer, ProviderCredentials credentials)
    {
        if (JuspayMapping.CustomerId(customer) is not { } reference)
        {
            return new ProviderResult<string>.Refused(new Failure
            {
                Code = FailureCodes.RequestRefused, Message = "The customer has no id.", Party = FailureParty.Merchant,
            });
        }

        // What becomes of a second customer of one name is not documented, so it is looked for before and after.
        var found = await FindCustomerAsync(reference, credentials);
        if (found is not ProviderResult<string>.Refused { Failure.Code: FailureCodes.RequestRefused })
        {
            return found;
        }

        var reply = await _api.PostAsync(
            new("customer.create", "", reference), "customers", JuspayMapping.NewCustomer(customer), credentials);
        var made = Read(reply, JuspayJson.Default.CustomerObject, response => Given(IdOf(response, reference)));
        return made is ProviderResult<string>.Refused
            && await FindCustomerAsync(reference, credentials) is ProviderResult<string>.Given given
            ? given
            : made;
    }

    /// <inheritdoc/>
    public async Task<ProviderResult<ImmutableArray<ProviderCard>>> ListCardsAsync(
        string providerCustomer, ProviderCredentials credentials)
    {
        if (!JuspayMapping.IsId(providerCustomer))
        {
            return NotJuspays<ImmutableArray<ProviderCard>>();
        }

        var reply = await _api.QueryAsync(
            new("cards.list", "", providerCustomer), $"cards?customer_id={providerCustomer}", credentials);
        return Read<CardList, ImmutableArray<ProviderCard>>(reply, JuspayJson.Default.CardList, response =>
            response.Cards is { Count: <= 1_000 } cards ? new([.. cards.Select(Card).OfType<ProviderCard>()]) : null);
    }

    /// <inheritdoc/>
    public async Task<ProviderResult<bool>> DeleteCardAsync(
        string providerCustomer, string reference, ProviderCredentials credentials)
    {
        // A card is deleted by its token, which lives minutes; the lasting name is its reference.
        var cards = await ListCardsAsync(providerCustomer, credentials);
        if (cards is not ProviderResult<ImmutableArray<ProviderCard>>.Given { Value: var kept })
        {
            return cards switch
            {
                ProviderResult<ImmutableArray<ProviderCard>>.Refused refused =>
                    new ProviderResult<bool>.Refused(refused.Failure),
                ProviderResult<ImmutableArray<ProviderCard>>.Unavailable unavailable =>
                    new ProviderResult<bool>.Unavailable(unavailable.Reason),
                _ => throw new UnreachableException(),
            };
        }

        if (kept.FirstOrDefault(card => card.Reference == reference) is not { } card)
        {
            return new ProviderResult<bool>.Given(true);
        }

        var reply = await _api.PostAsync(
            new("card.delete", "", providerCustomer), "card/delete", new() { { "card_token", card.Token.Reveal() } },
            credentials);
        return Read<CardDeleted, bool>(
            reply, JuspayJson.Default.CardDeleted, response => response.Deleted is { } deleted ? new(deleted) : null);
    }

    /// <inheritdoc/>
    public async Task<ProviderResult<string>> RequestWalletLinkAsync(
        WalletRequest request, ProviderCredentials credentials)
    {
        if (!JuspayMapping.IsId(request.ProviderCustomer))
        {
            return NotJuspays<string>();
        }

        var reply = await _api.PostAsync(
            new("wallet.request", "", request.ProviderCustomer), $"customers/{request.ProviderCustomer}/wallets",
            new() { { "gateway", request.Wallet.ToUpperInvariant() }, { "command", "authenticate" } }, credentials);
        return Read(
            reply, JuspayJson.Default.WalletObject, response =>
                JuspayMapping.IsId(response.Id) ? Given(response.Id) : null);
    }

    /// <inheritdoc/>
    public async Task<ProviderResult<ProviderWallet>> ConfirmWalletLinkAsync(
        WalletRequest request, string reference, Secret password, ProviderCredentials credentials)
    {
        var response = await CommandAsync(
            "wallet.confirm", reference, new() { { "command", "link" }, { "otp", password.Reveal() } }, request,
            credentials);
        // Juspay's tokens are good for one payment and for ten minutes (developer.juspay.in/reference/wallet): nothing
        // to keep.
        return response is ProviderResult<ProviderWallet>.Given { Value: var linked }
            ? new ProviderResult<ProviderWallet>.Given(linked with { Token = null })
            : response;
    }

    /// <inheritdoc/>
    public async Task<ProviderResult<ProviderWallet>> ReadWalletAsync(
        WalletRequest request, string reference, ProviderCredentials credentials) => JuspayMapping.IsId(reference)
        ? Read(
            await QueryWalletAsync(request, reference, credentials), JuspayJson.Default.WalletObject,
            response => Given(Wallet(response, reference)))
        : NotJuspays<ProviderWallet>();

    /// <inheritdoc/>
    public async Task<ProviderResult<bool>> UnlinkWalletAsync(
        WalletRequest request, string reference, ProviderCredentials credentials)
    {
        var response = await CommandAsync(
            "wallet.unlink", reference, new() { { "command", "delink" } }, request, credentials);
        if (response is ProviderResult<ProviderWallet>.Refused { Failure.Code: FailureCodes.RequestRefused }
            && JuspayMapping.IsId(reference))
        {
            // How a wallet is refused that is not linked, or not there, is not documented: then it is looked at.
            var reply = await QueryWalletAsync(request, reference, credentials);
            if (reply is ProviderReply.Responded { Status: 404 })
            {
                return new ProviderResult<bool>.Given(Value: true);
            }

            response = Read(reply, JuspayJson.Default.WalletObject, wallet => Given(Wallet(wallet, reference)));
        }

        return response switch
        {
            ProviderResult<ProviderWallet>.Given { Value.Linked: var linked } =>
                new ProviderResult<bool>.Given(!linked),
            ProviderResult<ProviderWallet>.Refused refused => new ProviderResult<bool>.Refused(refused.Failure),
            ProviderResult<ProviderWallet>.Unavailable unavailable =>
                new ProviderResult<bool>.Unavailable(unavailable.Reason),
            _ => throw new UnreachableException(),
        };
    }

    private Task<ProviderReply> QueryWalletAsync(
        WalletRequest request, string reference, ProviderCredentials credentials) =>
        _api.QueryAsync(
            new("wallet.read", "", Routing(request, reference)), $"wallets/{reference}?command=refresh", credentials);

    private async Task<ProviderResult<string>> FindCustomerAsync(
        string reference, ProviderCredentials credentials) => Read(
        await _api.QueryAsync(new("customer.find", "", reference), $"customers/{reference}", credentials),
        JuspayJson.Default.CustomerObject,
        response => Given(IdOf(response, reference)));

    private async Task<ProviderResult<ProviderWallet>> CommandAsync(
        string operation,
        string reference,
        JuspayFields fields,
        WalletRequest request,
        ProviderCredentials credentials) =>
        JuspayMapping.IsId(reference)
            ? Read(
                await _api.PostAsync(
                    new(operation, "", Routing(request, reference)), $"wallets/{reference}", fields, credentials),
                JuspayJson.Default.WalletObject,
                response => Given(Wallet(response, reference)))
            : NotJuspays<ProviderWallet>();

    private static ProviderResult<T> Read<TBody, T>(
        ProviderReply reply, JsonTypeInfo<TBody> type, Func<TBody, ProviderResult<T>.Given?> read)
        where TBody : class => reply switch
        {
            ProviderReply.Responded { IsSuccess: true } response =>
                JuspayApi.TryRead(response, type, out var body) && read(body) is { } given
                    ? given
                    : new ProviderResult<T>.Unavailable("the response is unreadable"),
            ProviderReply.Responded { Status: 401 } => new ProviderResult<T>.Refused(JuspayFailures.CredentialsRefused),
            ProviderReply.Responded response when JuspayApi.ReadError(response) is { } error =>
                new ProviderResult<T>.Refused(JuspayFailures.OfRefusal(error)),
            ProviderReply.Responded response => new ProviderResult<T>.Unavailable($"HTTP {response.Status}"),
            ProviderReply.NotSent notSent => new ProviderResult<T>.Unavailable(notSent.Reason),
            ProviderReply.Unknown unknown => new ProviderResult<T>.Unavailable(unknown.Reason),
            _ => throw new UnreachableException(),
        };

    private static ProviderResult<T>.Given? Given<T>(T? value)
        where T : class => value is null ? null : new(value);

    private static ProviderResult<T>.Refused NotJuspays<T>() => new(new Failure
    {
        Code = FailureCodes.RequestRefused, Message = "The id is malformed.", Party = FailureParty.Merchant,
    });

    private static string? IdOf(CustomerObject customer, string reference) =>
        JuspayMapping.IsId(customer.Id) && customer.ObjectReferenceId == reference ? customer.Id : null;

    // A card that lacks what is needed to show it or pay with it is left out.
    private static ProviderCard? Card(CardObject? card) =>
        card is { CardToken: { Length: > 0 and <= 256 } token, CardNumber: { Length: >= 4 and <= 32 } number }
        && JuspayMapping.IsId(card.CardReference)
        && int.TryParse(card.CardExpMonth, NumberStyles.None, CultureInfo.InvariantCulture, out var month)
        && month is >= 1 and <= 12
        && int.TryParse(card.CardExpYear, NumberStyles.None, CultureInfo.InvariantCulture, out var year)
        && year is >= 2_000 and <= 2_099
        && !number.AsSpan(number.Length - 4).ContainsAnyExceptInRange('0', '9')
            ? new ProviderCard
            {
                Reference = card.CardReference,
                Token = new Secret(token),
                Last4 = number[^4..],
                Network = JuspayReading.Short(card.CardBrand)?.ToLowerInvariant(),
                Issuer = JuspayReading.Short(card.CardIssuer),
                ExpiryMonth = month,
                ExpiryYear = year,
            }
            : null;

    private static ProviderWallet? Wallet(WalletObject wallet, string reference)
    {
        bool? linked = wallet.Linked switch
        {
            { ValueKind: JsonValueKind.True } => true,
            { ValueKind: JsonValueKind.False } => false,
            { ValueKind: JsonValueKind.String } text when text.GetString() is "true" or "false" =>
                text.GetString() == "true",
            _ => null,
        };
        return wallet.Id != reference || linked is null ? null : new ProviderWallet
        {
            Reference = reference,
            Linked = linked.Value,
            Balance = Balance(wallet.CurrentBalance),
            Token = linked.Value && wallet.Token is { Length: > 0 and <= 256 } token ? new Secret(token) : null,
        };
    }

    // A wallet may be empty, which a payment's amount may not.
    private static Money? Balance(JsonElement balance) => balance.ValueKind switch
    {
        JsonValueKind.Number when balance.TryGetInt64(out var whole) && whole == 0 => Money.Of(0, Currency.Inr),
        _ => JuspayMapping.TryReadMoney(balance, Currency.Inr.Code, out var money) ? money : null,
    };

    private static string Routing(WalletRequest request, string reference) =>
        JuspayMapping.IsId(request.ProviderCustomer) ? request.ProviderCustomer : reference;

    private static string? Name(string? name) => name is { Length: > 0 and <= 128 } ? name : null;
}
