using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using PaymentCluster.Gateway.Api.Checkout;
using PaymentCluster.Gateway.Api.Checkout.Pages;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Checkout;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Tests.Checkout;

/// <summary>The last page says what happened to the money.</summary>
public sealed class OutcomeTests
{
    private static readonly PaymentView Paid = new()
    {
        Id = PaymentId.Parse("pay_01m7wtn50sfz5txb0tmw4px1yr"),
        OrderId = "o1",
        Status = PaymentStatus.Success,
        Amount = Money.Of(125_000, Currency.Inr),
        AuthorizedMinor = 125_000,
        CapturedMinor = 125_000,
        RefundedMinor = 0,
        RefundStatus = RefundProgress.None,
        Capture = CaptureMode.Automatic,
        Customer = new Customer(),
        Metadata = ImmutableDictionary<string, string>.Empty,
        Refunds = [],
        CreatedAt = DateTimeOffset.UnixEpoch,
        UpdatedAt = DateTimeOffset.UnixEpoch,
        ExpiresAt = DateTimeOffset.UnixEpoch,
        Version = 5,
        IsFinal = true,
    };

    public static TheoryData<PaymentView, string, string> Outcomes => new()
    {
        { Paid, "Payment successful", "₹1,250.00 was paid to Shop." },
        {
            Paid with { Status = PaymentStatus.Authorized, CapturedMinor = 0, Capture = CaptureMode.Manual },
            "Payment approved",
            "₹1,250.00 is reserved for Shop. It has not been taken from your account yet."
        },
        {
            Paid with { RefundedMinor = 125_000, RefundStatus = RefundProgress.Full },
            "Payment refunded",
            "₹1,250.00 was refunded to you."
        },
        {
            Paid with { RefundedMinor = 25_000, RefundStatus = RefundProgress.Partial },
            "Payment successful",
            "₹250.00 was refunded to you."
        },
        {
            Paid with { Status = PaymentStatus.Cancelled, AuthorizedMinor = 0, CapturedMinor = 0 },
            "This payment was cancelled",
            "You have not been charged."
        },
        {
            Paid with { Status = PaymentStatus.Cancelled, RefundedMinor = 125_000, RefundStatus = RefundProgress.Full },
            "This payment was cancelled",
            "₹1,250.00 was refunded to you."
        },
    };

    [Theory]
    [MemberData(nameof(Outcomes))]
    public async Task Every_outcome_has_its_own_words(PaymentView payment, string title, string text)
    {
        var page = await RenderAsync(payment);
        Assert.Contains($"<h2>{title}</h2>", page, StringComparison.Ordinal);
        Assert.Contains($"<p>{text}</p>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_page_denies_a_charge_while_money_is_captured()
    {
        var page = await RenderAsync(Paid with { Status = PaymentStatus.Cancelled });
        Assert.DoesNotContain("not been charged", page, StringComparison.Ordinal);
    }

    private static async Task<string> RenderAsync(PaymentView payment)
    {
        var view = new CheckoutView
        {
            Text = CheckoutText.In("en"),
            Payment = payment,
            Offer = new CheckoutOffer { MerchantName = "Shop", Origins = [], Methods = [], UpiFlows = [] },
            Token = "a-form-token",
            Framed = false,
            GoesOn = false,
        };
        await using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        var html = await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var parameters = new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(Outcome.View)] = view };
            var page = await renderer.RenderComponentAsync<Outcome>(ParameterView.FromDictionary(parameters));
            return page.ToHtmlString();
        });
        return WebUtility.HtmlDecode(html);
    }
}
