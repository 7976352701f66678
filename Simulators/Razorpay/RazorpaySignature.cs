using System.Security.Cryptography;
using System.Text;

namespace PaymentCluster.Simulators.Razorpay;

/// <summary>Signatures as Razorpay makes them: HMAC-SHA256 in lower-case hex.</summary>
internal static class RazorpaySignature
{
    /// <summary><c>X-Razorpay-Signature</c>: over the body's bytes, with the webhook's secret.</summary>
    public static string OfWebhook(string webhookSecret, ReadOnlySpan<byte> body) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(webhookSecret), body));

    /// <summary><c>razorpay_signature</c> of a callback: over <c>order|payment</c>, with the key's secret.</summary>
    public static string OfPayment(string keySecret, string orderId, string paymentId) =>
        OfWebhook(keySecret, Encoding.UTF8.GetBytes($"{orderId}|{paymentId}"));
}
