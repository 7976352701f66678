using PaymentCluster.Grains.Abstractions.Alarms;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Abstractions.Payments;

/// <summary>The words that the API has for enumerations: in bodies, texts and events.
/// A new member breaks the build here until it has one.</summary>
public static class PaymentNames
{
    /// <summary>The word of a member.</summary>
    public static string Of(PaymentStatus status) => status switch
    {
        PaymentStatus.Pending => "PENDING",
        PaymentStatus.RequiresAction => "REQUIRES_ACTION",
        PaymentStatus.Authorized => "AUTHORIZED",
        PaymentStatus.Success => "SUCCESS",
        PaymentStatus.Failed => "FAILED",
        PaymentStatus.Cancelled => "CANCELLED",
        PaymentStatus.Expired => "EXPIRED",
        PaymentStatus.NeedsReview => "NEEDS_REVIEW",
    };

    /// <summary>The word of a member.</summary>
    public static string Of(RefundProgress progress) => progress switch
    {
        RefundProgress.None => "none",
        RefundProgress.Pending => "pending",
        RefundProgress.Partial => "partial",
        RefundProgress.Full => "full",
    };

    /// <summary>The word of a member.</summary>
    public static string Of(CaptureMode mode) => mode switch
    {
        CaptureMode.Automatic => "automatic",
        CaptureMode.Manual => "manual",
    };

    /// <summary>The word of a member.</summary>
    public static string Of(PaymentMethodKind kind) => kind switch
    {
        PaymentMethodKind.Upi => "upi",
        PaymentMethodKind.Card => "card",
        PaymentMethodKind.Wallet => "wallet",
        PaymentMethodKind.Netbanking => "netbanking",
    };

    /// <summary>The word of a member.</summary>
    public static string Of(UpiFlow flow) => flow switch
    {
        UpiFlow.Intent => "intent",
        UpiFlow.Qr => "qr",
        UpiFlow.Collect => "collect",
    };

    /// <summary>The word of a member.</summary>
    public static string Of(CustomerActionKind kind) => kind switch
    {
        CustomerActionKind.Redirect => "redirect",
        CustomerActionKind.UpiIntent => "upi_intent",
        CustomerActionKind.UpiQr => "upi_qr",
        CustomerActionKind.UpiApprove => "upi_approve",
        CustomerActionKind.Form => "form",
        CustomerActionKind.Page => "page",
    };

    /// <summary>The word of a member.</summary>
    public static string Of(FailureParty party) => party switch
    {
        FailureParty.Customer => "customer",
        FailureParty.Bank => "bank",
        FailureParty.Provider => "provider",
        FailureParty.Merchant => "merchant",
        FailureParty.Engine => "engine",
    };

    /// <summary>The word of a member.</summary>
    public static string Of(AlarmKind kind) => kind switch
    {
        AlarmKind.PaymentReview => "payment_review",
        AlarmKind.RefundReview => "refund_review",
        AlarmKind.UnexpectedMoney => "unexpected_money",
    };

    /// <summary>The word of a member.</summary>
    public static string Of(MoneyDirection direction) => direction switch
    {
        MoneyDirection.Received => "received",
        MoneyDirection.PaidOut => "paid_out",
    };

    /// <summary>The word of a member.</summary>
    public static string Of(RefundStatus status) => status switch
    {
        RefundStatus.Pending => "PENDING",
        RefundStatus.Success => "SUCCESS",
        RefundStatus.Failed => "FAILED",
        RefundStatus.NeedsReview => "NEEDS_REVIEW",
    };
}
