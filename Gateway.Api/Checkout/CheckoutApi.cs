using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Checkout.Pages;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Limits;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Gateway.Api.Queries;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Checkout;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Gateway.Api.Checkout;

/// <summary>The page on which a customer pays. Reading it changes nothing and shows the payment's current state;
/// choosing a method posts a form, and the response redirects to the page. So reloading, going back and double clicks
/// charge nothing more than once.</summary>
internal sealed class CheckoutApi(
    IGrainFactory grains,
    ClientSecrets secrets,
    FailedAuthThrottle failures,
    LongPolling polling,
    TimeProvider time)
{
    private const string Html = "text/html; charset=utf-8";
    private const string ForEver = "public, max-age=31536000, immutable";
    private const string AWhile = "public, max-age=300";

    // Providers usually respond sooner, and then the customer never sees a page that only waits.
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(3);

    private static readonly CheckoutAsset[] Assets = [CheckoutAssets.Css, CheckoutAssets.Js];

    public void Map(IEndpointRouteBuilder root)
    {
        var page = root.MapGroup("/checkout/{id}").AllowAnonymous().RequireRateLimiting(RateLimits.Browser);
        page.MapGet("", ShowAsync);
        page.MapPost("/pay", PayAsync);
        page.MapGet("/step", StepAsync);
        page.MapGet("/qr.svg", QrAsync);
        root.MapGet(CheckoutAsset.Pattern, AssetAsync).AllowAnonymous();
        root.MapGet("/checkout.js", http => WriteAsync(http, CheckoutAssets.Embed, AWhile)).AllowAnonymous();
    }

    private static Task AssetAsync(HttpContext http)
    {
        var asset = Array.Find(Assets, asset => http.Request.Path.Equals(asset.Path, StringComparison.Ordinal));
        return asset is null ? Problem.WriteAsync(http, ErrorCode.NotFound) : WriteAsync(http, asset, ForEver);
    }

    private static async Task WriteAsync(HttpContext http, CheckoutAsset asset, string caching)
    {
        http.Response.Headers.CacheControl = caching;
        http.Response.ContentType = asset.ContentType;
        http.Response.ContentLength = asset.Content.Length;
        await http.Response.Body.WriteAsync(asset.Content, http.RequestAborted);
    }

    private async Task ShowAsync(HttpContext http)
    {
        var key = http.Request.Query["key"] is [{ } given] ? given : "";
        if (await OpenAsync(http, key) is { } view)
        {
            await ShowAsync(http, StatusCodes.Status200OK, view with { Notice = NoticeOf(view) });
        }
    }

    private async Task PayAsync(HttpContext http)
    {
        var form = await FormReader.ReadAsync(http);
        var key = form["key"] is [{ } given] ? given : "";
        if (await OpenAsync(http, key, form) is not { } view)
        {
            return;
        }

        // The form of an earlier page, or one that was sent again: the page shows the current state.
        if (view.Stage != CheckoutStage.Choose)
        {
            LeadBack(http, view);
            return;
        }

        var entered = CheckoutForm.Read(form, view.Saved, view.CanSave, time.GetUtcNow());
        if (entered.Instrument is not { } instrument)
        {
            await ShowAsync(http, StatusCodes.Status422UnprocessableEntity, view with
            {
                Chosen = entered.Method,
                ChosenSaved = entered.Saved,
                Errors = entered.Errors.ToImmutableDictionary(error => error.Key, error => view.Text[error.Value]),
            });
            return;
        }

        var payment = Find(http);
        var reply = await payment.Confirm(new ConfirmPayment { Instrument = instrument, Replaces = view.Replaces });
        if (reply.Refusal is { Code: not (ErrorCode.OutcomePending or ErrorCode.StatusConflict) } refusal)
        {
            await ShowAsync(http, refusal.Code.Entry().HttpStatus, view with
            {
                Chosen = entered.Method,
                ChosenSaved = entered.Saved,
                Notice = view.Text[refusal.Code == ErrorCode.LimitReached ? "too_often" : "not_possible"],
            });
            return;
        }

        if (reply.Value is { } started)
        {
            await polling.UntilAsync(payment, started, now => now.Status != PaymentStatus.Pending, Wait, http);
        }

        LeadBack(http, view);
    }

    private async Task StepAsync(HttpContext http)
    {
        var key = http.Request.Query["key"] is [{ } given] ? given : "";
        if (await OpenAsync(http, key) is not { } view)
        {
            return;
        }

        if (view.Payment.Action is not { Kind: CustomerActionKind.Page, Html: { } html })
        {
            LeadBack(http, view);
            return;
        }

        http.Response.Headers.ContentSecurityPolicy = CheckoutPolicy.ForeignPage;
        http.Response.ContentType = Html;
        await http.Response.WriteAsync(html, http.RequestAborted);
    }

    private async Task QrAsync(HttpContext http)
    {
        var key = http.Request.Query["key"] is [{ } given] ? given : "";
        if (await OpenAsync(http, key) is not { } view)
        {
            return;
        }

        if (PaymentsMapping.QrLink(view.Payment.Action) is not { } link || !PaymentQr.Fits(link))
        {
            await Problem.WriteAsync(http, ErrorCode.NotFound);
            return;
        }

        var image = PaymentQr.Svg(link);
        http.Response.ContentType = "image/svg+xml";
        http.Response.ContentLength = image.Length;
        await http.Response.Body.WriteAsync(image, http.RequestAborted);
    }

    private static void LeadBack(HttpContext http, CheckoutView view)
    {
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = $"{view.Url}&go=1";
    }

    private static string? NoticeOf(CheckoutView view) => view.Payment.Status switch
    {
        PaymentStatus.Failed => view.Text.With("failed", ("reason", ReasonOf(view))),
        PaymentStatus.Expired => view.Text["expired"],
        PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.Authorized or PaymentStatus.Success
            or PaymentStatus.Cancelled or PaymentStatus.NeedsReview => null,
    };

    private static string ReasonOf(CheckoutView view) =>
        view.Payment.Failure is { } failure ? view.Text[FailureTexts.For(failure)] : "";

    private static Task ShowAsync(HttpContext http, int status, CheckoutView view)
    {
        http.Response.Headers.ContentSecurityPolicy = CheckoutPolicy.For(view);
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        http.Response.Headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
        http.Response.Headers.Vary = "Accept-Language";
        var page = new RazorComponentResult<CheckoutPage>(
            new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(CheckoutPage.View)] = view })
        {
            StatusCode = status, ContentType = Html,
        };
        return page.ExecuteAsync(http);
    }

    private static Task ShowGoneAsync(HttpContext http, CheckoutText text)
    {
        http.Response.Headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";
        var page = new RazorComponentResult<GonePage>(
            new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(GonePage.Text)] = text })
        {
            StatusCode = StatusCodes.Status404NotFound, ContentType = Html,
        };
        return page.ExecuteAsync(http);
    }

    // The page that the key opens; null if there is none. The response is then the same whatever is wrong.
    private async Task<CheckoutView?> OpenAsync(HttpContext http, string key, IFormCollection? form = null)
    {
        var text = form?["lang"] is [{ } language] ? CheckoutText.In(language) : CheckoutText.For(http.Request);
        var access = ClientSecrets.HasForm(key) ? await secrets.OpenAsync(key) : null;
        if (access is null
            || (string?)http.Request.RouteValues["id"] != access.Payment.Payment.ToString())
        {
            failures.Count(http);
            await ShowGoneAsync(http, text);
            return null;
        }

        http.User = Caller.Of(access).ToPrincipal("Checkout");
        var payment = await Find(http).Get();
        var offer = payment is null
            ? null
            : await grains.Grain<ICheckoutGrain>(access.Payment.Merchant).Offer(payment.Amount);
        if (payment is null || offer is null)
        {
            await ShowGoneAsync(http, text);
            return null;
        }

        var view = new CheckoutView
        {
            Text = text,
            Payment = payment,
            Offer = offer,
            Replaces = ReplacedBy(http.Request, form, payment),
            Key = key,
            Framed = form is null ? http.Request.Query.ContainsKey("framed") : form.ContainsKey("framed"),
            GoesOn = http.Request.Query.ContainsKey("go"),
        };
        // A payment that was started with a publishable key may name any customer: those keys are public.
        return payment.Customer is { Id: { } id, Unproven: not true }
            ? await ForAsync(
                view, grains.Grain<ICustomerGrain>(CustomerKey.Of(access.Payment.Merchant, id).ToString()))
            : view;
    }

    // The attempt that a form or a link replaces; only while it waits for the customer.
    private static int? ReplacedBy(HttpRequest request, IFormCollection? form, PaymentView payment)
    {
        var named = form is null ? request.Query["choose"] : form["replaces"];
        return payment is { Status: PaymentStatus.RequiresAction, Attempt.Number: var waiting }
            && named == waiting.ToString(CultureInfo.InvariantCulture)
                ? waiting
                : null;
    }

    private static async Task<CheckoutView> ForAsync(CheckoutView view, ICustomerGrain customer)
    {
        var (reading, known) = (customer.Instruments(view.Payment.Amount), customer.GetWallet());
        var instruments = await reading;
        var preferences = (await known)?.Preferences;
        ImmutableArray<PaymentMethodKind> methods =
            [.. view.Offer.Methods.Where(kind => preferences?.DisabledMethods.Contains(kind) is not true)];
        return view with
        {
            CanSave = true,
            Saved = [.. instruments.Where(instrument => instrument is { Saved: true, Usable: true })],
            UpiApp = preferences?.UpiApp,
            // A customer who switched everything off can still pay.
            Offer = methods.IsEmpty ? view.Offer : view.Offer with { Methods = methods },
        };
    }

    private IPaymentGrain Find(HttpContext http)
    {
        var caller = Caller.From(http);
        return grains.Grain<IPaymentGrain>($"{caller.Merchant}/{caller.Payment}");
    }
}
