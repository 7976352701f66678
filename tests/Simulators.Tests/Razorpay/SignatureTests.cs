using System.Text;
using System.Text.Json;
using PaymentCluster.Simulators.Razorpay;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.Razorpay;

/// <summary>Against signatures that Razorpay's own client library made or accepted.</summary>
public sealed class SignatureTests
{
    [Fact]
    public void A_webhook_is_signed_over_its_bytes_as_they_are()
    {
        var (inputs, secret, expected) = Vector("razorpay-webhook-1");

        Assert.Equal(expected.GetString(), SignBody(inputs, secret));
    }

    [Fact]
    public void Another_amount_has_another_signature()
    {
        var (inputs, secret, expected) = Vector("razorpay-webhook-1-negative");

        Assert.False(expected.GetBoolean());
        Assert.NotEqual(inputs.GetProperty("signature").GetString(), SignBody(inputs, secret));
    }

    [Fact]
    public void A_callback_is_signed_over_order_and_payment()
    {
        var (inputs, secret, expected) = Vector("razorpay-payment-signature-1");

        Assert.Equal(expected.GetString(), RazorpaySignature.OfPayment(
            secret, inputs.GetProperty("order_id").GetString()!, inputs.GetProperty("payment_id").GetString()!));
    }

    [Fact]
    public void The_tests_authenticate_as_the_client_library_does()
    {
        var (inputs, secret, expected) = Vector("razorpay-basic-auth-1");

        Assert.Equal(
            expected.GetString(), Simulator.BasicAuth(inputs.GetProperty("key_id").GetString()!, secret).ToString());
    }

    private static string SignBody(JsonElement inputs, string secret) =>
        RazorpaySignature.OfWebhook(secret, Encoding.UTF8.GetBytes(inputs.GetProperty("raw_body").GetString()!));

    private static (JsonElement Inputs, string Secret, JsonElement Expected) Vector(string id)
    {
        var vector = TestData.Read("razorpay-vectors").EnumerateArray().Single(
            one => one.GetProperty("id").GetString() == id);
        return (
            vector.GetProperty("inputs"), vector.GetProperty("secret").GetString()!, vector.GetProperty("expected"));
    }
}
