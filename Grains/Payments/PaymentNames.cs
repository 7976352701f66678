using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Payments;

/// <summary>The words of the API for what the code counts.</summary>
internal static class PaymentNames
{
    public static string Name(this PaymentStatus status) => status switch
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
}
