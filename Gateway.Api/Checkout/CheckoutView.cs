using System.Collections.Immutable;
using System.Globalization;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Gateway.Api.Returns;
using PaymentCluster.Grains.Abstractions.Checkout;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Checkout;

/// <summary>What a checkout page shows.</summary>
public sealed record CheckoutView
{
    /// <summary>The words, in the customer's language.</summary>
    public required CheckoutText Text { get; init; }

    /// <summary>The payment.</summary>
    public required PaymentView Payment { get; init; }

    /// <summary>What the merchant offers, and the customer has not switched off.</summary>
    public required CheckoutOffer Offer { get; init; }

    /// <summary>The code of the UPI app that the customer prefers; null if they have not said.</summary>
    public string? UpiApp { get; init; }

    /// <summary>The attempt that waits for the customer and that they want to replace by another way to pay; null
    /// otherwise.</summary>
    public int? Replaces { get; init; }

    /// <summary>What the customer saved and can pay this amount with, best first.</summary>
    public ImmutableArray<InstrumentView> Saved { get; init; } = [];

    /// <summary>Whether a card can be saved: the shop's server says who the customer is.</summary>
    public bool CanSave { get; init; }

    /// <summary>The saved instrument that was chosen when something was wrong with it.</summary>
    public string? ChosenSaved { get; init; }

    /// <summary>What the page's forms and script send. It opens the page only together with the page's cookie; a framed
    /// page's does so without one.</summary>
    public required string Token { get; init; }

    /// <summary>Whether the page is shown in a frame of the merchant's.</summary>
    public required bool Framed { get; init; }

    /// <summary>Whether the customer has just chosen, so that the next step may be taken without another
    /// click.</summary>
    public required bool GoesOn { get; init; }

    /// <summary>The notice at the top, because something went wrong; null for none.</summary>
    public string? Notice { get; init; }

    /// <summary>What is wrong with what was entered, by field.</summary>
    public ImmutableDictionary<string, string> Errors { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The method that was chosen when something was wrong with it.</summary>
    public PaymentMethodKind? Chosen { get; init; }

    /// <summary>The amount, as people of the language read it.</summary>
    public string Amount => Text.Amount(Payment.Amount.AmountMinor, Payment.Amount.Currency);

    /// <summary>The page's own path.</summary>
    public string PageUrl => $"/checkout/{Payment.Id}";

    /// <summary>The page's own URL, in its language.</summary>
    public string Url => $"{PageUrl}?lang={Text.Language}";

    /// <summary>How many attempts the page knows of: a form of an earlier page knows of fewer.</summary>
    public string Attempts => (Payment.Attempt?.Number ?? 0).ToString(CultureInfo.InvariantCulture);

    /// <summary>The shop's URL with the payment's status; null if there is none.</summary>
    public string? ShopUrl => Payment.ReturnUrl is { } url
        ? ReturnUrl.For(Payment.Id, Payment.OrderId, PaymentNames.Of(Payment.Status), url)
        : null;

    /// <summary>The wallets to choose from.</summary>
    public IReadOnlyList<(string Code, string Name)> Wallets =>
        Offer.Wallets is { } taken
            ? [.. WalletNames.All.Where(wallet => taken.Contains(wallet.Code))]
            : WalletNames.All;

    /// <summary>Where the forms go.</summary>
    public string PayUrl => $"{PageUrl}/pay";

    /// <summary>Where the form goes that opens the foreign page of the customer's step.</summary>
    public string StepUrl => $"{PageUrl}/step";

    /// <summary>The QR code of the customer's step, as an address that holds the image itself; null if there is
    /// none.</summary>
    public string? QrImage => PaymentsMapping.QrLink(Payment.Action) is { } link && PaymentQr.Fits(link)
        ? $"data:image/png;base64,{Convert.ToBase64String(PaymentQr.Png(link))}"
        : null;

    /// <summary>Which of the pages it is.</summary>
    public CheckoutStage Stage => Payment.Status switch
    {
        PaymentStatus.Pending when Payment.Attempt is null => CheckoutStage.Choose,
        PaymentStatus.Failed or PaymentStatus.Expired => CheckoutStage.Choose,
        PaymentStatus.RequiresAction => Replaces is null ? CheckoutStage.Act : CheckoutStage.Choose,
        PaymentStatus.Pending or PaymentStatus.NeedsReview => CheckoutStage.Wait,
        // Where the engine captures, this status lasts only for a moment.
        PaymentStatus.Authorized when Payment.Capture == CaptureMode.Automatic => CheckoutStage.Wait,
        PaymentStatus.Authorized or PaymentStatus.Success or PaymentStatus.Cancelled => CheckoutStage.Done,
    };
}

/// <summary>Which page a payment's status leads to.</summary>
public enum CheckoutStage
{
    /// <summary>The customer chooses how to pay, for the first time or again.</summary>
    Choose = 1,

    /// <summary>The customer has a step to take.</summary>
    Act = 2,

    /// <summary>The provider is working.</summary>
    Wait = 3,

    /// <summary>The payment is over.</summary>
    Done = 4,
}
