using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Customer;

namespace PaymentCluster.Simulators.Juspay;

/// <summary>
/// The bank's page that a customer is sent to: approve or decline. Then the browser goes on to the merchant's return
/// address, with the order's status and its signature.
/// </summary>
internal sealed class JuspayPages(
    JuspayBook book, JuspayLifecycle lifecycle, CustomerSettings customer, IOptions<JuspayOptions> options)
{
    private static readonly HtmlEncoder Html = HtmlEncoder.Default;

    public void Map(IEndpointRouteBuilder routes, string prefix)
    {
        routes.MapGet($"{prefix}/pay/start/{{merchant}}/{{id}}", context => ShowAsync(context, decision: null));
        routes.MapPost($"{prefix}/pay/start/{{merchant}}/{{id}}", async context =>
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

    /// <summary>The address that a customer returns to; null if the order named none.</summary>
    public static string? ReturnUrlOf(JuspayView view, JuspayAccount account)
    {
        if (view.Order.ReturnUrl is not { } url)
        {
            return null;
        }

        var parameters = new List<KeyValuePair<string, string>>
        {
            new("order_id", view.Order.OrderId),
            new("status", view.Status.Word()),
            new("status_id", ((int)view.Status).ToString()),
        };
        // What the merchant put there is signed too.
        foreach (var (name, values) in Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(new Uri(url).Query))
        {
            parameters.Add(new(name, values.ToString()));
        }

        var signature = JuspaySignature.Of(account.ResponseKey, parameters);
        var added = parameters.Take(3)
            .Append(new("signature", signature))
            .Append(new("signature_algorithm", "HMAC-SHA256"));
        return url + (url.Contains('?', StringComparison.Ordinal) ? "&" : "?")
            + string.Join('&', added.Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"));
    }

    private async Task ShowAsync(HttpContext context, CustomerDecision? decision)
    {
        var id = context.Request.RouteValues["id"] as string ?? "";
        if (Decide(id, decision) is not var (view, txn, durable))
        {
            await JuspayErrors.NoSuchUrl.SendAsync(context);
            return;
        }

        await durable;
        var nonce = RandomNumberGenerator.GetHexString(24);
        var page = txn.Status == JuspayStatus.PendingVbv ? ShowStep(view, txn, nonce) : Return(view, txn, nonce);
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; frame-ancestors 'none'";
        await context.Response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(page), context.RequestAborted);
    }

    // The transaction after the decision, if it is one that has a page.
    private (JuspayView View, JuspayTxn Txn, Task Durable)? Decide(string id, CustomerDecision? decision)
    {
        if (book.Find(id) is not { } folder || !folder.View.Txns.Exists(known => known.Uuid == id))
        {
            return null;
        }

        lock (folder.Gate)
        {
            var txn = folder.View.Txn(id);
            if (txn.MethodType == "UPI")
            {
                return null;
            }

            if (decision is { } taken && txn.Status == JuspayStatus.PendingVbv)
            {
                lifecycle.Decide(folder, id, taken);
            }

            return (folder.View, folder.View.Txn(id), folder.Durable);
        }
    }

    private string ShowStep(JuspayView view, JuspayTxn txn, string nonce)
    {
        var with = txn.Card is { } card ? $"{card.Brand} card ending {card.Last4}" : txn.Method;
        var amount = JuspayAmounts.Spell(txn.Amount, view.Order.Currency);
        var body = new StringBuilder()
            .Append($"<p>Pay <strong>{amount} {Html.Encode(view.Order.Currency)}</strong> to ")
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

    private string Return(JuspayView view, JuspayTxn txn, string nonce)
    {
        var title = txn.AuthorizedAt == 0 ? "Payment failed" : "Payment approved";
        if (ReturnUrlOf(view, book.Account(view.Order.MerchantId)!) is not { } url)
        {
            return Page(title, "<p>You can close this page.</p>", nonce);
        }

        var script = JavaScriptEncoder.Default.Encode(url);
        return Page(
            title,
            $"<p><a href=\"{Html.Encode(url)}\">Continue</a></p><script "
                + $"nonce=\"{nonce}\">location.replace('{script}');</script>",
            nonce);
    }

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
}
