using System.Text.Json;
using PaymentCluster.Simulators.PayU;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.PayU;

/// <summary>Against hashes that PayU's own client library made.</summary>
public sealed class HashTests
{
    private static readonly JsonElement Vectors = TestData.Read("payu-vectors");

    public static TheoryData<string> Payments() => Named("payu-payment");

    public static TheoryData<string> Responses() => Named("payu-response");

    public static TheoryData<string> Commands() => Named("payu-api");

    [Theory, MemberData(nameof(Payments))]
    public void A_request_is_hashed_as_the_client_library_does(string id)
    {
        var (inputs, salt, expected) = Vector(id);
        string Of(string name) => Text(inputs, name);
        Assert.Equal(expected, PayUHash.OfPayment(
            Of("key"), Of("txnid"), Of("amount"), Of("productinfo"), Of("firstname"), Of("email"), Udfs(inputs), salt,
            inputs.TryGetProperty("splitRequest", out var split) ? JsonSerializer.Serialize(split) : null));
    }

    [Theory, MemberData(nameof(Responses))]
    public void A_response_is_hashed_as_the_client_library_does(string id)
    {
        var (inputs, salt, expected) = Vector(id);
        string Of(string name) => Text(inputs, name);
        Assert.Equal(expected, PayUHash.OfResponse(
            salt, Of("status"), Udfs(inputs), Of("email"), Of("firstname"), Of("productinfo"), Of("amount"),
            Of("txnid"), Of("key"), Of("additionalCharges") is { Length: > 0 } charges ? charges : null,
            Of("splitInfo") is { Length: > 0 } split ? split : null));
    }

    [Theory, MemberData(nameof(Commands))]
    public void A_command_is_hashed_as_the_client_library_does(string id)
    {
        var (inputs, salt, expected) = Vector(id);
        Assert.Equal(expected, PayUHash.OfCommand(
            Text(inputs, "key"), Text(inputs, "command"), Text(inputs, "var1"), salt));
    }

    private static TheoryData<string> Named(string prefix) =>
    [
        .. Vectors.EnumerateArray().Select(one => one.GetProperty("id").GetString()!)
            .Where(id => id.StartsWith(prefix, StringComparison.Ordinal)),
    ];

    private static (JsonElement Inputs, string Salt, string Expected) Vector(string id)
    {
        var vector = Vectors.EnumerateArray().Single(one => one.GetProperty("id").GetString() == id);
        return (
            vector.GetProperty("inputs"),
            vector.GetProperty("secret").GetString()!,
            vector.GetProperty("expected").GetString()!);
    }

    private static string Text(JsonElement inputs, string name) =>
        inputs.TryGetProperty(name, out var value) ? value.GetString()! : "";

    private static string[] Udfs(JsonElement inputs) =>
        [.. Enumerable.Range(1, 5).Select(n => Text(inputs, $"udf{n}"))];
}
