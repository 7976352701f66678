using System.Text.Json.Serialization.Metadata;
using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Idempotency;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Gateway.Api.Customers;

/// <summary>A merchant's customers, and what they pay with. For the merchant's server: browsers use the
/// checkout page.</summary>
internal sealed class CustomersApi(IGrainFactory grains, RequestBodies bodies, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder api)
    {
        var customers = api.MapGroup("/customers/{customer}").RequireAuthorization(AccessPolicies.Secret);
        customers.MapPut("", PutAsync, CustomerOperations.Put);
        customers.MapGet("", GetAsync, CustomerOperations.Get);
        customers.MapDelete("", EraseAsync, CustomerOperations.Erase);
        customers.MapGet("/wallet", GetWalletAsync, CustomerOperations.GetWallet);
        customers.MapPut("/wallet", PutWalletAsync, CustomerOperations.PutWallet);
        customers.MapPost("/cards", SaveCardAsync, CustomerOperations.SaveCard);
        customers.MapGet("/cards", ListCardsAsync, CustomerOperations.ListCards);
        customers.MapDelete("/cards/{token}", DeleteCardAsync, CustomerOperations.DeleteCard);
        customers.MapPost("/upi/validate", ValidateUpiAsync, CustomerOperations.ValidateUpi);
        customers.MapPost("/upi", SaveUpiAsync, CustomerOperations.SaveUpi);
        customers.MapGet("/upi", ListUpiAsync, CustomerOperations.ListUpi);
        customers.MapDelete("/upi/{id}", DeleteUpiAsync, CustomerOperations.DeleteUpi);
        customers.MapPost("/wallets/{wallet}", LinkWalletAsync, CustomerOperations.LinkWallet);
        customers.MapGet("/wallets/{wallet}", ReadWalletAsync, CustomerOperations.ReadWallet);
        customers.MapDelete("/wallets/{wallet}", UnlinkWalletAsync, CustomerOperations.UnlinkWallet);
        customers.MapGet("/instruments", InstrumentsAsync, CustomerOperations.Instruments);
        customers.MapGet("/transactions", TransactionsAsync, CustomerOperations.Transactions);
    }

    private async Task PutAsync(HttpContext http)
    {
        var customer = Find(http);
        var body = await bodies.ReadAsync(http, CustomerRequest.Shape);
        var command = CustomerRequest.ReadPut(body) with { Request = IdempotencyKey.Of(http, body) };
        await RespondAsync(http, await customer.Put(command));
    }

    private async Task GetAsync(HttpContext http)
    {
        var view = await Find(http).Get();
        await (view is null
            ? Problem.WriteAsync(http, ErrorCode.CustomerNotFound)
            : JsonResponse.WriteAsync(
                http,
                StatusCodes.Status200OK,
                CustomersMapping.ToResponse(view),
                GatewayJson.Default.CustomerRecordResponse));
    }

    private async Task EraseAsync(HttpContext http) =>
        await RespondAsync(http, await Find(http).Erase(IdempotencyKey.Of(http)));

    private async Task GetWalletAsync(HttpContext http)
    {
        var view = await Find(http).GetWallet();
        await (view is null ? Problem.WriteAsync(http, ErrorCode.CustomerNotFound) : RespondAsync(http, view));
    }

    private async Task PutWalletAsync(HttpContext http)
    {
        var customer = Find(http);
        var errors = new InputErrors();
        var version = IfMatch.Read(http, errors);
        var body = await bodies.ReadAsync(http, PutWalletRequest.Shape, errors);
        if (errors.Any)
        {
            throw new ProblemException(errors);
        }

        var reply = await customer.PutWallet(new PutWallet
        {
            ExpectedVersion = version,
            Preferences = PutWalletRequest.Read(body),
            Request = IdempotencyKey.Of(http, body!),
        });
        IdempotencyKey.MarkReplay(http, reply.Replayed);
        await (reply.Refusal is { } refusal ? Problem.WriteAsync(http, refusal) : RespondAsync(http, reply.Value!));
    }

    private async Task SaveCardAsync(HttpContext http)
    {
        var customer = Find(http);
        var errors = new InputErrors();
        var body = await bodies.ReadAsync(http, SaveCardRequest.Shape, errors);
        var command = SaveCardRequest.Read(body, time.GetUtcNow(), errors) ?? throw new ProblemException(errors);
        command = command with { Request = IdempotencyKey.Of(http, body) };
        await RespondAsync(
            http, await customer.SaveCard(command), CustomersMapping.ToResponse, GatewayJson.Default.SavedCardResponse,
            StatusCodes.Status201Created);
    }

    private async Task ListCardsAsync(HttpContext http) => await RespondAsync(
        http, await Find(http).ListCards(), CustomersMapping.ToCards, GatewayJson.Default.SavedCardListResponse);

    private async Task DeleteCardAsync(HttpContext http) => await RespondAsync(
        http,
        await Find(http).DeleteCard(Instrument(http, "token"), IdempotencyKey.Of(http)),
        CustomersMapping.ToCards,
        GatewayJson.Default.SavedCardListResponse);

    private async Task ValidateUpiAsync(HttpContext http)
    {
        var (customer, vpa, _) = await ReadVpaAsync(http);
        await RespondAsync(
            http, await customer.ValidateUpi(vpa), CustomersMapping.ToResponse, GatewayJson.Default.UpiCheckResponse);
    }

    private async Task SaveUpiAsync(HttpContext http)
    {
        var (customer, vpa, body) = await ReadVpaAsync(http);
        await RespondAsync(
            http,
            await customer.SaveUpi(vpa, IdempotencyKey.Of(http, body)),
            CustomersMapping.ToResponse,
            GatewayJson.Default.SavedUpiResponse,
            StatusCodes.Status201Created);
    }

    private async Task ListUpiAsync(HttpContext http)
    {
        var view = await Find(http).GetWallet();
        await (view is null
            ? Problem.WriteAsync(http, ErrorCode.CustomerNotFound)
            : JsonResponse.WriteAsync(
                http,
                StatusCodes.Status200OK,
                CustomersMapping.ToUpiIds(view),
                GatewayJson.Default.SavedUpiListResponse));
    }

    private async Task DeleteUpiAsync(HttpContext http) => await RespondAsync(
        http,
        await Find(http).DeleteUpi(Instrument(http, "id"), IdempotencyKey.Of(http)),
        CustomersMapping.ToUpiIds,
        GatewayJson.Default.SavedUpiListResponse);

    private async Task LinkWalletAsync(HttpContext http)
    {
        var customer = Find(http);
        var wallet = Wallet(http);
        var body = await bodies.ReadAsync(http, LinkWalletRequest.Shape);
        var returnUrl = LinkWalletRequest.ReadReturnUrl(body);
        var request = IdempotencyKey.Of(http, body);
        await RespondAsync(
            http,
            LinkWalletRequest.ReadPassword(body) is { } password
                ? await customer.ConfirmWallet(wallet, password, request)
                : await customer.LinkWallet(
                    new LinkWallet { Wallet = wallet, ReturnUrl = returnUrl, Request = request }),
            CustomersMapping.ToResponse,
            GatewayJson.Default.LinkedWalletResponse);
    }

    private async Task ReadWalletAsync(HttpContext http) => await RespondAsync(
        http,
        await Find(http).ReadWallet(Wallet(http)),
        CustomersMapping.ToResponse,
        GatewayJson.Default.LinkedWalletResponse);

    private async Task UnlinkWalletAsync(HttpContext http) => await RespondAsync(
        http,
        await Find(http).UnlinkWallet(Wallet(http), IdempotencyKey.Of(http)),
        CustomersMapping.ToResponse,
        GatewayJson.Default.WalletConfigurationResponse);

    private async Task InstrumentsAsync(HttpContext http)
    {
        var customer = Find(http);
        var errors = new InputErrors();
        var amount = CustomersRequests.ReadAmount(http, errors) ?? throw new ProblemException(errors);
        var instruments = await customer.Instruments(amount);
        await JsonResponse.WriteAsync(
            http,
            StatusCodes.Status200OK,
            CustomersMapping.ToResponse(instruments),
            GatewayJson.Default.InstrumentListResponse);
    }

    private async Task TransactionsAsync(HttpContext http)
    {
        var query = TransactionsQuery.Read(http, IdOf(http));
        var page = await grains.Grain<ITransactionsGrain>(Caller.From(http).Merchant).List(query);
        await JsonResponse.WriteAsync(
            http,
            StatusCodes.Status200OK,
            CustomersMapping.ToResponse(page),
            GatewayJson.Default.TransactionListResponse);
    }

    private async Task<(ICustomerGrain Customer, string Vpa, Body Body)> ReadVpaAsync(HttpContext http)
    {
        var customer = Find(http);
        var body = await bodies.ReadAsync(http, UpiIdRequest.Shape);
        return (customer, UpiIdRequest.Read(body), body);
    }

    private ICustomerGrain Find(HttpContext http) =>
        grains.Grain<ICustomerGrain>(CustomerKey.Of(Caller.From(http).Merchant, IdOf(http)).ToString());

    private static string IdOf(HttpContext http) =>
        (string?)http.Request.RouteValues["customer"] is { } id && PaymentPatterns.IsCustomerId(id)
            ? id
            : throw new ProblemException(
                ErrorCode.InvalidField, $"A customer's id {PaymentPatterns.CustomerIdRule}.", "customer");

    // A malformed id is one that the customer does not have.
    private static string Instrument(HttpContext http, string name) =>
        (string?)http.Request.RouteValues[name] is { } id && CustomersRequests.IsInstrument(id)
            ? id
            : throw new ProblemException(ErrorCode.InstrumentNotFound, ErrorCode.InstrumentNotFound.Entry().Meaning);

    private static string Wallet(HttpContext http) =>
        (string?)http.Request.RouteValues["wallet"] is { } wallet && CustomersRequests.IsWallet(wallet)
            ? wallet
            : throw new ProblemException(
                ErrorCode.InvalidField, "A wallet's code must be 2 to 32 lower-case letters, digits or '_'.", "wallet");

    private static Task RespondAsync(HttpContext http, Reply<CustomerView> reply) =>
        RespondAsync(http, reply, CustomersMapping.ToResponse, GatewayJson.Default.CustomerRecordResponse);

    private static Task RespondAsync(HttpContext http, WalletView view)
    {
        http.Response.Headers.ETag = IfMatch.TagOf(view.Version);
        return JsonResponse.WriteAsync(
            http,
            StatusCodes.Status200OK,
            CustomersMapping.ToResponse(view),
            GatewayJson.Default.WalletConfigurationResponse);
    }

    private static Task RespondAsync<TView, TResponse>(
        HttpContext http,
        Reply<TView> reply,
        Func<TView, TResponse> map,
        JsonTypeInfo<TResponse> type,
        int status = StatusCodes.Status200OK)
        where TView : class
    {
        IdempotencyKey.MarkReplay(http, reply.Replayed);
        return reply.Refusal is { } refusal
            ? Problem.WriteAsync(http, refusal)
            : JsonResponse.WriteAsync(http, status, map(reply.Value!), type);
    }
}
