using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Connectors.Paytm;

/// <summary>
/// Customers' wallets, linked by a one-time password: Paytm's accounts give a token (its documents call it SSO token)
/// with which orders are paid from the wallet.
/// </summary>
/// <remarks>
/// The calls are those that published integrations make (<c>/signin/otp</c>, <c>/signin/validate/otp</c>,
/// <c>/oauth2/accessToken</c>; the latter in developer.paytm.com/docs/revoke-access-api). Paytm's newer pages describe
/// the same steps with other names, and not under which address.
/// </remarks>
internal sealed class PaytmWallets(ProviderHttp accounts, PaytmApi api, TimeProvider time)
{
    public const string ClientId = "client_id";
    public const string ClientSecret = "client_secret";

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private static readonly Failure NoClient = new()
    {
        Code = FailureCodes.CredentialsRefused,
        Message = "The merchant's Paytm credentials lack client_id and client_secret, which linking wallets needs.",
        Party = FailureParty.Merchant,
    };

    private static readonly Failure NoNumber = new()
    {
        Code = FailureCodes.RequestRefused,
        Message = "Linking a Paytm wallet needs the customer's Indian phone number.",
        Party = FailureParty.Merchant,
    };

    private static readonly Failure Refused = new()
    {
        Code = "wallet_link_refused",
        Message = "Paytm rejected the one-time password; it may be wrong or expired.",
        Party = FailureParty.Customer,
    };

    /// <summary>Sends the customer a one-time password.</summary>
    public async Task<ProviderResult<string>> RequestLinkAsync(WalletRequest request, ProviderCredentials credentials)
    {
        if (request.Wallet != PaytmCapabilities.Wallet || PaytmMapping.Mobile(request.Customer.Phone) is not { } number)
        {
            return new ProviderResult<string>.Refused(NoNumber);
        }

        if (!TryAuthorize(credentials, out _, out var client))
        {
            return new ProviderResult<string>.Refused(NoClient);
        }

        var body = new SignInBody { Phone = number, ClientId = client, Scope = "wallet", ResponseType = "token" };
        var (response, problem, failure) = await PostAsync(
            "wallet.request", "signin/otp", body, PaytmJson.Wire.SignInBody, authorization: null, credentials);
        return failure is not null ? new ProviderResult<string>.Refused(failure)
            : PaytmMapping.IsId(response?.State) ? new ProviderResult<string>.Given(response.State)
            : new ProviderResult<string>.Unavailable(problem);
    }

    /// <summary>Confirms the one-time password.</summary>
    public async Task<ProviderResult<ProviderWallet>> ConfirmLinkAsync(
        string reference, Secret password, ProviderCredentials credentials)
    {
        if (!TryAuthorize(credentials, out var authorization, out _))
        {
            return new ProviderResult<ProviderWallet>.Refused(NoClient);
        }

        var body = new PasswordBody { Otp = password.Reveal(), State = reference };
        var (response, problem, failure) = await PostAsync(
            "wallet.confirm", "signin/validate/otp", body, PaytmJson.Wire.PasswordBody, authorization, credentials);
        return failure is not null ? new ProviderResult<ProviderWallet>.Refused(failure)
            : response?.AccessToken is { Length: > 0 and <= 4_096 } token ? new ProviderResult<ProviderWallet>.Given(
                new ProviderWallet
                {
                    Reference = PaytmMapping.IsId(response.ResourceOwnerId) ? response.ResourceOwnerId : reference,
                    Linked = true,
                    Token = new Secret(token),
                })
            : new ProviderResult<ProviderWallet>.Unavailable(problem);
    }

    /// <summary>The wallet and what is in it, by an order that is never paid: its token opens the balance
    /// (paytmpayments.com/docs/api/fetch-balance-info-api).</summary>
    public async Task<ProviderResult<ProviderWallet>> ReadAsync(
        WalletRequest request, string reference, ProviderCredentials credentials)
    {
        var gone = new ProviderResult<ProviderWallet>.Given(
            new ProviderWallet { Reference = reference, Linked = false });
        if (request.Token is not { } wallet)
        {
            return gone;
        }

        var customer = CompactName.Of($"{credentials.Merchant}|{reference}", 24);
        var order = $"wallet-{CompactName.Of($"{customer}|{time.GetUtcNow():O}", 24)}";
        var announced = await api.QueryAsync(
            "wallet.order", order, PaytmApi.OfOrder("theia/api/v1/initiateTransaction", order, credentials),
            PaytmMapping.Occasion(order, customer, credentials, wallet), PaytmJson.Wire.InitiateBody,
            PaytmJson.Wire.TokenResponse, credentials);
        if (announced is { IsRead: true, Code: "2004" })
        {
            return gone;
        }

        if (!announced.IsRead || announced.Status != "S" || !PaytmMapping.IsToken(announced.Body.TxnToken))
        {
            return PaytmApi.NoResponse<ProviderWallet, TokenResponse>(announced);
        }

        var reply = await api.QueryWithTokenAsync(
            "wallet.balance", order, "userAsset/fetchBalanceInfo", announced.Body.TxnToken,
            new BalanceBody { PaymentMode = "BALANCE" },
            PaytmJson.Wire.BalanceBody, PaytmJson.Wire.BalanceResponse, credentials);
        if (!reply.IsRead || reply.Status != "S")
        {
            return PaytmApi.NoResponse<ProviderWallet, BalanceResponse>(reply);
        }

        var balance = reply.Body.BalanceInfo;
        return new ProviderResult<ProviderWallet>.Given(new ProviderWallet
        {
            Reference = reference,
            Linked = true,
            Token = wallet,
            Balance = balance?.Currency is null or "INR" && PaytmMapping.TryReadMoney(
                balance?.Value, out var money) ? money
                : balance?.Value is "0" or "0.0" or "0.00" ? Money.Of(0, Currency.Inr)
                : null,
        });
    }

    /// <summary>Gives the link up.</summary>
    public async Task<ProviderResult<bool>> UnlinkAsync(WalletRequest request, ProviderCredentials credentials)
    {
        if (request.Token is not { } wallet)
        {
            return new ProviderResult<bool>.Given(true);
        }

        if (!TryAuthorize(credentials, out var authorization, out _))
        {
            return new ProviderResult<bool>.Refused(NoClient);
        }

        return await accounts.SendAsync(new ProviderCall
        {
            Operation = "wallet.unlink",
            Reference = credentials.Merchant,
            Merchant = credentials.Merchant,
            Method = HttpMethod.Delete,
            Path = $"oauth2/accessToken/{Uri.EscapeDataString(wallet.Reveal())}",
            Authorization = authorization,
        }) switch
        {
            // The status alone tells: 404 is a token that does not exist.
            ProviderReply.Responded { Status: 200 or 204 or 404 } => new ProviderResult<bool>.Given(true),
            ProviderReply.Responded { Status: 401 } => new ProviderResult<bool>.Refused(PaytmCodes.CredentialsRefused),
            ProviderReply.NotSent notSent => new ProviderResult<bool>.Unavailable(notSent.Reason),
            ProviderReply.Unknown unknown => new ProviderResult<bool>.Unavailable(unknown.Reason),
            var other => new ProviderResult<bool>.Unavailable($"HTTP {(other as ProviderReply.Responded)?.Status}"),
        };
    }

    private async Task<(SignInResponse? Response, string Problem, Failure? Failure)> PostAsync<T>(
        string operation,
        string path,
        T body,
        JsonTypeInfo<T> type,
        AuthenticationHeaderValue? authorization,
        ProviderCredentials credentials)
    {
        var reply = await accounts.SendAsync(new ProviderCall
        {
            Operation = operation,
            Reference = credentials.Merchant,
            Merchant = credentials.Merchant,
            Method = HttpMethod.Post,
            Path = path,
            Authorization = authorization,
            Body = JsonSerializer.SerializeToUtf8Bytes(body, type),
            Window = SendWindow.Open(time, Window),
        });
        return reply switch
        {
            ProviderReply.NotSent notSent => (null, notSent.Reason, null),
            ProviderReply.Unknown unknown => (null, unknown.Reason, null),
            ProviderReply.Responded { Status: 401 } => (null, "", PaytmCodes.CredentialsRefused),
            ProviderReply.Responded http
                when PaytmApi.TryRead(http.Body.Span, PaytmJson.Wire.SignInResponse, out var response) =>
                response.Status is "FAILURE" ? (null, "", Refused)
                    : http.IsSuccess ? (response, "the response is unreadable", null)
                    : (null, $"HTTP {http.Status}", null),
            _ => (null, "the response is unreadable", null),
        };
    }

    private static bool TryAuthorize(
        ProviderCredentials credentials,
        [NotNullWhen(true)] out AuthenticationHeaderValue? authorization,
        [NotNullWhen(true)] out string? client)
    {
        (authorization, client) = (null, null);
        if (!credentials.TryGet(ClientId, out var id) || !credentials.TryGet(ClientSecret, out var secret))
        {
            return false;
        }

        client = id.Reveal();
        authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{client}:{secret.Reveal()}")));
        return true;
    }
}
