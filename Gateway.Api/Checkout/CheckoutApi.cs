using System.Collections.Immutable;
using Microsoft.AspNetCore.Http.HttpResults;
using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Checkout.Pages;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Limits;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Gateway.Api.Queries;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Gateway.Api.Checkout;

/// <summary>The page on which a customer pays. Reading it changes nothing and shows the payment's current state;
/// choosing a method posts a form, and the response redirects to the page. So reloading, going back and double clicks
/// charge nothing more than once. In a frame, where an address could hold nothing that opens the page, each step is a
/// form, and its response the page; a form that is sent again finds that the payment has gone on.</summary>
internal sealed class CheckoutApi(
    IGrainFactory grains,
    CheckoutSessions sessions,
    CheckoutViews views,
    LongPolling polling,
    TimeProvider time,
    GatewayOptions options)
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
        page.MapGet("", http => SafelyAsync(http, ShowAsync));
        page.MapPost("", http => SafelyAsync(http, ShowFramedAsync));
        page.MapPost("/pay", http => SafelyAsync(http, PayAsync));
        page.MapPost("/step", StepAsync);
        // Where a browser that loads the address of a form's response again comes to.
        page.MapGet("/pay", LeadBackAsync);
        page.MapGet("/step", LeadBackAsync);
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

    // The page has a form for a card, which is not to be shown where its numbers would be read.
    private Task SafelyAsync(HttpContext http, RequestDelegate page) => CardTransport.IsRefused(http, options)
        ? ShowNoneAsync(
            http, CheckoutText.For(http.Request), StatusCodes.Status403Forbidden, "insecure", "insecure_hint")
        : page(http);

    private async Task ShowAsync(HttpContext http)
    {
        var text = CheckoutText.For(http.Request);
        if (http.Request.Query["key"] is not [{ } key])
        {
            await ShowAsync(http, text, await sessions.OfCookieAsync(http), form: null);
            return;
        }

        var isFramed = http.Request.Query.ContainsKey("framed");
        var page = await sessions.BeginAsync(http, key, isFramed);
        if (page is null || isFramed)
        {
            await ShowAsync(http, text, page, form: null);
            return;
        }

        // From here on the cookie opens the page, and no address has the secret.
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        Redirect(http, $"/checkout/{page.Payment.Payment}?lang={text.Language}");
    }

    private async Task ShowFramedAsync(HttpContext http)
    {
        var form = await FormReader.ReadAsync(http);
        await ShowAsync(http, TextOf(http, form), await sessions.OfPageAsync(http, TokenOf(form)), form);
    }

    private async Task ShowAsync(HttpContext http, CheckoutText text, CheckoutSession? page, IFormCollection? form)
    {
        if (page is null || await views.OpenAsync(http, page, text, form) is not { } view)
        {
            await ShowGoneAsync(http, text);
            return;
        }

        await WriteAsync(http, StatusCodes.Status200OK, view with { Notice = NoticeOf(view) });
    }

    private async Task PayAsync(HttpContext http)
    {
        var form = await FormReader.ReadAsync(http);
        var text = TextOf(http, form);
        var page = await sessions.OfPageAsync(http, TokenOf(form));
        if (page is null || await views.OpenAsync(http, page, text, form) is not { } view)
        {
            await ShowGoneAsync(http, text);
            return;
        }

        // The form of an earlier page, or one that was sent again: the page shows the current state.
        if (view.Stage != CheckoutStage.Choose || (page.IsFramed && form["attempts"] != view.Attempts))
        {
            await GoOnAsync(http, page, view);
            return;
        }

        var entered = CheckoutForm.Read(form, view.Saved, view.CanSave, time.GetUtcNow());
        if (entered.Instrument is not { } instrument)
        {
            await WriteAsync(http, StatusCodes.Status422UnprocessableEntity, view with
            {
                Chosen = entered.Method,
                ChosenSaved = entered.Saved,
                Errors = entered.Errors.ToImmutableDictionary(error => error.Key, error => view.Text[error.Value]),
            });
            return;
        }

        var payment = Find(page.Payment);
        var reply = await payment.Confirm(new ConfirmPayment
        {
            Instrument = instrument,
            Replaces = view.Replaces,
            Browser = new PayerBrowser { Address = ClientNetwork.Of(http).ToString() },
        });
        if (reply.Refusal is { Code: not (ErrorCode.OutcomePending or ErrorCode.StatusConflict) } refusal)
        {
            Problem.SetRetryAfter(http, refusal);
            await WriteAsync(http, refusal.Code.Entry().HttpStatus, view with
            {
                Chosen = entered.Method,
                ChosenSaved = entered.Saved,
                Notice = view.Text[NoticeOf(refusal.Code)],
            });
            return;
        }

        if (reply.Value is { } started)
        {
            await polling.UntilAsync(payment, started, now => now.Status != PaymentStatus.Pending, Wait, http);
        }

        await GoOnAsync(http, page, view);
    }

    // The provider's page, as the response to a form: its own script finds nothing in its address.
    private async Task StepAsync(HttpContext http)
    {
        var form = await FormReader.ReadAsync(http);
        var text = TextOf(http, form);
        var page = await sessions.OfPageAsync(http, TokenOf(form));
        if (page is null || await views.OpenAsync(http, page, text, form) is not { } view)
        {
            await ShowGoneAsync(http, text);
            return;
        }

        if (view.Payment.Action is not { Kind: CustomerActionKind.Page, Html: { } html })
        {
            await GoOnAsync(http, page, view);
            return;
        }

        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        http.Response.Headers.ContentSecurityPolicy = CheckoutPolicy.ForeignPage;
        http.Response.ContentType = Html;
        await http.Response.WriteAsync(html, http.RequestAborted);
    }

    private static Task LeadBackAsync(HttpContext http)
    {
        if (!PaymentId.TryParse((string?)http.Request.RouteValues["id"], out var id))
        {
            return Problem.WriteAsync(http, ErrorCode.NotFound);
        }

        Redirect(http, $"/checkout/{id}");
        return Task.CompletedTask;
    }

    private async Task GoOnAsync(HttpContext http, CheckoutSession page, CheckoutView view)
    {
        if (page.IsFramed)
        {
            await ShowAsync(http, view.Text, page, FormCollection.Empty);
            return;
        }

        Redirect(http, $"{view.Url}&go=1");
    }

    private static void Redirect(HttpContext http, string location)
    {
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = location;
    }

    private static string NoticeOf(ErrorCode refusal) => refusal switch
    {
        ErrorCode.LimitReached => "too_often",
        ErrorCode.TooManyAttempts => "slowed",
        ErrorCode.AttemptsBlocked => "blocked",
        _ => "not_possible",
    };

    private static string? NoticeOf(CheckoutView view) => view.Payment.Status switch
    {
        PaymentStatus.Failed => view.Text.With("failed", ("reason", ReasonOf(view))),
        PaymentStatus.Expired => view.Text["expired"],
        PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.Authorized or PaymentStatus.Success
            or PaymentStatus.Cancelled or PaymentStatus.NeedsReview => null,
    };

    private static string ReasonOf(CheckoutView view) =>
        view.Payment.Failure is { } failure ? view.Text[FailureTexts.For(failure)] : "";

    private static Task WriteAsync(HttpContext http, int status, CheckoutView view)
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

    // The same whatever is wrong: a link, a cookie, or a form that is not the page's own.
    private static Task ShowGoneAsync(HttpContext http, CheckoutText text) =>
        ShowNoneAsync(http, text, StatusCodes.Status404NotFound, "gone", "gone_hint", "gone_cookies");

    // A page without a payment, that says why: a title and sentences.
    private static Task ShowNoneAsync(HttpContext http, CheckoutText text, int status, params string[] said)
    {
        http.Response.Headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";
        var page = new RazorComponentResult<GonePage>(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [nameof(GonePage.Text)] = text, [nameof(GonePage.Said)] = said,
        })
        {
            StatusCode = status, ContentType = Html,
        };
        return page.ExecuteAsync(http);
    }

    private static string TokenOf(IFormCollection form) => form[CheckoutSessions.Field] is [{ } token] ? token : "";

    private static CheckoutText TextOf(HttpContext http, IFormCollection form) =>
        form["lang"] is [{ } language] ? CheckoutText.In(language) : CheckoutText.For(http.Request);

    private IPaymentGrain Find(PaymentKey payment) => grains.Grain<IPaymentGrain>(payment.ToString());
}
