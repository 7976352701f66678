using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>The words that the API has for enumerations. A new member breaks the build here until it has one.</summary>
internal static class PaymentNames
{
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

    public static string Of(RefundProgress progress) => progress switch
    {
        RefundProgress.None => "none",
        RefundProgress.Pending => "pending",
        RefundProgress.Partial => "partial",
        RefundProgress.Full => "full",
    };

    public static string Of(CaptureMode mode) => mode switch
    {
        CaptureMode.Automatic => "automatic",
        CaptureMode.Manual => "manual",
    };

    public static string Of(PaymentMethodKind kind) => kind switch
    {
        PaymentMethodKind.Upi => "upi",
        PaymentMethodKind.Card => "card",
        PaymentMethodKind.Wallet => "wallet",
        PaymentMethodKind.Netbanking => "netbanking",
    };

    public static string Of(UpiFlow flow) => flow switch
    {
        UpiFlow.Intent => "intent",
        UpiFlow.Qr => "qr",
        UpiFlow.Collect => "collect",
    };

    public static string Of(CustomerActionKind kind) => kind switch
    {
        CustomerActionKind.Redirect => "redirect",
        CustomerActionKind.UpiIntent => "upi_intent",
        CustomerActionKind.UpiQr => "upi_qr",
        CustomerActionKind.UpiApprove => "upi_approve",
        CustomerActionKind.Form => "form",
        CustomerActionKind.Page => "page",
    };

    public static string Of(FailureParty party) => party switch
    {
        FailureParty.Customer => "customer",
        FailureParty.Bank => "bank",
        FailureParty.Provider => "provider",
        FailureParty.Merchant => "merchant",
        FailureParty.Engine => "engine",
    };

    public static string Of(RefundStatus status) => status switch
    {
        RefundStatus.Pending => "PENDING",
        RefundStatus.Success => "SUCCESS",
        RefundStatus.Failed => "FAILED",
        RefundStatus.NeedsReview => "NEEDS_REVIEW",
    };

    /// <summary>The member with this word; null if none has it.</summary>
    public static T? Parse<T>(string word, Func<T, string> name)
        where T : struct, Enum
    {
        foreach (var member in Enum.GetValues<T>())
        {
            if (string.Equals(name(member), word, StringComparison.Ordinal))
            {
                return member;
            }
        }

        return null;
    }

    /// <summary>All words of an enumeration.</summary>
    public static string[] All<T>(Func<T, string> name)
        where T : struct, Enum => [.. Enum.GetValues<T>().Select(name)];
}
