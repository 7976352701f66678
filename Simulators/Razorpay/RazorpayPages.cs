using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Customer;

namespace PaymentCluster.Simulators.Razorpay;

/// <summary>
/// The bank's page that a customer is sent to: approve or decline. Then the browser takes the result to the merchant's
/// callback address as a form, as Razorpay sends it.
/// </summary>
internal sealed class RazorpayPages(
    RazorpayBook book, RazorpayLifecycle lifecycle, CustomerSettings customer, IOptions<RazorpayOptions> options)
{
    private static readonly HtmlEncoder Html = HtmlEncoder.Default;

    public void Map(IEndpointRouteBuilder routes, string prefix)
    {
        foreach (var page in (string[])["authenticate", "authorize"])
        {
            routes.MapGet($"{prefix}/payments/{{id}}/{page}", context => ShowAsync(context, decision: null));
            routes.MapPost($"{prefix}/payments/{{id}}/{page}", async context =>
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
        if (Decide(id, decision) is not var (payment, durable))
        {
            await RazorpayErrors.NoSuchId.SendAsync(context);
            return;
        }

        await durable;
        var nonce = RandomNumberGenerator.GetHexString(24);
        var page = payment.Status == RazorpayPaymentStatus.Created ? ShowStep(payment, nonce) : Return(payment, nonce);
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; frame-ancestors 'none'";
        await context.Response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(page), context.RequestAborted);
    }

    // The payment after the decision, if it is one that has a page.
    private (RazorpayPayment Payment, Task Durable)? Decide(string id, CustomerDecision? decision)
    {
        if (!RazorpayIds.IsValid(id, "pay_") || book.Find(id) is not { } folder)
        {
            return null;
        }

        lock (folder.Gate)
        {
            var payment = folder.Payment(id);
            if (payment.Method == "upi")
            {
                return null;
            }

            if (decision is { } taken && payment.Status == RazorpayPaymentStatus.Created)
            {
                lifecycle.Decide(folder, id, taken);
            }

            return (folder.Payment(id), folder.Durable);
        }
    }

    private string ShowStep(RazorpayPayment payment, string nonce)
    {
        var with = payment.Card is { } card
            ? $"{card.Network} card ending {card.Last4}"
            : payment.Bank ?? payment.Wallet!;
        var amount = RazorpayCurrencies.Spell(payment.Amount, payment.Currency);
        var body = new StringBuilder()
            .Append($"<p>Pay <strong>{amount} {Html.Encode(payment.Currency)}</strong> to ")
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

    private string Return(RazorpayPayment payment, string nonce)
    {
        var failed = payment.Failure is not null;
        var title = failed ? "Payment failed" : "Payment approved";
        if (payment.CallbackUrl is null)
        {
            return Page(title, "<p>You can close this page.</p>", nonce);
        }

        var form = new StringBuilder()
            .Append($"<form method=\"post\" id=\"back\" action=\"{Html.Encode(payment.CallbackUrl)}\">");
        if (payment.Failure is { } failure)
        {
            form.Append(Field("error[code]", failure.Code))
                .Append(Field("error[description]", failure.Description))
                .Append(Field("error[source]", failure.Source))
                .Append(Field("error[step]", failure.Step))
                .Append(Field("error[reason]", failure.Reason))
                .Append(Field("error[metadata]",
                    $$"""{"payment_id":"{{payment.Id}}","order_id":"{{payment.OrderId}}"}"""));
        }
        else
        {
            var secret = book.Account(payment.KeyId)!.KeySecret;
            form.Append(Field("razorpay_payment_id", payment.Id))
                .Append(Field("razorpay_order_id", payment.OrderId))
                .Append(Field("razorpay_signature", RazorpaySignature.OfPayment(secret, payment.OrderId, payment.Id)));
        }

        form.Append("<button>Continue</button></form>")
            .Append($"<script nonce=\"{nonce}\">document.getElementById('back').submit();</script>");
        return Page(title, form.ToString(), nonce);
    }
}
