using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Customer;

namespace PaymentCluster.Simulators.Paytm;

/// <summary>
/// The bank's page that a customer's browser posts the bank form to: approve or decline. Then the browser takes the
/// result to the merchant's callback address as a form with a checksum, as Paytm sends it.
/// </summary>
internal sealed class PaytmPages(
    PaytmBook book, PaytmLifecycle lifecycle, CustomerSettings customer, IOptions<PaytmOptions> options)
{
    private static readonly HtmlEncoder Html = HtmlEncoder.Default;

    public void Map(IEndpointRouteBuilder routes, string prefix)
    {
        routes.MapGet($"{prefix}/instaproxy/bank/{{id}}", context => ShowAsync(context, decision: null));
        routes.MapPost($"{prefix}/instaproxy/bank/{{id}}", async context =>
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

    private static string Field(string name, string value) =>
        $"<input type=\"hidden\" name=\"{Html.Encode(name)}\" value=\"{Html.Encode(value)}\">";

    private static string Page(string title, string body, string nonce) =>
        $$"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{{Html.Encode(title)}}</title>
        <style nonce="{{nonce}}">
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 26rem; margin: 4rem auto; padding: 0 1rem; }
        button { font: inherit; padding: .5rem 1.5rem; margin-right: .5rem; }
        .note { color: #555; }
        </style>
        </head>
        <body>
        <h1>{{Html.Encode(title)}}</h1>
        {{body}}
        <p class="note">This is a simulator. No money moves here.</p>
        </body>
        </html>
        """;

    private async Task ShowAsync(HttpContext context, CustomerDecision? decision)
    {
        var id = context.Request.RouteValues["id"] as string ?? "";
        if (Decide(id, decision) is not var (order, txn, durable))
        {
            await PaytmResponses.NoSuchUrl.SendAsync(context);
            return;
        }

        await durable;
        var nonce = RandomNumberGenerator.GetHexString(24);
        var page = txn.Status == PaytmTxnStatus.Pending ? ShowStep(txn, nonce) : Return(order, txn, nonce);
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; frame-ancestors 'none'";
        await context.Response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(page), context.RequestAborted);
    }

    // The transaction after the decision, if it is one that has a page.
    private (PaytmOrder Order, PaytmTxn Txn, Task Durable)? Decide(string id, CustomerDecision? decision)
    {
        if (book.FindById(id) is not { } folder)
        {
            return null;
        }

        lock (folder.Gate)
        {
            if (folder.Txns.FirstOrDefault(known => known.Id == id) is not { Mode: "CC" or "DC" or "NB" } txn)
            {
                return null;
            }

            if (decision is { } taken && txn.Status == PaytmTxnStatus.Pending)
            {
                lifecycle.Decide(folder, id, taken);
            }

            return (folder.Order, folder.Txn(id), folder.Durable);
        }
    }

    private string ShowStep(PaytmTxn txn, string nonce)
    {
        var with = txn.MaskedCard is { } card ? $"{txn.CardScheme} card {card}" : txn.Bank!;
        var body = new StringBuilder()
            .Append($"<p>Pay <strong>₹{PaytmAmounts.Spell(txn.Amount)}</strong> to ")
            .Append($"{Html.Encode(options.Value.PayeeName)} with {Html.Encode(with)}?</p>")
            .Append("<form method=\"post\"><button name=\"action\" value=\"approve\">Approve</button>")
            .Append("<button name=\"action\" value=\"decline\">Decline</button></form>");
        if (customer.Automatic)
        {
            body.Append("<p class=\"note\">The automatic customer decides in a moment.</p>")
                .Append($"<script nonce=\"{nonce}\">setTimeout(() => location.reload(), 1000);</script>");
        }

        return Page("Approve this payment", body.ToString(), nonce);
    }

    private string Return(PaytmOrder order, PaytmTxn txn, string nonce)
    {
        var title = txn.Code is null ? "Payment approved" : "Payment failed";
        if (order.CallbackUrl is null)
        {
            return Page(title, "<p>You can close this page.</p>", nonce);
        }

        var form = new StringBuilder()
            .Append($"<form method=\"post\" id=\"back\" action=\"{Html.Encode(order.CallbackUrl)}\">");
        foreach (var (name, value) in PaytmCallback.Fields(book, order, txn))
        {
            form.Append(Field(name, value));
        }

        form.Append("<button>Continue</button></form>")
            .Append($"<script nonce=\"{nonce}\">document.getElementById('back').submit();</script>");
        return Page(title, form.ToString(), nonce);
    }
}
