using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Customers;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Idempotency;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Limits;
using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>The payment calls. A command has no cancellation: what was accepted continues, even if the caller
/// disconnects.</summary>
internal sealed class PaymentsApi(
    IGrainFactory grains,
    RequestBodies bodies,
    TimeProvider time,
    LongPolling polling,
    PaymentEventStream events,
    ClientSecrets clientSecrets)
{
    /// <summary>An order leads to its payment in one step, an idempotency key of another order in two.</summary>
    private const int MaxHops = 4;

    private const string Initiated = "Payment initiated successfully";

    public void Map(IEndpointRouteBuilder api)
    {
        var payments = api.MapGroup("/payments");
        var secret = payments.MapGroup("").RequireAuthorization(AccessPolicies.Secret);
        secret.MapGet("", ListAsync, PaymentOperations.List);
        secret.MapPost("/{id}/capture", CaptureAsync, PaymentOperations.Capture);
        secret.MapPost("/{id}/cancel", CancelAsync, PaymentOperations.Cancel);
        secret.MapGet("/{id}/timeline", TimelineAsync, PaymentOperations.Timeline);

        var browsers = payments.MapGroup("").RequireCors(BrowserCors.Policy);
        browsers.MapPost("", StartAsync, PaymentOperations.Start).RequireAuthorization(AccessPolicies.Publishable);
        var payer = browsers.MapGroup("/{id}").RequireAuthorization(AccessPolicies.Payer);
        payer.MapGet("", GetAsync, PaymentOperations.Get);
        payer.MapPost("/confirm", ConfirmAsync, PaymentOperations.Confirm);
        payer.MapPost("/upi/validate", ValidateUpiAsync, PaymentOperations.ValidateUpi);
        payer.MapPost("/tickets", IssueTicketAsync, PaymentOperations.IssueTicket);
        var viewer = browsers.MapGroup("/{id}").RequireAuthorization(AccessPolicies.Viewer);
        viewer.MapGet("/events", EventsAsync, PaymentOperations.Events).WithoutHead();
        viewer.MapGet("/qr.svg", SvgAsync, PaymentOperations.QrSvg);
        viewer.MapGet("/qr.png", PngAsync, PaymentOperations.QrPng);
    }

    private async Task StartAsync(HttpContext http)
    {
        var caller = Caller.From(http);
        var command = await (caller.IsBrowser ? ReadOfPageAsync(http, caller) : ReadOfServerAsync(http));
        var reply = await Find(caller, PaymentId.New(time)).Start(command);
        command = command with { IsNew = false };
        for (var hop = 0; reply.Elsewhere is { } elsewhere; hop++)
        {
            if (hop == MaxHops)
            {
                throw new TimeoutException("The order's payment was not reached.");
            }

            reply = await Find(caller, elsewhere).Start(command);
        }

        IdempotencyKey.MarkReplay(http, reply.Replayed);
        if (reply.Refusal is { } refusal)
        {
            await Problem.WriteAsync(http, refusal);
            return;
        }

        // A repeated request gets the same response as the first one.
        var initiated = reply.Started || reply.Replayed;
        if (caller.IsBrowser && !initiated)
        {
            // A silo of an earlier build does not know that a page sent the command.
            await Problem.WriteAsync(http, ErrorCode.OrderConflict, "The order already has a payment.");
            return;
        }

        var payment = reply.Payment!;
        http.Response.Headers.Location = Links.To(http, PaymentsMapping.PathOf(payment.Id));
        http.Response.Headers.ETag = IfMatch.TagOf(payment.Version);
        var status = initiated ? StatusCodes.Status202Accepted : StatusCodes.Status200OK;
        var (secret, page) = (reply.ClientSecret?.Reveal(), reply.CheckoutUrl?.Reveal());
        await (caller.IsBrowser
            ? JsonResponse.WriteAsync(
                http,
                status,
                PaymentsMapping.ToPageResponse(payment, Initiated) with { ClientSecret = secret, CheckoutUrl = page },
                GatewayJson.Default.PagePaymentResponse)
            : JsonResponse.WriteAsync(
                http,
                status,
                PaymentsMapping.ToResponse(payment, initiated ? Initiated : "Payment exists") with
                {
                    ClientSecret = secret,
                    CheckoutUrl = page,
                },
                GatewayJson.Default.PaymentResponse));
    }

    private async Task<StartPayment> ReadOfServerAsync(HttpContext http)
    {
        var errors = new InputErrors();
        var body = await bodies.ReadAsync(http, StartPaymentRequest.Shape, errors);
        var command = StartPaymentRequest.Read(body, time.GetUtcNow(), errors) ?? throw new ProblemException(errors);
        return command with { Request = IdempotencyKey.Of(http, body), IsNew = true };
    }

    // Anyone has a publishable key. What is bought, by whom and for how much, the merchant's server has signed.
    private async Task<StartPayment> ReadOfPageAsync(HttpContext http, Caller caller)
    {
        var errors = new InputErrors();
        var body = await bodies.ReadAsync(http, PagePaymentRequest.Shape, errors);
        var (token, instrument) = PagePaymentRequest.Read(body, time.GetUtcNow(), errors);
        var order = await grains.Grain<IOrderTokenGrain>(caller.Merchant).Open(token);
        return order.Refusal is { } refusal
            ? throw new ProblemException(refusal.Code, refusal.Detail, PagePaymentRequest.OrderToken.Name)
            : StartPaymentRequest.Of(order.Value!, instrument) with
            {
                Request = IdempotencyKey.OfPage(http, body, order.Value!.OrderId),
                IsNew = true,
                IsByPage = true,
                Browser = ClientNetwork.BrowserOf(http, caller),
            };
    }

    private async Task ConfirmAsync(HttpContext http)
    {
        var id = IdOf(http);
        var errors = new InputErrors();
        var body = await bodies.ReadAsync(http, ConfirmPaymentRequest.Shape, errors);
        var command = ConfirmPaymentRequest.Read(
            body, id, time.GetUtcNow(), errors) ?? throw new ProblemException(errors);
        var caller = Caller.From(http);
        command = command with
        {
            Request = caller.IsBrowser
                ? IdempotencyKey.OfPage(http, body, id.ToString())
                : IdempotencyKey.Of(http, body),
            Browser = ClientNetwork.BrowserOf(http, caller),
        };
        await RespondAsync(http, await Find(caller, id).Confirm(command), Initiated);
    }

    private async Task ValidateUpiAsync(HttpContext http)
    {
        var (caller, id) = (Caller.From(http), IdOf(http));
        var vpa = UpiIdRequest.Read(await bodies.ReadAsync(http, UpiIdRequest.Shape));
        if (await Find(caller, id).Get() is not { } view)
        {
            await Problem.WriteAsync(http, ErrorCode.PaymentNotFound);
            return;
        }

        var reply = await grains.Grain<IUpiCheckGrain>(PaymentKey.Of(caller.Merchant, id).ToString()).Check(vpa);
        // Names are for payments whose customer the merchant's server named.
        var tellsNames = view.Customer.Unproven is not true;
        await (reply.Refusal is { } refusal
            ? Problem.WriteAsync(http, refusal)
            : JsonResponse.WriteAsync(
                http,
                StatusCodes.Status200OK,
                CustomersMapping.ToResponse(tellsNames ? reply.Value! : reply.Value! with { Name = null }),
                GatewayJson.Default.UpiCheckResponse));
    }

    private async Task IssueTicketAsync(HttpContext http)
    {
        var (caller, id) = (Caller.From(http), IdOf(http));
        await bodies.ReadAsync(http, TicketRequest.Shape);
        // A client secret opens a payment that is there.
        if (!caller.IsBrowser && await Find(caller, id).Get() is null)
        {
            await Problem.WriteAsync(http, ErrorCode.PaymentNotFound);
            return;
        }

        var ticket = await clientSecrets.IssueTicketAsync(PaymentKey.Of(caller.Merchant, id));
        await JsonResponse.WriteAsync(
            http,
            StatusCodes.Status201Created,
            new TicketResponse { Ticket = ticket.Ticket.Reveal(), ExpiresAt = ticket.ExpiresAt.UtcDateTime },
            GatewayJson.Default.TicketResponse);
    }

    private async Task CaptureAsync(HttpContext http)
    {
        var payment = Find(http);
        var body = await bodies.ReadAsync(http, CapturePaymentRequest.Shape);
        var command = CapturePaymentRequest.Read(body) with { Request = IdempotencyKey.Of(http, body) };
        await RespondAsync(http, await payment.Capture(command), "Capture accepted");
    }

    private async Task CancelAsync(HttpContext http)
    {
        var payment = Find(http);
        var body = await bodies.ReadAsync(http, CancelPaymentRequest.Shape);
        var command = CancelPaymentRequest.Read(body) with { Request = IdempotencyKey.Of(http, body) };
        await RespondAsync(http, await payment.Cancel(command), "Cancellation accepted");
    }

    private async Task GetAsync(HttpContext http)
    {
        var read = PaymentRead.Of(http);
        var payment = Find(http);
        var view = await payment.Get();
        if (view is not null && read.Wait > TimeSpan.Zero)
        {
            view = await polling.UntilAsync(payment, view, read.IsAwaited, read.Wait, http);
        }

        if (view is null)
        {
            await Problem.WriteAsync(http, ErrorCode.PaymentNotFound);
        }
        else if (read.IsKnown(view))
        {
            http.Response.Headers.ETag = IfMatch.TagOf(view.Version);
            http.Response.StatusCode = StatusCodes.Status304NotModified;
        }
        else
        {
            await WriteAsync(http, StatusCodes.Status200OK, view);
        }
    }

    private async Task ListAsync(HttpContext http)
    {
        var query = PaymentsQuery.Read(http);
        var page = await grains.Grain<IPaymentListGrain>(Caller.From(http).Merchant).List(query);
        await JsonResponse.WriteAsync(
            http, StatusCodes.Status200OK, PaymentsMapping.ToResponse(page), GatewayJson.Default.PaymentListResponse);
    }

    private async Task TimelineAsync(HttpContext http)
    {
        if (await Find(http).Timeline(0) is not { } entries)
        {
            await Problem.WriteAsync(http, ErrorCode.PaymentNotFound);
            return;
        }

        var response = new TimelineResponse { Data = [.. entries.Select(PaymentsMapping.ToResponse)] };
        await JsonResponse.WriteAsync(http, StatusCodes.Status200OK, response, GatewayJson.Default.TimelineResponse);
    }

    private Task EventsAsync(HttpContext http) => events.WriteAsync(http, Find(http), Caller.From(http));

    private Task SvgAsync(HttpContext http) => WriteQrAsync(http, "image/svg+xml", PaymentQr.Svg);

    private Task PngAsync(HttpContext http) => WriteQrAsync(http, "image/png", PaymentQr.Png);

    private async Task WriteQrAsync(HttpContext http, string contentType, Func<string, byte[]> draw)
    {
        var view = await Find(http).Get();
        if (view is null)
        {
            await Problem.WriteAsync(http, ErrorCode.PaymentNotFound);
            return;
        }

        if (PaymentsMapping.QrLink(view.Action) is not { } link || !PaymentQr.Fits(link))
        {
            await Problem.WriteAsync(http, ErrorCode.NotFound, "The payment has no UPI link now.");
            return;
        }

        var image = draw(link);
        http.Response.ContentType = contentType;
        http.Response.ContentLength = image.Length;
        await http.Response.Body.WriteAsync(image, http.RequestAborted);
    }

    /// <summary>The payment that the path names. A malformed id is one that the merchant does not have.</summary>
    private static PaymentId IdOf(HttpContext http) =>
        PaymentId.TryParse((string?)http.Request.RouteValues["id"], out var id)
        ? id
        : throw new ProblemException(ErrorCode.PaymentNotFound, ErrorCode.PaymentNotFound.Entry().Meaning);

    private IPaymentGrain Find(HttpContext http) => Find(Caller.From(http), IdOf(http));

    private IPaymentGrain Find(Caller caller, PaymentId id) =>
        grains.Grain<IPaymentGrain>(PaymentKey.Of(caller.Merchant, id).ToString());

    private static Task RespondAsync(HttpContext http, Reply<PaymentView> reply, string message)
    {
        IdempotencyKey.MarkReplay(http, reply.Replayed);
        return reply.Refusal is { } refusal
            ? Problem.WriteAsync(http, refusal)
            : WriteAsync(http, StatusCodes.Status202Accepted, reply.Value!, message);
    }

    private static Task WriteAsync(HttpContext http, int status, PaymentView view, string? message = null)
    {
        http.Response.Headers.ETag = IfMatch.TagOf(view.Version);
        return Caller.From(http).IsBrowser
            ? JsonResponse.WriteAsync(
                http, status, PaymentsMapping.ToPageResponse(view, message), GatewayJson.Default.PagePaymentResponse)
            : JsonResponse.WriteAsync(
                http, status, PaymentsMapping.ToResponse(view, message), GatewayJson.Default.PaymentResponse);
    }
}
