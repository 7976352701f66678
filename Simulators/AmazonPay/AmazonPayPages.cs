using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Customer;

namespace PaymentCluster.Simulators.AmazonPay;

/// <summary>Amazon's page that the buyer is sent to: place the order or save a payment method, or leave. Then the
/// browser goes to the merchant's result or cancel address with the session's id. The button's script is replaced by a
/// form that is posted here: the payload, its signature, the algorithm and the key's id.</summary>
internal sealed class AmazonPayPages(
    AmazonPayBook book,
    AmazonPayLifecycle lifecycle,
    AmazonPaySessions sessions,
    CustomerSettings customer,
    IOptions<AmazonPayOptions> options,
    TimeProvider time)
{
    private const int LongestPayload = 16 * 1024;

    private static readonly HtmlEncoder Html = HtmlEncoder.Default;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/amazonpay/checkout", StartAsync);
        routes.MapGet("/amazonpay/checkout/{id}", context => ShowAsync(context, decision: null));
        routes.MapPost("/amazonpay/checkout/{id}", async context =>
        {
            var form = await context.Request.ReadFormAsync(context.RequestAborted);
            await ShowAsync(context, form["action"].ToString() switch
            {
                "approve" => CustomerDecision.Approve,
                "decline" => CustomerDecision.Decline,
                _ => null,
            });
        });
    }

    // What the button's script does: the merchant's signature over the payload replaces a signed request.
    private async Task StartAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var payload = form["payloadJSON"].ToString();
        AmazonPayAccount? account;
        lock (book.Gate)
        {
            account = book.Account(form["publicKeyId"].ToString());
        }

        if (account is null)
        {
            await AmazonPayErrors.Unauthorized.SendAsync(context);
            return;
        }

        if (payload.Length > LongestPayload || !AmazonPaySignature.IsValid(
            form["algorithm"].ToString() is { Length: > 0 } algorithm ? algorithm : AmazonPaySignature.Version1,
            payload,
            form["signature"].ToString(),
            account.PublicKey))
        {
            await AmazonPayErrors.BadSignature.SendAsync(context);
            return;
        }

        var call = new AmazonPayCall
        {
            Account = account,
            Method = "POST",
            Path = "",
            BaseUrl = $"{context.Request.Scheme}://{context.Request.Host}",
            Id = "",
            Query = new Dictionary<string, string>(StringComparer.Ordinal),
            Body = Encoding.UTF8.GetBytes(payload),
            IdempotencyKey = null,
            SimulationCode = null,
        };
        Http.SimulatedResponse response;
        AmazonPayChange change;
        Task durable;
        lock (book.Gate)
        {
            change = book.Begin(account.PublicKeyId, time.GetUtcNow());
            response = sessions.Create(call, change);
            durable = change.Entries.Count > 0 ? book.Commit(change) : book.Durable;
        }

        await durable;
        if (change.Entries.FirstOrDefault()?.Session is { } session)
        {
            context.Response.Redirect(AmazonPayJson.PageOf(session));
        }
        else
        {
            await response.SendAsync(context);
        }
    }

    private async Task ShowAsync(HttpContext context, CustomerDecision? decision)
    {
        AmazonPaySession? session;
        Task durable;
        lock (book.Gate)
        {
            session = book.Session(context.Request.RouteValues["id"] as string ?? "");
            if (session is not null && decision is { } taken)
            {
                lifecycle.Decide(session, taken);
                session = book.Session(session.Id);
            }

            durable = book.Durable;
        }

        await durable;
        if (session is null)
        {
            await AmazonPayErrors.NoSuchObject.SendAsync(context);
            return;
        }

        if (ReturnOf(session) is { } url)
        {
            context.Response.Redirect(url);
            return;
        }

        var nonce = RandomNumberGenerator.GetHexString(24);
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; frame-ancestors 'none'";
        await context.Response.BodyWriter.WriteAsync(
            Encoding.UTF8.GetBytes(Page(session, nonce)), context.RequestAborted);
    }

    // Where the buyer goes next; null while the order is to be placed.
    private static string? ReturnOf(AmazonPaySession session)
    {
        if (session is { State: AmazonPaySessionState.Open, Approved: false }
            && !AmazonPayJson.Constraints(session).Any(constraint => constraint.Id != "CheckoutResultReturnUrlNotSet"))
        {
            return null;
        }

        var url = session switch
        {
            // Not described to its end: the merchant shows the order, and goes on by an update.
            { State: AmazonPaySessionState.Open, Approved: false } => session.ReviewUrl,
            { Reason: "BuyerCanceled" } => session.CancelUrl ?? session.ResultUrl,
            _ => session.ResultUrl,
        };
        return url is null ? null : $"{url}{(url.Contains('?') ? '&' : '?')}amazonCheckoutSessionId={session.Id}";
    }

    private string Page(AmazonPaySession session, string nonce)
    {
        var store = Html.Encode(options.Value.StoreName);
        var (title, prompt, agree) = session.SetupOnly
            ? ("Save Amazon Pay",
                $"May {store} charge your Amazon account for later purchases, <strong>without this page</strong>?",
                "Agree and save")
            : ("Place your order",
                $"Pay <strong>{AmountOf(session)}</strong> to {store} with your Amazon account?",
                "Place the order");
        var reload = customer.Automatic
            ? $"""
            <p class="note">The automatic customer decides in a moment.</p>
            <script nonce="{nonce}">setTimeout(() => location.reload(), 1000);</script>
            """
            : "";
        return $$"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{{title}}</title>
            <style nonce="{{nonce}}">
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 26rem; margin: 4rem auto; padding: 0 1rem; }
            button { font: inherit; padding: .5rem 1.5rem; margin-right: .5rem; }
            .note { color: #555; }
            </style>
            </head>
            <body>
            <h1>{{title}}</h1>
            <p>{{prompt}}</p>
            <form method="post"><button name="action" value="approve">{{agree}}</button>
            <button name="action" value="decline">Back to the shop</button></form>
            {{reload}}
            <p class="note">This is a simulator. No money moves here.</p>
            </body>
            </html>
            """;
    }

    private static string AmountOf(AmazonPaySession session) =>
        $"{AmazonPayCurrencies.Spell(session.Amount!.Value, session.Currency!)} {Html.Encode(session.Currency!)}";
}
