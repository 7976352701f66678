using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.Extensions.Options;
using PaymentCluster.Simulators.Customer;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.PayU;

/// <summary>
/// PayU's and the bank's pages: approve or decline. Then the browser takes the result to the merchant as a form, as
/// PayU sends it.
/// </summary>
internal sealed class PayUPages(
    PayUBook book, PayULifecycle lifecycle, CustomerSettings customer, IOptions<PayUOptions> options)
{
    private static readonly HtmlEncoder Html = HtmlEncoder.Default;

    public void Map(IEndpointRouteBuilder routes, string prefix) =>
        routes.MapMethods(prefix + "/_pay/{id}", ["GET", "POST"], async context =>
        {
            var action = context.Request.HasFormContentType
                ? (await context.Request.ReadFormAsync(context.RequestAborted))["action"].ToString()
                : "";
            CustomerDecision? decision = action switch
            {
                "approve" => CustomerDecision.Approve,
                "decline" => CustomerDecision.Decline,
                _ => null,
            };
            var id = context.Request.RouteValues["id"] as string ?? "";
            var baseUrl = $"{context.Request.Scheme}://{context.Request.Host}{prefix}";
            await (await ShowAsync(id, baseUrl, decision)).SendAsync(context);
        });

    /// <summary>The page inside <c>acsTemplate</c>, which continues to the bank automatically.</summary>
    public static string Hop(PayUPayment payment, string baseUrl) =>
        $"<html><body><form id=\"acs\" method=\"post\" action=\"{Html.Encode($"{baseUrl}/_pay/{payment.Id}")}\">"
        + "<noscript><button>Continue</button></noscript></form>"
        + "<script>document.getElementById('acs').submit();</script></body></html>";

    public static SimulatedResponse Problem(PayUFailure failure) => Page(
        "Payment not possible", $"<p>{Html.Encode(failure.Message)} ({Html.Encode(failure.Code)})</p>", Nonce());

    public SimulatedResponse ShowStep(PayUPayment payment, string baseUrl)
    {
        var nonce = Nonce();
        var url = Html.Encode($"{baseUrl}/_pay/{payment.Id}");
        var with = payment.Card is { } card ? $"card {card.Masked}" : payment.BankCode ?? "any method";
        var body = new StringBuilder()
            .Append($"<p>Pay <strong>{PayUIds.Rupees(payment.Amount)} INR</strong> to ")
            .Append($"{Html.Encode(options.Value.PayeeName)} with {Html.Encode(with)}?</p>")
            .Append(
                $"<form method=\"post\" action=\"{url}\"><button name=\"action\" value=\"approve\">Approve</button>")
            .Append("<button name=\"action\" value=\"decline\">Decline</button></form>");
        if (customer.Automatic)
        {
            body.Append("<p class=\"note\">The automatic customer decides in a moment.</p>")
                .Append($"<script nonce=\"{nonce}\">setTimeout(() => location.replace(\"{url}\"), 1000);</script>");
        }

        return Page("Approve this payment", body.ToString(), nonce);
    }

    private static string Nonce() => RandomNumberGenerator.GetHexString(24);

    private static SimulatedResponse Page(string title, string body, string nonce) => new(200, Encoding.UTF8.GetBytes(
        $$"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-{{nonce}}'; script-src 'nonce-{{nonce}}'">
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
        """))
    {
        ContentType = "text/html; charset=utf-8",
    };

    private async Task<SimulatedResponse> ShowAsync(string id, string baseUrl, CustomerDecision? decision)
    {
        if (book.Find(id) is not { } folder)
        {
            return new SimulatedResponse(404, "Not found"u8.ToArray()) { ContentType = "text/plain" };
        }

        PayUPayment payment;
        Task durable;
        lock (folder.Gate)
        {
            if (decision is { } taken && folder.Payment(id).State == PayUPaymentState.InProgress)
            {
                lifecycle.Decide(folder, id, taken);
            }

            payment = folder.Payment(id);
            durable = folder.Durable;
        }

        await durable;
        return payment.State == PayUPaymentState.InProgress ? ShowStep(payment, baseUrl) : Return(payment);
    }

    private SimulatedResponse Return(PayUPayment payment)
    {
        var nonce = Nonce();
        var success = PayUFields.Status(payment.State) == "success";
        var form = new StringBuilder("<form method=\"post\" id=\"back\" action=\"")
            .Append(Html.Encode(success ? payment.SuccessUrl : payment.FailureUrl)).Append("\">");
        foreach (var (name, value) in PayUFields.Of(payment, book.Account(payment.Key)!))
        {
            form.Append($"<input type=\"hidden\" name=\"{Html.Encode(name)}\" value=\"{Html.Encode(value)}\">");
        }

        form.Append("<button>Continue</button></form>")
            .Append($"<script nonce=\"{nonce}\">document.getElementById('back').submit();</script>");
        return Page(success ? "Payment approved" : "Payment failed", form.ToString(), nonce);
    }
}
